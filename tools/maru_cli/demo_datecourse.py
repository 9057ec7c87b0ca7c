"""The story of datecourse."""

import uuid


def play(story):
    # People of this run alone, so that the story can be played again on the same data.
    tag = uuid.uuid4().hex[:6]
    mina, kim, lee = f"host:mina-{tag}", f"customer:kim-{tag}", f"customer:lee-{tag}"

    story.chapter("미나 publishes a date course")
    course = story.done("미나 registers «한강 노을 산책»", story.call(mina, "schedule", "RegisterSchedule", {
        "title": "한강 노을 산책", "content": "여의나루역 2번 출구에서 만나 치킨과 함께", "uploader": "미나"}))
    course_id = course.get("id", "")

    def page():
        return story.call(kim, "viewpage", "GetScheduleView", {"scheduleId": course_id})

    story.eventually("the page shows it", lambda: (page().get("ok", False), page()))

    story.chapter("People talk about it")
    kinds = {}
    for who, kind, text in ((kim, "KIND_COMMENT", "여기 정말 좋아요!"), (lee, "KIND_COMMENT", "주차는 어디에 하나요?"),
                            (kim, "KIND_BOOKMARK", ""), (lee, "KIND_LIKE", ""), (kim, "KIND_LIKE", "")):
        request = {"scheduleId": course_id, "kind": kind}
        if text:
            request["commentText"] = text
        envelope = story.call(who, "communication", "Register", request)
        kinds[who, kind] = story.done(f"{_name(who)} leaves a {kind[5:].lower()}" + (f" «{text}»" if text else ""), envelope)
    last_position = envelope.get("position", "")
    story.refused("김 likes it a second time", story.call(kim, "communication", "Register", {
        "scheduleId": course_id, "kind": "KIND_LIKE"}), "ALREADY_EXISTS")

    view = story.done("김 reads her own writes: the page waits for the position of her like",
                      story.call(kim, "viewpage", "GetScheduleView", {"scheduleId": course_id}, last_position))
    story.check(f"it counts {_counts(view)}", _counts(view) == "2 comments, 1 bookmarks, 2 likes, 0 reviews", view)

    request_id = str(uuid.uuid4())
    twice = [story.call(lee, "communication", "Register", {
        "scheduleId": course_id, "kind": "KIND_COMMENT", "commentText": "두 번 눌렀어요", "requestId": request_id})
        for _ in range(2)]
    first, second = (story.done("이 sends a comment" + again, e) for again, e in zip(("", " again, same request_id"), twice))
    story.check("both answers are the same comment", first.get("id") and first == second, twice)

    story.chapter("Reviews ask schedule first")
    story.refused("김 reviews while reviews are closed", story.call(kim, "review", "WriteReview", {
        "scheduleId": course_id, "commentText": "아직 안 열렸나요?", "rating": 5}), "REVIEW_CLOSED")
    story.done("미나 opens reviews", story.call(mina, "schedule", "ModifySchedule", {
        "schedule": {"id": course_id, "reviewOpen": True}, "updateMask": "reviewOpen"}))
    review = story.done("김 writes a review", story.call(kim, "review", "WriteReview", {
        "scheduleId": course_id, "commentText": "노을이 최고였어요", "rating": 5}))
    story.check("it has an id of its own", bool(review.get("id")), review)

    def messages(who):
        reply = story.call(who, "message", "ListMessages", {}).get("reply", {})
        return sorted(m["kind"] for m in reply.get("messages", []))

    story.eventually("미나 is told of the review", lambda: (messages(mina) == ["ReviewRegistered"], messages(mina)))

    story.chapter("김 changes her mind")
    story.done("she takes her bookmark back", story.call(kim, "communication", "DeleteCommunication", {
        "id": kinds[kim, "KIND_BOOKMARK"].get("id", "")}))
    story.eventually("she has one message for each", lambda: (
        messages(kim) == ["BookmarkCanceled", "BookmarkRegistered"], messages(kim)))
    story.eventually("the page shows 3 comments, 0 bookmarks, 2 likes, 1 review", lambda: (
        _counts(page().get("reply", {})) == "3 comments, 0 bookmarks, 2 likes, 1 reviews", page()))

    story.chapter("Something breaks, nothing is lost")
    story.kill("schedule", hold=True)
    story.done("comments go on without schedule", story.call(lee, "communication", "Register", {
        "scheduleId": course_id, "kind": "KIND_COMMENT", "commentText": "서버가 죽어도 댓글은 달려요"}))
    story.refused("a new review has to wait", story.call(lee, "review", "WriteReview", {
        "scheduleId": course_id, "commentText": "지금은 안 되겠네요", "rating": 4}), "CALLEE_UNAVAILABLE")
    story.eventually("the page goes on", lambda: (
        _counts(page().get("reply", {})) == "4 comments, 0 bookmarks, 2 likes, 1 reviews", page()))
    story.start("schedule")
    story.eventually("schedule is back and has counted what it missed", lambda: _schedule_counts(story, mina, course_id))
    story.eventually("이 can review again, by itself", lambda: _write_review(story, lee, course_id))
    story.kill("viewpage")
    story.eventually("the page comes back and has caught up", lambda: (
        _counts(page().get("reply", {})) == "4 comments, 0 bookmarks, 2 likes, 2 reviews", page()))

    story.chapter("The course ends")
    story.done("미나 deletes it", story.call(mina, "schedule", "DeleteSchedule", {"id": course_id}))
    story.eventually("the page is gone", lambda: (page().get("reason") == "NOT_FOUND", page()))
    story.done("김 may still delete her own review", story.call(kim, "review", "DeleteReview", {"id": review.get("id", "")}))


def _name(who):
    return {"kim": "김", "lee": "이"}[who.split(":")[1].split("-")[0]]


def _counts(view):
    return (f"{view.get('commentCount', 0)} comments, {view.get('bookmarkCount', 0)} bookmarks, "
            f"{view.get('likeCount', 0)} likes, {view.get('reviewCount', 0)} reviews")


def _schedule_counts(story, who, course_id):
    envelope = story.call(who, "schedule", "GetSchedule", {"id": course_id})
    return _counts(envelope.get("reply", {})) == "4 comments, 0 bookmarks, 2 likes, 1 reviews", envelope


def _write_review(story, who, course_id):
    envelope = story.call(who, "review", "WriteReview", {
        "scheduleId": course_id, "commentText": "다시 돌아왔네요, 좋아요", "rating": 4})
    return envelope.get("ok", False), envelope
