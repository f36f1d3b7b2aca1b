from datetime import UTC, datetime, timedelta

import pytest

from framewarden import delivering, settings, sweeping
from framewarden.aws.outbox import Outbox
from framewarden.domain.errors import StoreThrottledError

NOW = datetime(2026, 11, 22, 8, 5, 32, tzinfo=UTC)
SECONDS = int(NOW.timestamp())


def sweep(now=NOW):
    return sweeping.sweep(settings.Sweep.read(), now)


def keep(name, due=0):
    row = delivering.notice(name, f"subject {name}", "text", NOW) | {"due": SECONDS + due}
    Outbox("outbox").put(row)


def review(aws, number, severity="high", due=60, **more):
    row = {"review_id": f"r{number}", "status": "pending", "open_severity": severity}
    row |= {"severity": severity, "deadline": SECONDS + due, "rung": 0, "ladder": [60]}
    row |= {"default": "allow", "task_token": f"token-{number}", "waiting_rung": 0}
    aws.put("reviews", row | more)


def test_a_quiet_minute_says_so(aws, counted):
    assert sweep() == {"undelivered": 0, "sent": 0, "open_reviews": 0, "closed": 0}
    assert counted() == {"OutboxDue": 0, "OpenReviews": 0, "OldestDeadlineSeconds": 0}


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
