"""The tables' own rules: who may write over what."""

from datetime import UTC, datetime

import pytest

from framewarden.aws.channels import StopRows
from framewarden.aws.ledger import Ledger
from framewarden.aws.outbox import Outbox
from framewarden.aws.reviews import Reviews
from tests.unit.scenes import CHANNEL, frame_of

NOW = datetime(2026, 11, 22, 8, 5, 32, tzinfo=UTC)
SECONDS = int(NOW.timestamp())
FRAME = frame_of("open_review/high")
ID = FRAME["frame_id"]
NOTICE = {"id": "notice#1", "kind": "notice", "subject": "s", "text": "t", "due": SECONDS}


@pytest.fixture
def ledger(aws):
    ledger = Ledger("frames")
    assert ledger.admit(FRAME, {"status": "admitted"}, NOW)
    return ledger


@pytest.fixture
def stops(aws):
    return StopRows("channels")


def take(stops, owner="a", now=SECONDS):
    return stops.take(CHANNEL, "st-1", {"owner": owner, "stream_id": "st-1"}, now, now + 40)


def test_a_frame_is_admitted_once_and_its_row_outlives_every_bucket(aws, ledger):
    assert ledger.admit(FRAME, {"status": "admitted"}, NOW) is False
    row = aws.frame(ID)
    assert (row["status"], row["attempt"], row["channel"]) == ("admitted", 1, "AbCdef1G2hij")
    assert row["expires_at"] - SECONDS > 3650 * 86400


def test_a_row_that_has_moved_on_is_not_marked_as_started(aws, ledger):
    ledger.started(ID, "e1")
    assert (aws.frame(ID)["status"], aws.frame(ID)["execution"]) == ("started", "e1")
    ledger.settle(ID, 1, {"status": "settled", "outcome": "cleared"})
    ledger.started(ID, "e1")
    assert aws.frame(ID)["status"] == "settled"


def test_an_outcome_is_written_once_for_each_attempt(aws, ledger):
    assert ledger.settle(ID, 2, {"outcome": "cleared"}) is False
    assert ledger.settle(ID, 1, {"outcome": "unscreened", "by": "x"}) is True
    assert ledger.settle(ID, 1, {"outcome": "cleared"}) is False
    assert aws.frame(ID)["outcome"] == "unscreened"
    assert ledger.settle("unknown", 1, {"outcome": "cleared"}) is False


def test_only_an_unscreened_frame_gets_another_attempt_and_only_one(aws, ledger):
    assert ledger.again(ID, 1, "settled") is False
    ledger.settle(ID, 1, {"outcome": "unscreened", "reason": "x", "review_id": "r"})
    assert ledger.again(ID, 1, "settled") is True
    assert ledger.again(ID, 1, "settled") is False
    row = aws.frame(ID)
    assert (row["attempt"], row["status"]) == (2, "admitted")
    assert not {"outcome", "reason", "review_id"} & set(row)


def test_a_stop_has_one_owner_until_its_lease_lapses(stops):
    assert take(stops)["status"] == "stopping"
    assert take(stops, "b") is None
    assert take(stops, "a", SECONDS + 10)["lease_until"] == SECONDS + 50
    assert take(stops, "b", SECONDS + 50) is None
    assert take(stops, "b", SECONDS + 51)["owner"] == "b"
    assert take(stops, "a", SECONDS + 52) is None


def test_a_failed_stop_is_taken_over_and_a_finished_one_never(aws, stops):
    take(stops)
    assert stops.fail(CHANNEL, "st-1", "at") is True
    assert stops.fail(CHANNEL, "st-1", "at") is False
    assert take(stops, "b")["owner"] == "b"
    assert stops.stopped(CHANNEL, "st-1", "at", NOTICE, "outbox") is True
    assert take(stops, "b") is None
    assert stops.fail(CHANNEL, "st-1", "at") is False


def test_the_word_of_a_stop_is_kept_with_it_or_not_at_all(aws, stops):
    assert stops.stopped(CHANNEL, "st-1", "at", NOTICE, "outbox") is False
    assert aws.rows("outbox") == []
    take(stops)
    assert stops.stopped(CHANNEL, "st-1", "at", NOTICE, "outbox") is True
    assert aws.rows("outbox") == [NOTICE]
    Outbox("outbox").delivered(NOTICE["id"])
    assert stops.stopped(CHANNEL, "st-1", "later", NOTICE, "outbox") is False
    assert aws.rows("outbox") == []
    assert aws.stop("st-1")["stopped_at"] == "at"


def test_a_stop_that_was_taken_back_says_nothing_about_the_next(aws, stops):
    take(stops)
    stops.accepted(CHANNEL, "st-1", "2026-11-22T08:05:33.000Z")
    stops.accepted(CHANNEL, "st-1", "2026-11-22T08:05:40.000Z")
    row = aws.stop("st-1")
    assert row["accepted_at"] < row["called_at"]
    stops.stopped(CHANNEL, "st-1", "at", NOTICE, "outbox")
    assert stops.reinstate(CHANNEL, "st-1", "at") is True
    assert stops.reinstate(CHANNEL, "st-1", "at") is False
    assert not {"accepted_at", "called_at"} & set(aws.stop("st-1"))
    assert take(stops, "b")["status"] == "stopping"


def test_the_stops_of_a_channel_are_its_own(aws, stops):
    take(stops)
    aws.put("channels", {"channel": CHANNEL, "item": "ban", "status": "x"})
    aws.put("channels", {"channel": CHANNEL + "2", "item": "stop#st-1", "status": "x"})
    assert [row["item"] for row in stops.of_channel(CHANNEL)] == ["stop#st-1"]


def test_a_row_that_was_delivered_meanwhile_is_not_postponed(aws):
    outbox = Outbox("outbox")
    outbox.postpone(NOTICE, SECONDS + 60, "why")
    assert aws.rows("outbox") == []
    outbox.put(NOTICE)
    outbox.postpone(NOTICE, SECONDS + 60, "why")
    [row] = outbox.undelivered()
    assert (row["due"], row["attempts"], row["last_error"]) == (SECONDS + 60, 1, "why")


def test_open_reviews_come_by_deadline_and_ended_ones_not_at_all(aws):
    for number, severity in ((3, "high"), (1, "high"), (2, "medium")):
        row = {"review_id": f"r{number}", "open_severity": severity, "deadline": number}
        aws.put("reviews", row | {"status": "pending"})
    reviews = Reviews("reviews")
    assert [row["review_id"] for row in reviews.open_by_deadline("high")] == ["r1", "r3"]
    assert [row["review_id"] for row in reviews.open_by_deadline("high", limit=1)] == ["r1"]
    reviews.expire("r1", {"status": "expired"})
    assert [row["review_id"] for row in reviews.open_by_deadline("high")] == ["r3"]
    assert reviews.open_by_deadline("critical") == []


def test_a_review_that_nobody_opened_is_not_made_by_settling_it(aws):
    Reviews("reviews").settle("unknown", "cleared", None)
    Reviews("reviews").notified("unknown", 0)
    assert aws.rows("reviews") == []
