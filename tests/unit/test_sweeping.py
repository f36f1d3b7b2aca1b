from datetime import UTC, datetime, timedelta

import pytest

from framewarden import delivering, settings, sweeping
from framewarden.aws.outbox import Outbox
from framewarden.domain.errors import StoreThrottledError
from tests.unit.scenes import CHANNEL

NOW = datetime(2026, 11, 22, 8, 5, 32, tzinfo=UTC)
SECONDS = int(NOW.timestamp())
ROOM = "arn:aws:ivschat:us-east-1:111122223333:room/AbCdEfGhIjKl"
ROOMS = {"viewers": ROOM, "moderators": ROOM}


def sweep(now=NOW, **limits):
    return sweeping.sweep(settings.Sweep.read(), now, **limits)


def keep(name, due=0):
    row = delivering.notice(name, f"subject {name}", "text", NOW) | {"due": SECONDS + due}
    Outbox("outbox").put(row)


def review(aws, number, severity="high", due=60, **more):
    row = {"review_id": f"r{number}", "status": "pending", "open_severity": severity}
    row |= {"severity": severity, "deadline": SECONDS + due, "rung": 0, "ladder": [60]}
    row |= {"default": "allow", "task_token": f"token-{number}", "waiting_rung": 0}
    row |= {"channel": "AbCdef1G2hij", "channel_arn": CHANNEL, "rooms": ROOMS}
    aws.put("reviews", row | more)


def test_a_quiet_minute_says_so(aws, counted):
    nothing = {"undelivered": 0, "given_up": 0, "sent": 0, "open_reviews": 0, "closed": 0}
    assert sweep() == nothing
    levels = ("OutboxDue", "OutboxGivenUp", "OpenReviews", "OldestDeadlineSeconds")
    assert counted() == dict.fromkeys(levels, 0)


def test_what_is_due_is_sent_and_the_rest_waits(aws, counted):
    keep("due", due=0)
    keep("fresh", due=1)
    told = sweep()
    assert (told["sent"], told["undelivered"]) == (1, 1)
    assert [notice["subject"] for notice in aws.notices()] == ["subject due"]
    assert counted()["OutboxDue"] == 0


def test_one_row_that_fails_does_not_hold_up_the_others(aws, counted):
    for number in range(3):
        keep(number)
    aws.wire.fails("Publish", "ThrottlingException")
    told = sweep()
    assert (told["sent"], told["undelivered"]) == (2, 1)
    assert counted()["OutboxDue"] == 1
    assert sweep()["sent"] == 0, "it waits for a minute"
    assert sweep(NOW + timedelta(seconds=60))["sent"] == 1


def test_the_gauges_say_how_many_wait_and_how_long_the_oldest_is_overdue(aws, counted):
    review(aws, 1, "critical", due=30)
    review(aws, 2, "high", due=-10)
    review(aws, 3, "medium", due=3000)
    assert sweep()["open_reviews"] == 3
    told = counted()
    assert (told["OpenReviews"], told["OldestDeadlineSeconds"]) == (3, 10)


def test_a_review_whose_own_execution_is_about_to_close_it_is_left_to_that(aws):
    review(aws, 1, due=-sweeping.LATE)
    assert sweep()["closed"] == 0
    assert sweep(NOW + timedelta(seconds=1))["closed"] == 1
    assert aws.review("r1")["status"] == "expired"
    assert aws.answers()[0]["token"] == "token-1"


def test_a_review_that_cannot_be_closed_is_still_told_of(aws, counted):
    review(aws, 1, due=-100)
    aws.wire.fails("TransactWriteItems", "ThrottlingException")
    with pytest.raises(StoreThrottledError):
        sweep()
    assert counted()["OldestDeadlineSeconds"] == 100
    assert sweep()["closed"] == 1


def test_no_row_is_missed_however_many_there_are(aws):
    wide = "x" * 200_000
    for number in range(12):  # more than the megabyte of one page
        keep(number)
        aws.put("outbox", {**aws.row("outbox", id=f"notice#{number}"), "filler": wide})
    assert sweep()["sent"] == 12


def test_what_was_given_up_is_seen_and_not_tried_again(aws, counted):
    keep(1)
    aws.wire.fails("Publish", "NotFound")
    assert sweep()["sent"] == 0
    told = counted()
    assert (told["NoticeGivenUp"], told["OutboxGivenUp"]) == (1, 0)
    for day in range(3):
        told = sweep(NOW + timedelta(days=day, seconds=1))
        assert (told["sent"], told["given_up"], told["undelivered"]) == (0, 1, 0)
        told = counted()
        assert (told["OutboxGivenUp"], told["OutboxDue"]) == (1, 0)
        assert "NoticeGivenUp" not in told
    assert len(aws.wire.made("Publish")) == 1
    assert aws.notices() == []


def test_a_notice_that_is_never_taken_is_not_retried_for_ever(aws):
    keep(1)
    aws.wire.fails("Publish", "ThrottlingException", times=1000)
    moment = NOW
    for _ in range(100):
        sweep(moment)
        moment += timedelta(hours=1)
    [row] = aws.rows("outbox")
    assert (row["attempts"], "given_up_at" in row) == (49, True)


def test_calls_of_both_kinds_and_viewers_events_are_sent_by_the_sweep(aws):
    aws.wire.serves("SendEvent", lambda asked: {"id": "event1234567"})
    more = {"frame": {"key": "k"}, "opened_at": "2026-11-22T08:05:32.000Z", "labels": []}
    review(aws, 1, **more, category="unscreened")
    row = aws.review("r1")
    for kept in (
        delivering.review_call(row, 0, NOW, grace=0),
        delivering.moderators_event(row, NOW, grace=0),
        delivering.viewers_event("stop#1", CHANNEL, ROOMS, "stream_stopped", NOW) | {"due": 0},
    ):
        Outbox("outbox").put(kept)
    assert sweep()["sent"] == 3
    names = sorted(asked["eventName"] for asked in aws.wire.made("SendEvent"))
    assert names == ["moderation:review_opened", "moderation:stream_stopped"]
    [notice] = aws.notices()
    assert notice["subject"].startswith("high: unscreened")
    assert aws.rows("outbox") == []


def test_an_event_of_a_review_that_has_ended_is_not_sent(aws):
    review(aws, 1)
    Outbox("outbox").put(delivering.moderators_event(aws.review("r1"), NOW, grace=0))
    aws.put("reviews", aws.review("r1") | {"status": "decided"})
    assert sweep()["sent"] == 1
    assert aws.wire.made("SendEvent") == []
    assert aws.rows("outbox") == []


def test_answers_go_first_because_an_execution_waits(aws):
    keep("old", due=-1000)
    review(aws, 1, due=600)
    Outbox("outbox").put(
        delivering.callback("r1", 0, {"decision": "allow"}, NOW) | {"due": SECONDS}
    )
    sweep()
    order = [call.operation for call in aws.wire.calls]
    assert order.index("SendTaskSuccess") < order.index("Publish")


def test_a_service_that_hangs_keeps_no_overdue_review_open(aws, counted):
    for number in range(3):
        keep(number)
    review(aws, 1, due=-100)
    told = sweep(patience=-1)
    assert (told["sent"], told["undelivered"], told["closed"]) == (0, 3, 1)
    assert counted()["OutboxDue"] == 3
    assert sweep()["sent"] == 3
