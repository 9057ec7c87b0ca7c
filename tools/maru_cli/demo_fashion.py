"""The story of fashion."""

import concurrent.futures
import uuid

# What the built-in provider refuses: an amount above its limit (services/payment).
DEAR_PRICE = "10000001"
PIECES = 50
BUYERS = 200


def play(story):
    # People and a store of this run alone, so that the story can be played again on the same data.
    tag = uuid.uuid4().hex[:6]
    store = f"linen-{tag}"
    kim, park = f"customer:kim-{tag}", f"owner:park-{tag}@{store}"
    jun, sora = f"rider:jun-{tag}", f"rider:sora-{tag}"

    def register(name, price, stock, **more):
        return story.call(park, "product", "RegisterProduct",
                          {"storeId": store, "name": name, "price": price, "stock": stock, **more})

    def pieces(product_id):
        row = story.call(kim, "product", "GetProduct", {"id": product_id}).get("reply", {})
        return tuple(int(row.get(name, 0)) for name in ("stock", "reserved", "sold"))

    def has(product_id, stock, reserved, sold):
        seen = pieces(product_id)
        return seen == (stock, reserved, sold), f"stock, reserved, sold = {seen}"

    def place(product_id, who=kim, ask=story.call, **more):
        return ask(who, "order", "PlaceOrder", {
            "productId": product_id, "quantity": 1, "customerName": "김민수",
            "customerAddress": "서울 마포구 어울마당로 35", **more})

    def cancel(order_id):
        return story.call(kim, "order", "CancelOrder", {"id": order_id})

    def shows(order_id, status):
        seen = story.call(kim, "orderview", "GetOrderStatus", {"orderId": order_id}).get("reply", {})
        return seen.get("orderStatus") == status, seen

    def is_in(order_id, status):
        seen = story.call(kim, "order", "GetOrder", {"id": order_id}).get("reply", {})
        return seen.get("status") == status, seen

    def store_order(order_id):
        reply = story.call(park, "store", "ListStoreOrders", {"orderId": order_id}).get("reply", {})
        return (reply.get("storeOrders") or [{}])[0]

    def delivery(order_id):
        reply = story.call("admin:root", "delivery", "ListDeliveries", {"orderId": order_id}).get("reply", {})
        return (reply.get("deliveries") or [{}])[0]

    def by_hand(on):
        return story.call(park, "store", "SetAutoAccept", {
            "store": {"storeId": store, "autoAccept": not on}, "updateMask": "autoAccept"})

    story.chapter("박 lists a shirt, 김 orders and pays in the same step")
    shirt = story.done("박 lists a 린넨 셔츠 in two colours, 10 pieces", register(
        "린넨 셔츠", "39000", "10", options=[{"name": "색상", "optionName": name} for name in ("남색", "흰색")]))
    navy = {"optionId": (shirt.get("options") or [{}])[0].get("id", "")}
    shirt = shirt.get("id", "")
    envelope = place(shirt, quantity=2, **navy)
    first = story.done("김 orders two in 남색", envelope)
    story.check("they cost ₩78,000", first.get("price") == "78000", first)
    first = first.get("id", "")
    view = story.done("the order's page waits for the position of her order", story.call(
        kim, "orderview", "GetOrderStatus", {"orderId": first}, envelope.get("position", "")))
    story.check("it is PAID, or already further", view.get("orderStatus", "").startswith("STATUS_"), view)
    story.refused("a shirt in no colour", place(shirt), "NO_SUCH_OPTION")
    story.refused("eleven shirts", place(shirt, quantity=11, **navy), "OUT_OF_STOCK")
    coat = story.done("박 lists a coat for ₩10,000,001", register("코트", DEAR_PRICE, "1")).get("id", "")
    story.refused("김 wants it", place(coat), "PAYMENT_REFUSED")
    story.eventually("it is back in the stock", lambda: has(coat, 1, 0, 0))
    story.refused("somebody else looks at her order", story.call(
        f"customer:lee-{tag}", "orderview", "GetOrderStatus", {"orderId": first}), "NOT_FOUND")

    story.chapter("The store accepts by itself, a rider delivers")
    story.eventually("it is on its way", lambda: shows(first, "STATUS_DELIVERING"))
    story.eventually("two shirts are sold", lambda: has(shirt, 8, 0, 2))
    work = {"id": delivery(first).get("id", "")}
    story.done("준 delivers", story.call(jun, "delivery", "CompleteDelivery", work))
    story.refused("소라 comes second", story.call(sora, "delivery", "CompleteDelivery", work), "ALREADY_COMPLETED")
    story.eventually("김 has it", lambda: shows(first, "STATUS_COMPLETED"))
    story.eventually("the order knows it, too", lambda: is_in(first, "STATUS_COMPLETED"))
    story.refused("she cannot cancel it any more", cancel(first), "NOT_CANCELABLE")

    story.chapter("A cancel runs back through all of them")
    second = story.done("김 orders another one", place(shirt, **navy)).get("id", "")
    story.eventually("it is on its way", lambda: shows(second, "STATUS_DELIVERING"))
    story.done("she cancels; the delivery decides", cancel(second))
    story.eventually("it is canceled and refunded", lambda: shows(second, "STATUS_REFUNDED"))
    story.eventually("the shirt is back in the stock", lambda: has(shirt, 8, 0, 2))
    story.refused("준 wants to deliver it all the same", story.call(
        jun, "delivery", "CompleteDelivery", {"id": delivery(second).get("id", "")}), "DELIVERY_CANCELED")

    story.chapter("박 works by hand, and a cancel comes too late")
    story.done("박 switches auto_accept off", by_hand(True))
    third = story.done("김 orders", place(shirt, **navy)).get("id", "")
    story.eventually("박 has it", lambda: (store_order(third).get("status") == "STATUS_PLACED", store_order(third)))
    item = {"id": store_order(third).get("id", "")}
    story.done("박 accepts", story.call(park, "store", "AcceptOrder", item))
    story.eventually("it is on its way", lambda: shows(third, "STATUS_DELIVERING"))
    story.done("김 cancels", cancel(third))
    story.eventually("박 is to confirm", lambda: (store_order(third).get("status") == "STATUS_CANCEL_PENDING",
                                                 store_order(third)))
    story.refused("accepting is over", story.call(park, "store", "AcceptOrder", item), "CANCEL_PENDING")
    story.done("meanwhile 준 delivers", story.call(jun, "delivery", "CompleteDelivery", {"id": delivery(third).get("id", "")}))
    story.done("박 confirms", story.call(park, "store", "ConfirmCancel", item))
    story.eventually("the delivery refused: the store has it ACCEPTED again",
                     lambda: (store_order(third).get("status") == "STATUS_ACCEPTED", store_order(third)))
    story.eventually("and 김 has it", lambda: shows(third, "STATUS_COMPLETED"))
    story.done("박 switches auto_accept on again", by_hand(False))

    story.chapter(f"{BUYERS} customers want {PIECES} pieces")
    rare = story.done(f"박 lists {PIECES} pieces of something rare", register("한정판", "9000", str(PIECES))).get("id", "")

    def buy(number):
        envelope = place(rare, f"customer:c{number}-{tag}", story.insist)
        return "sold" if envelope.get("ok") else envelope.get("reason")

    with concurrent.futures.ThreadPoolExecutor(BUYERS) as crowd:
        answers = list(crowd.map(buy, range(BUYERS)))
    counts = {answer: answers.count(answer) for answer in set(answers)}
    story.check(f"exactly {PIECES} got one", counts == {"sold": PIECES, "OUT_OF_STOCK": BUYERS - PIECES}, counts)
    story.eventually("none is left, none was made", lambda: has(rare, 0, 0, PIECES))

    story.chapter("Payment goes away")
    # The crowd may have opened order's breaker.
    fourth = story.done("김 orders", place(shirt, ask=story.insist, **navy)).get("id", "")
    story.kill("payment", hold=True)
    envelope = place(shirt, **navy)
    story.check("a new order has to wait: " + envelope.get("code", "?"), envelope.get("code") == "UNAVAILABLE", envelope)
    story.eventually("what it reserved is back", lambda: has(shirt, 6, 0, 4))
    story.done("a cancel goes on", cancel(fourth))
    story.eventually("the order is CANCELED", lambda: shows(fourth, "STATUS_CANCELED"))
    story.start("payment")
    story.eventually("the refund runs by itself", lambda: shows(fourth, "STATUS_REFUNDED"))
    story.eventually("김 can order again", lambda: _places(place, shirt, navy))

    story.chapter("Product goes away")
    fifth = story.done("김 orders", place(shirt, **navy)).get("id", "")
    story.eventually("all of it is known", lambda: has(shirt, 5, 0, 5))
    story.kill("product", hold=True)
    envelope = place(shirt, **navy)
    story.check("a new order has to wait: " + envelope.get("code", "?"), envelope.get("code") == "UNAVAILABLE", envelope)
    story.done("a cancel goes on", cancel(fifth))
    story.eventually("and is refunded", lambda: shows(fifth, "STATUS_REFUNDED"))
    story.start("product")
    story.eventually("the shirt comes back, once", lambda: has(shirt, 6, 0, 4))

    story.chapter("Store, delivery and orderview miss something")
    for context in ("store", "delivery", "orderview"):
        story.kill(context, hold=True)
    story.eventually("김 orders all the same", lambda: _places(place, shirt, navy))
    sixth = story.done("and once more", place(shirt, **navy)).get("id", "")
    asked = story.done("she wants to cancel that one", cancel(sixth))
    story.check("the request waits", asked.get("cancelRequested") is True, asked)
    for context in ("store", "delivery", "orderview"):
        story.start(context)
    story.eventually("all have caught up, and the cancel is decided", lambda: shows(sixth, "STATUS_REFUNDED"))
    story.eventually("five shirts are left", lambda: has(shirt, 5, 0, 5))


def _places(place, product_id, option):
    envelope = place(product_id, **option)
    return envelope.get("ok", False), envelope
