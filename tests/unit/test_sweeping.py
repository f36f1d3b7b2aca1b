from datetime import UTC, datetime, timedelta

import pytest

from framewarden import delivering, settings, sweeping
from framewarden.aws.outbox import Outbox
from framewarden.domain.errors import StoreThrottledError
from framewarden.domain.incidents import place
from tests.unit.scenes import CHANNEL
from tests.unit.wire import KilledError

NOW = datetime(2026, 11, 22, 8, 5, 32, tzinfo=UTC)
SECONDS = int(NOW.timestamp())
ROOM = "arn:aws:ivschat:us-east-1:111122223333:room/AbCdEfGhIjKl"
ROOMS = {"viewers": ROOM, "moderators": ROOM}
PUBLISH = 9  # the place of the notice among the calls of a sweep that reminds


def sweep(now=NOW, **limits):
    return sweeping.sweep(settings.Sweep.read(), now, **limits)


def keep(name, due=0):
    row = delivering.notice(name, f"subject {name}", "text", NOW) | {"due": SECONDS + due}
    Outbox("outbox").put(row)


def review(aws, number, severity="high", due=60, **more):
    row = {"review_id": f"r{number}", "status": "pending", "open": "review"}
    row |= {"severity": severity, "deadline": SECONDS + due, "rung": 0, "ladder": [60]}
    row |= {"place": place(severity, SECONDS + due), "opened_at": "2026-11-22T08:05:00.000Z"}
    row |= {"default": "allow", "task_token": f"token-{number}", "waiting_rung": 0}
    row |= {"channel": "AbCdef1G2hij", "channel_arn": CHANNEL, "rooms": ROOMS}
    row |= {"frame": {"key": "k"}, "labels": [], "category": "unscreened"}
    aws.put("reviews", row | more)


def test_a_quiet_minute_says_so(aws, counted):
    names = ("undelivered", "given_up", "sent", "open_reviews", "closed", "reminded")
    assert sweep() == dict.fromkeys(names, 0)
    levels = ("OutboxDue", "OutboxGivenUp", "OpenReviews", "EscalatedReviews", "AdapterExpiring")
    assert counted() == dict.fromkeys((*levels, "OldestDeadlineSeconds"), 0)


def test_what_only_warns_waits_for_a_sweep_that_has_time(aws, counted):
    sweep(patience=-1.0)
    assert "AdapterExpiring" not in counted()


def test_whatever_becomes_of_the_warning_a_sweep_has_done_its_work(aws, logged):
    aws.wire.fails("GetItem", "AccessDeniedException")
    keep("due", due=0)
    assert sweep()["sent"] == 1
    assert "adapter not looked at" in logged.getvalue()


def test_what_is_due_is_sent_and_the_rest_waits(aws, counted):
    keep("due", due=0)
    keep("fresh", due=1)
    told = sweep()
    assert (told["sent"], told["undelivered"]) == (1, 1)
    assert [notice["subject"] for notice in aws.notices()] == ["subject due"]
    assert counted()["OutboxDue"] == 0


def test_the_word_of_a_stop_says_what_it_is_to_subscriptions(aws):
    for name in ("stop#arn:aws:ivs:x#st-1", "reinstate#arn:aws:ivs:x#order-1"):
        keep(name)
    sweep()
    told = [asked["MessageAttributes"] for asked in aws.wire.made("Publish")]
    assert sorted(attributes["call"]["StringValue"] for attributes in told) == ["reinstate", "stop"]


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
    review(aws, 1, "critical", due=30, rung=1)
    review(aws, 2, "high", due=-10)
    review(aws, 3, "medium", due=3000)
    assert sweep()["open_reviews"] == 3
    told = counted()
    assert (told["OpenReviews"], told["EscalatedReviews"]) == (3, 1)
    assert told["OldestDeadlineSeconds"] == 10


def test_the_desk_reads_how_many_were_open_of_each_severity_and_when(aws):
    for number, severity in enumerate(("high", "high", "medium", "low")):
        review(aws, number, severity)
    sweep()
    kept = aws.row("reviews", review_id="counts")
    assert kept.pop("review_id") == "counts"
    counts = {"critical": 0, "high": 2, "medium": 1, "low": 1}
    assert kept == counts | {"counted_at": "2026-11-22T08:05:32.000Z"}
    aws.put("reviews", {"review_id": "r0"})  # it has ended, and left the queue
    sweep(NOW + timedelta(seconds=9))
    kept = aws.row("reviews", review_id="counts")
    assert (kept["high"], kept["counted_at"]) == (1, "2026-11-22T08:05:41.000Z")


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
    review(aws, 1)
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


def after(**passed):
    return NOW + timedelta(**passed)


def subjects(aws):
    return [notice["subject"].partition(":")[0] for notice in aws.notices()]


class TestReminder:
    """Of a review that has 900 seconds, 600 of them before people are told again."""

    @pytest.fixture(autouse=True)
    def waiting(self, aws):
        review(aws, 1, due=900, remind_at=SECONDS + 600)

    def test_is_sent_once_in_the_sweep_that_finds_it_due(self, aws, counted):
        assert sweep(after(seconds=599))["reminded"] == 0
        assert subjects(aws) == []
        told = sweep(after(seconds=600))
        assert (told["reminded"], told["sent"], told["undelivered"]) == (1, 1, 0)
        assert counted()["ReviewsReminded"] == 1
        assert subjects(aws) == ["REMINDER"]
        row = aws.review("r1")
        assert (row["reminded_at"], "remind_at" in row) == ("2026-11-22T08:15:32.000Z", False)
        assert sweep(after(seconds=660))["reminded"] == 0
        assert "ReviewsReminded" not in counted()
        assert subjects(aws) == aws.rows("outbox") == []

    def test_says_what_it_is_to_subscriptions(self, aws):
        sweep(after(seconds=600))
        [asked] = aws.wire.made("Publish")
        values = {name: of["StringValue"] for name, of in asked["MessageAttributes"].items()}
        assert values == {"call": "reminder", "severity": "high"}

    @pytest.mark.parametrize(
        ("seconds", "reminded"),
        [(895, 1), (899, 1), (900, 0), (915, 0), (1500, 0)],
    )
    def test_that_comes_late_comes_once_and_never_after_the_deadline(self, aws, seconds, reminded):
        told = [sweep(after(seconds=seconds + more))["reminded"] for more in (0, 5)]
        assert told == [reminded, 0]
        assert subjects(aws) == ["REMINDER"] * reminded

    @pytest.mark.parametrize("row", [{"rung": 1}, {"status": "decided", "decision": "allow"}])
    def test_is_for_nobody_where_the_index_lags_behind(self, aws, counted, row):
        aws.wire.before("TransactWriteItems", lambda: aws.put("reviews", aws.review("r1") | row))
        assert sweep(after(seconds=600))["reminded"] == 0
        assert subjects(aws) == aws.rows("outbox") == []
        assert "ReviewsReminded" not in counted()

    def test_is_not_of_a_review_that_a_lead_has(self, aws):
        aws.put("reviews", aws.review("r1") | {"rung": 1})
        assert sweep(after(seconds=600))["reminded"] == 0
        assert aws.wire.made("TransactWriteItems") == []

    def test_is_sent_by_the_faster_of_two_sweeps(self, aws):
        aws.wire.before("TransactWriteItems", lambda: sweep(after(seconds=601)))
        assert sweep(after(seconds=600))["reminded"] == 0
        assert subjects(aws) == ["REMINDER"]

    def test_that_cannot_be_kept_fails_the_sweep_last_and_is_for_the_next(self, aws, counted):
        review(aws, 2, "critical", due=500)  # overdue by then
        keep("another")
        aws.wire.before("TransactWriteItems", lambda: None)  # that of the one that is closed
        aws.wire.fails("TransactWriteItems", "ThrottlingException")
        with pytest.raises(StoreThrottledError):
            sweep(after(seconds=600))
        assert counted()["OpenReviews"] == 2
        assert aws.review("r2")["status"] == "expired"
        assert subjects(aws) == ["subject another"]
        assert aws.row("reviews", review_id="counts")["high"] == 1
        assert sweep(after(seconds=660))["reminded"] == 1
        assert subjects(aws) == ["REMINDER"]

    def test_that_sns_refuses_is_sent_a_minute_later(self, aws):
        aws.wire.fails("Publish", "ThrottlingException")
        told = sweep(after(seconds=600))
        assert (told["reminded"], told["sent"], told["undelivered"]) == (1, 0, 1)
        assert sweep(after(seconds=660))["sent"] == 1
        assert subjects(aws) == ["REMINDER"]

    def test_takes_the_place_of_no_call_that_was_not_delivered(self, aws):
        Outbox("outbox").put(delivering.review_call(aws.review("r1"), 0, NOW))
        aws.wire.fails("Publish", "ThrottlingException", times=2)
        assert sweep(after(seconds=600))["undelivered"] == 2
        sweep(after(seconds=660))
        assert sorted(subjects(aws)) == ["REMINDER", "high"]

    @pytest.mark.parametrize("row", [{"status": "decided"}, {"rung": 1}, {"deadline": SECONDS}])
    def test_is_dropped_where_it_would_come_too_late(self, aws, row):
        aws.wire.fails("Publish", "ThrottlingException")
        sweep(after(seconds=600))
        aws.put("reviews", aws.review("r1") | row)
        sweep(after(seconds=660))
        assert subjects(aws) == aws.rows("outbox") == []

    def test_waits_for_the_next_sweep_where_patience_is_over(self, aws):
        told = sweep(after(seconds=600), patience=-1)
        assert (told["reminded"], told["sent"], told["undelivered"]) == (1, 0, 1)
        assert sweep(after(seconds=660))["sent"] == 1
        assert subjects(aws) == ["REMINDER"]

    @pytest.mark.parametrize("late", [False, True])
    @pytest.mark.parametrize("call", range(1, PUBLISH + 2))
    def test_reaches_people_wherever_a_worker_is_killed(self, aws, call, late):
        with aws.wire.killed_at(call, after=late), pytest.raises(KilledError):
            sweep(after(seconds=600))
        for seconds in (660, 720):
            sweep(after(seconds=seconds))
        row = aws.review("r1")
        assert ("reminded_at" in row, "remind_at" in row) == (True, False)
        assert aws.rows("outbox") == []
        told = subjects(aws)
        # Again only where the worker died between telling people and noting it.
        twice = (call, late) in [(PUBLISH, True), (PUBLISH + 1, False)]
        assert told == ["REMINDER"] * (2 if twice else 1)
