"""The story of homecleaning."""

import uuid

CARD = "1234-5678-9012-3456"
# What the built-in provider refuses: a number that ends so, an amount above its limit (services/payment).
REFUSED_CARD = "1234-5678-9012-0002"
REFUSED_PRICE = "10000001"


def play(story):
    # People of this run alone, so that the story can be played again on the same data.
    tag = uuid.uuid4().hex[:6]
    kim, sora, jun = f"customer:kim-{tag}", f"cleaner:sora-{tag}", f"cleaner:jun-{tag}"

    def reserve(price="20000", **more):
        return story.call(kim, "reservation", "RequestCleaning", {
            "requestDate": "2027-03-01T01:00:00Z", "place": "서울 마포구 어울마당로 35", "customerName": "김민수",
            "price": price, **more})

    def page(reservation_id):
        return story.call(kim, "dashboard", "GetReservationView", {"reservationId": reservation_id}).get("reply", {})

    def shows(reservation_id, **fields):
        seen = page(reservation_id)
        return all(seen.get(name) == value for name, value in fields.items()), seen

    def cleaning(reservation_id):
        reply = story.call(sora, "cleaning", "ListCleanings", {"reservationId": reservation_id}).get("reply", {})
        return (reply.get("cleanings") or [{}])[0]

    def messages():
        reply = story.call(kim, "message", "ListMessages", {}).get("reply", {})
        return sorted(m["kind"] for m in reply.get("messages", []))

    story.chapter("김 reserves a cleaning and pays in the same step")
    envelope = reserve()
    first = story.done("김 reserves for ₩20,000", envelope).get("id", "")
    view = story.done("the dashboard waits for the position of her reservation",
                      story.call(kim, "dashboard", "GetReservationView", {"reservationId": first},
                                 envelope.get("position", "")))
    story.check("it is PAID", view.get("status") == "STATUS_PAID", view)
    story.refused("김 wants something for ₩10,000,001", reserve(REFUSED_PRICE), "PAYMENT_REFUSED")
    request_id = str(uuid.uuid4())
    twice = [reserve(requestId=request_id) for _ in range(2)]
    second, again = (story.done("김 reserves another one" + more, e).get("id", "")
                     for more, e in zip(("", ", and the same request_id again"), twice))
    story.check("both answers are the same reservation", second and second == again, twice)

    story.chapter("김 pays in another way")
    method = story.done("she registers a card", story.call(kim, "paymethod", "RegisterPaymethod", {
        "reservationId": first, "kind": "PAY_KIND_BANK", "number": CARD}))
    story.check("its number comes back masked", method.get("number") == "****-****-****-3456", method)
    story.refused("somebody else's reservation", story.call(f"customer:lee-{tag}", "paymethod", "RegisterPaymethod", {
        "reservationId": first, "kind": "PAY_KIND_BANK", "number": CARD}), "NO_PAYMENT")
    story.eventually("the dashboard shows the bank", lambda: shows(
        first, payKind="PAY_KIND_BANK", maskedNumber="****-****-****-3456"))
    story.done("she changes to a card that the provider refuses", story.call(kim, "paymethod", "ChangePaymethod", {
        "paymethod": {"id": method.get("id", ""), "kind": "PAY_KIND_CREDIT", "number": REFUSED_CARD},
        "updateMask": "kind,number"}))

    def method_now():
        return story.call(kim, "paymethod", "GetPaymethod", {"id": method.get("id", "")}).get("reply", {})

    story.eventually("it goes back to what was accepted last", lambda: (
        method_now().get("number") == "****-****-****-3456" and method_now().get("kind") == "PAY_KIND_BANK", method_now()))
    story.eventually("on the dashboard too", lambda: shows(first, payKind="PAY_KIND_BANK", maskedNumber="****-****-****-3456"))

    story.chapter("소라 cleans")
    story.eventually("a cleaning is open", lambda: (cleaning(first).get("status") == "STATUS_OPEN", cleaning(first)))
    work = {"id": cleaning(first).get("id", "")}
    story.done("소라 starts", story.call(sora, "cleaning", "StartCleaning", work))
    story.refused("준 wants to finish it", story.call(jun, "cleaning", "FinishCleaning", work), "ALREADY_STARTED")
    story.done("소라 finishes", story.call(sora, "cleaning", "FinishCleaning", work))
    story.eventually("the dashboard shows CLEANED", lambda: shows(first, status="STATUS_CLEANED"))
    story.eventually("the reservation cannot be canceled any more", lambda: _not_cancelable(story, kim, first))

    story.chapter("Payment goes away")
    story.kill("payment", hold=True)
    envelope = reserve()
    story.check("a new reservation has to wait: " + envelope.get("code", "?"), envelope.get("code") == "UNAVAILABLE", envelope)
    story.done("a cancel goes on", story.call(kim, "reservation", "CancelReservation", {"id": second}))
    story.done("so does a change of the card", story.call(kim, "paymethod", "ChangePaymethod", {
        "paymethod": {"id": method.get("id", ""), "kind": "PAY_KIND_CREDIT", "number": "9999-8888"}, "updateMask": "kind,number"}))
    story.eventually("the dashboard shows CANCELED", lambda: shows(second, status="STATUS_CANCELED"))
    story.start("payment")
    story.eventually("the refund runs by itself", lambda: shows(second, status="STATUS_REFUNDED"))
    story.eventually("and the card is accepted", lambda: shows(first, payKind="PAY_KIND_CREDIT", maskedNumber="****-8888"))
    story.eventually("김 can reserve again", lambda: _reserves(reserve))

    story.chapter("Message and dashboard miss something")
    story.kill("message", hold=True)
    story.kill("dashboard", hold=True)
    third = story.done("김 reserves all the same", reserve()).get("id", "")
    story.done("and cancels", story.call(kim, "reservation", "CancelReservation", {"id": third}))
    story.start("message")
    story.start("dashboard")
    story.eventually("the dashboard has caught up", lambda: shows(third, status="STATUS_REFUNDED"))
    story.eventually("김 has one message for everything that happened", lambda: (
        _counts(messages()) == {"CleaningConfirmed": 1, "PaymentApproved": 4, "PaymentCanceled": 2, "PaymentKindRefused": 1,
                                "PaymethodChanged": 2, "PaymethodRegistered": 1}, messages()))


def _counts(kinds):
    return {kind: kinds.count(kind) for kind in kinds}


def _not_cancelable(story, who, reservation_id):
    envelope = story.call(who, "reservation", "CancelReservation", {"id": reservation_id})
    return envelope.get("reason") == "NOT_CANCELABLE", envelope


def _reserves(reserve):
    envelope = reserve()
    return envelope.get("ok", False), envelope
