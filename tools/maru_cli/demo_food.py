"""The story of food."""

import uuid

# What the built-in provider refuses: an amount above its limit (services/payment).
REFUSED_PRICE = "10000001"


def play(story):
    # People and a store of this run alone, so that the story can be played again on the same data.
    tag = uuid.uuid4().hex[:6]
    store = f"kimbap-{tag}"
    kim, park = f"customer:kim-{tag}", f"owner:park-{tag}@{store}"
    jun, sora = f"rider:jun-{tag}", f"rider:sora-{tag}"

    def place(unit_price="18000", **more):
        return story.call(kim, "order", "PlaceOrder", {
            "storeId": store, "storeName": "김밥천국 홍대점", "address": "서울 마포구 어울마당로 35",
            "items": [{"itemName": "김치찌개", "quantity": 1, "unitPrice": unit_price}], **more})

    def shows(order_id, status, who=kim):
        seen = story.call(who, "dashboard", "GetOrderView", {"orderId": order_id}).get("reply", {})
        return seen.get("status") == status, seen

    def is_in(order_id, status):
        seen = story.call(kim, "order", "GetOrder", {"id": order_id}).get("reply", {})
        return seen.get("status") == status, seen

    def ticket(order_id):
        reply = story.call(park, "store", "ListStoreOrders", {"orderId": order_id}).get("reply", {})
        return (reply.get("storeOrders") or [{}])[0]

    def delivery(order_id):
        reply = story.call(jun, "delivery", "ListDeliveries", {"orderId": order_id}).get("reply", {})
        return (reply.get("deliveries") or [{}])[0]

    def step(order_id, method):
        return story.call(park, "store", method, {"id": ticket(order_id).get("id", "")})

    def cooking(order_id):
        story.eventually("the store has the ticket", lambda: (bool(ticket(order_id)), ticket(order_id)))
        story.done("박 accepts", step(order_id, "AcceptOrder"))
        story.done("and cooks", step(order_id, "StartCooking"))

    story.chapter("김 orders and pays in the same step")
    envelope = place()
    first = story.done("김 orders a 김치찌개 for ₩18,000", envelope).get("id", "")
    watch = story.watch(kim, "dashboard", "WatchOrder", {"orderId": first, "position": envelope.get("position", "")})
    view = story.done("the dashboard waits for the position of her order", story.call(
        kim, "dashboard", "GetOrderView", {"orderId": first}, envelope.get("position", "")))
    story.check("it is PAID, or already further", view.get("status", "").startswith("STATUS_"), view)
    story.refused("a price that is not the sum of the items", place(price="17000"), "INVALID_FIELD")
    story.refused("a banquet for ₩10,000,001", place(REFUSED_PRICE), "PAYMENT_REFUSED")
    story.refused("somebody else looks at her order", story.call(
        f"customer:lee-{tag}", "dashboard", "GetOrderView", {"orderId": first}), "NOT_FOUND")

    story.chapter("The store cooks, a rider delivers, 김 watches")
    cooking(first)
    story.done("박 has cooked it", step(first, "FinishCooking"))
    story.eventually("a rider is looked for", lambda: (bool(delivery(first)), delivery(first)))
    work = {"id": delivery(first).get("id", "")}
    story.done("준 picks it up", story.call(jun, "delivery", "PickUp", work))
    story.refused("소라 comes second", story.call(sora, "delivery", "PickUp", work), "ALREADY_PICKED_UP")
    story.done("준 delivers", story.call(jun, "delivery", "CompleteDelivery", work))
    told = [message["status"][len("STATUS_"):] for message in watch.messages()]
    story.check(f"김 was told {' → '.join(told)}", told[-1:] == ["DELIVERED"] and len(told) == len(set(told)), told)
    story.eventually("the order knows it, too", lambda: is_in(first, "STATUS_DELIVERED"))
    story.refused("she cannot cancel it any more", story.call(kim, "order", "CancelOrder", {"id": first}), "NOT_CANCELABLE")

    story.chapter("김 cancels while it is cooked")
    second = story.done("김 orders again", place()).get("id", "")
    cooking(second)
    story.done("she cancels; the store decides", story.call(kim, "order", "CancelOrder", {"id": second}))
    story.eventually("it is canceled and refunded", lambda: shows(second, "STATUS_REFUNDED"))
    story.refused("박 wants to serve it all the same", step(second, "FinishCooking"), "WRONG_STATUS")

    story.chapter("The store goes away")
    story.kill("store", hold=True)
    third = story.done("김 orders all the same", place()).get("id", "")
    fourth = story.done("and once more", place()).get("id", "")
    asked = story.done("she wants to cancel that one", story.call(kim, "order", "CancelOrder", {"id": fourth}))
    story.check("the request waits for the store", asked.get("cancelRequested") is True, asked)
    story.start("store")
    story.eventually("the ticket is there", lambda: (ticket(third).get("status") == "STATUS_PLACED", ticket(third)))
    story.eventually("and the cancel is decided", lambda: shows(fourth, "STATUS_REFUNDED"))
    story.done("박 rejects the other", step(third, "RejectOrder"))
    story.eventually("which is refunded", lambda: shows(third, "STATUS_REFUNDED"))

    story.chapter("Payment goes away")
    fifth = story.done("김 orders", place()).get("id", "")
    story.kill("payment", hold=True)
    envelope = place()
    story.check("a new order has to wait: " + envelope.get("code", "?"), envelope.get("code") == "UNAVAILABLE", envelope)
    story.done("a cancel goes on", story.call(kim, "order", "CancelOrder", {"id": fifth}))
    story.eventually("the dashboard shows CANCELED", lambda: shows(fifth, "STATUS_CANCELED"))
    story.start("payment")
    story.eventually("the refund runs by itself", lambda: shows(fifth, "STATUS_REFUNDED"))
    story.eventually("김 can order again", lambda: _places(place))

    story.chapter("Dashboard and delivery miss something")
    envelope = place()
    sixth = story.done("김 orders", envelope).get("id", "")
    watch = story.watch(kim, "dashboard", "WatchOrder", {"orderId": sixth, "position": envelope.get("position", "")})
    cooking(sixth)
    story.eventually("she sees it cooking", lambda: shows(sixth, "STATUS_COOKING"))
    story.kill("dashboard", hold=True)
    story.kill("delivery", hold=True)
    seen = watch.messages()
    story.done("박 goes on", step(sixth, "FinishCooking"))
    story.start("dashboard")
    story.start("delivery")
    story.eventually("both have caught up", lambda: shows(sixth, "STATUS_DELIVERING"))
    watch = story.watch(kim, "dashboard", "WatchOrder", {"orderId": sixth, "after": seen[-1]["resumePosition"] if seen else ""})
    work = {"id": delivery(sixth).get("id", "")}
    story.done("준 picks it up", story.call(jun, "delivery", "PickUp", work))
    story.done("and delivers", story.call(jun, "delivery", "CompleteDelivery", work))
    told = [message["status"][len("STATUS_"):] for message in seen + watch.messages()]
    story.check(f"over both connections 김 was told {' → '.join(told)}",
                told[-1:] == ["DELIVERED"] and len(told) == len(set(told)), told)


def _places(place):
    envelope = place()
    return envelope.get("ok", False), envelope
