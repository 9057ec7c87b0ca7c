"""The story of books."""

import uuid


def play(story):
    # People and books of this run alone, so that the story can be played again on the same data.
    tag = uuid.uuid4().hex[:6]
    sujin, kim, lee = f"librarian:sujin-{tag}", f"customer:kim-{tag}", f"customer:lee-{tag}"
    toji, dune = f"toji-{tag}", f"dune-{tag}"

    def warehouse(book, quantity, version="1.0", **more):
        return story.call(sujin, "library", "Warehouse", {
            "bookId": book, "quantity": str(quantity), "version": version, "name": "토지 1권", **more})

    def renew(book, version):
        return story.call(sujin, "library", "Renew", {"bookId": book, "version": version})

    def reserve(who, book=toji):
        return story.call(who, "reservation", "Reserve", {"bookId": book})

    def listed(book, **fields):
        seen = story.call(sujin, "admin", "GetBookView", {"bookId": book}).get("reply", {})
        return all(seen.get(name) == value for name, value in fields.items()), seen

    def page(who, reservation_id, status):
        seen = story.call(who, "mypage", "GetMyPageEntry", {"reservationId": reservation_id}).get("reply", {})
        return seen.get("status") == status, seen

    def stock_adds_up(book):
        seen = story.call(kim, "book", "GetBook", {"id": book}).get("reply", {})
        sums = {name: int(seen.get(name, 0)) for name in ("stock", "received", "reset", "issued", "returned")}
        return sums["stock"] == sums["received"] + sums["reset"] - sums["issued"] + sums["returned"], sums

    story.chapter("수진 takes books in, 김 reserves one")
    envelope = warehouse(toji, 1)
    story.done("수진 takes one copy in", envelope)
    view = story.done("the list waits for the position of that",
                      story.call(sujin, "admin", "GetBookView", {"bookId": toji}, envelope.get("position", "")))
    story.check("it has one copy", view.get("stock") == "1", view)
    first = story.done("김 reserves", reserve(kim)).get("id", "")
    story.eventually("she has it", lambda: page(kim, first, "STATUS_DELIVERED"))
    second = story.done("이 reserves too", reserve(lee)).get("id", "")
    story.eventually("there was no copy for her", lambda: page(lee, second, "STATUS_CANCELED"))
    canceled = story.call(lee, "reservation", "GetReservation", {"id": second}).get("reply", {})
    story.check("that is the reason", canceled.get("reason") == "REASON_OUT_OF_STOCK", canceled)
    story.done("김 gives it back", story.call(kim, "reservation", "CancelReservation", {"id": first}))
    story.eventually("the list has it again", lambda: listed(toji, stock="1"))

    story.chapter("Book goes away")
    story.kill("book", hold=True)
    envelope = warehouse(toji, 5)
    story.check("수진 has to wait to take books in: " + envelope.get("code", "?"), envelope.get("code") == "UNAVAILABLE", envelope)
    pending = story.done("or lets it be done later", warehouse(dune, 3, allowPending=True))
    story.check("that is PENDING", pending.get("status") == "STATUS_PENDING", pending)
    story.done("she reprints all the same", renew(toji, "2.0"))
    story.refused("the same version again", renew(toji, "2"), "VERSION_NOT_NEWER")
    story.check("the list is readable", listed(toji, stock="1", version="1.0")[0], listed(toji)[1])
    third = story.done("김 reserves", reserve(kim)).get("id", "")
    story.start("book")
    story.eventually("the reprint is there, less the copy of 김 at most", lambda: (
        listed(toji, version="2.0")[0] and listed(toji)[1].get("stock") in ("99", "100"), listed(toji)[1]))
    story.eventually("김 has hers", lambda: page(kim, third, "STATUS_DELIVERED"))
    story.eventually("what was PENDING came in once", lambda: listed(dune, stock="3"))

    story.chapter("The list, the pages and delivery miss something")
    for context in ("admin", "mypage", "delivery"):
        story.kill(context, hold=True)
    story.done("수진 takes two more in", warehouse(dune, 2))
    fourth = story.done("김 reserves one of them", reserve(kim, dune)).get("id", "")
    fifth = story.done("이 too", reserve(lee, dune)).get("id", "")
    story.done("and does not want it any more", story.call(lee, "reservation", "CancelReservation", {"id": fifth}))
    for context in ("admin", "mypage", "delivery"):
        story.start(context)
    story.eventually("김 has it", lambda: page(kim, fourth, "STATUS_DELIVERED"))
    story.eventually("이 has none", lambda: page(lee, fifth, "STATUS_CANCELED"))
    story.eventually("the list has caught up", lambda: listed(dune, stock="4"))
    for book in (toji, dune):
        story.eventually("stock = received + reset − issued + returned", lambda book=book: stock_adds_up(book))
