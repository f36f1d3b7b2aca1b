"""The tables' own rules: who may write over what."""

from datetime import UTC, datetime, timedelta

import pytest
from botocore.exceptions import ClientError

from framewarden.aws.ledger import Ledger
from framewarden.aws.outbox import Outbox
from framewarden.aws.reviews import Reviews
from framewarden.domain.times import iso, parse
from tests.unit.scenes import CHANNEL, frame_of
from tests.unit.wire import KilledError

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


def test_a_frame_is_admitted_once_and_its_row_outlives_every_bucket(aws, ledger):
    assert ledger.admit(FRAME, {"status": "admitted"}, NOW) is False
    row = aws.frame(ID)
    assert (row["status"], row["attempt"], row["channel"]) == ("admitted", 1, "AbCdef1G2hij")
    assert row["expires_at"] - SECONDS > 3650 * 86400


def test_only_a_frame_of_a_stream_has_a_channel_to_be_found_by(aws, ledger):
    assert aws.frame(ID)["channel_arn"] == CHANNEL
    still = frame_of("open_review/critical_upload")
    assert ledger.admit(still, {"status": "admitted"}, NOW)
    assert "channel_arn" not in aws.frame(still["frame_id"])
    assert aws.frame(still["frame_id"])["put_at"] == still["put_at"]


def claim(ledger, pipeline, seconds=0):
    put_at = iso(parse(FRAME["put_at"]) + timedelta(seconds=seconds))
    frame = FRAME | {"frame_id": f"{pipeline}-{seconds}", "put_at": put_at}
    return ledger.claim("shared", pipeline, frame, NOW)


def test_what_two_copies_share_is_taken_once(aws):
    ledger = Ledger("frames")
    assert claim(ledger, 1) is True
    assert claim(ledger, 0) is False
    assert claim(ledger, 1) is True
    [row] = aws.rows("frames")
    assert (row["frame_id"], row["holder"], row["pipeline"]) == ("pair#shared", "1-0", 1)
    assert row["expires_at"] == SECONDS + 86_400


@pytest.mark.parametrize(
    ("seconds", "taken"), [(-301, True), (-300, False), (299, False), (300, False), (301, True)]
)
def test_a_claim_is_taken_over_once_no_copy_can_still_come(aws, seconds, taken):
    ledger = Ledger("frames")
    claim(ledger, 0)
    assert claim(ledger, 1, seconds) is taken
    [row] = aws.rows("frames")
    assert row["pipeline"] == int(taken)


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
    later = NOW + timedelta(hours=1)
    assert ledger.again(ID, 1, "settled", later) is False
    ledger.settle(ID, 1, {"outcome": "unscreened", "reason": "x", "review_id": "r"})
    assert aws.frame(ID)["admitted_at"] == iso(NOW)
    assert ledger.again(ID, 1, "settled", later) is True
    assert ledger.again(ID, 1, "settled", later + timedelta(hours=1)) is False
    row = aws.frame(ID)
    assert (row["attempt"], row["status"], row["admitted_at"]) == (2, "admitted", iso(later))
    assert not {"outcome", "reason", "review_id", "unscreened"} & set(row)


def test_a_frame_is_found_by_the_day_on_which_it_was_put(aws, ledger):
    assert aws.frame(ID)["day"] == FRAME["put_at"][:10] == "2026-11-22"
    late = FRAME | {"frame_id": "late", "put_at": "2026-11-21T23:59:59Z"}
    ledger.admit(late, {"status": "admitted"}, NOW)
    assert aws.frame("late")["day"] == "2026-11-21", "however late it is admitted"


def unscreened(aws):
    """Return what the index `unscreened` has."""
    answer = aws.client("dynamodb").scan(TableName="frames", IndexName="unscreened")
    return [item["frame_id"]["S"] for item in answer["Items"]]


@pytest.mark.parametrize("outcome", ["cleared", "reviewed", "stopped", "skipped", None])
def test_a_frame_that_somebody_looked_at_is_never_among_the_unscreened(aws, ledger, outcome):
    ledger.settle(ID, 1, {"status": "settled"} | ({"outcome": outcome} if outcome else {}))
    assert "unscreened" not in aws.frame(ID)
    assert unscreened(aws) == []


def test_an_unscreened_frame_is_found_until_somebody_looks_again(aws, ledger):
    ledger.settle(ID, 1, {"status": "settled", "outcome": "unscreened"})
    assert unscreened(aws) == [ID]
    ledger.again(ID, 1, "settled", NOW)
    assert unscreened(aws) == []
    ledger.settle(ID, 2, {"status": "settled", "outcome": "cleared"})
    assert unscreened(aws) == []


def test_an_end_that_is_refused_marks_nothing(aws, ledger):
    ledger.settle(ID, 1, {"status": "settled", "outcome": "cleared"})
    assert ledger.settle(ID, 1, {"status": "settled", "outcome": "unscreened"}) is False
    assert unscreened(aws) == []


def test_a_row_that_was_delivered_meanwhile_is_not_postponed(aws):
    outbox = Outbox("outbox")
    outbox.postpone(NOTICE, SECONDS + 60, "why")
    assert aws.rows("outbox") == []
    outbox.put(NOTICE)
    outbox.postpone(NOTICE, SECONDS + 60, "why")
    [row] = outbox.undelivered()
    assert (row["due"], row["attempts"], row["last_error"]) == (SECONDS + 60, 1, "why")


CALL = {"id": "notice#review#r1#reminder", "kind": "review", "review_id": "r1", "due": SECONDS}
ASKED = {"review_id": "r1", "status": "pending", "rung": 0, "remind_at": SECONDS}


def test_people_are_reminded_once_and_the_call_is_kept_with_it(aws):
    aws.put("reviews", ASKED)
    reviews = Reviews("reviews", outbox_table="outbox")
    assert reviews.remind("r1", iso(NOW), CALL) is True
    assert aws.rows("outbox") == [CALL]
    row = aws.review("r1")
    assert (row["reminded_at"], "remind_at" in row) == (iso(NOW), False)
    Outbox("outbox").delivered(CALL["id"])
    assert reviews.remind("r1", iso(NOW), CALL) is False
    assert aws.rows("outbox") == []


@pytest.mark.parametrize("moved", [{"status": "decided"}, {"status": "expired"}, {"rung": 1}])
def test_nobody_is_reminded_of_what_has_moved_on(aws, moved):
    aws.put("reviews", ASKED | moved)
    assert Reviews("reviews", outbox_table="outbox").remind("r1", iso(NOW), CALL) is False
    assert aws.review("r1") == ASKED | moved
    assert aws.rows("outbox") == []


@pytest.mark.parametrize("late", [False, True])
def test_a_worker_killed_while_it_reminds_leaves_both_or_neither(aws, late):
    aws.put("reviews", ASKED)
    with aws.wire.killed_at(1, after=late), pytest.raises(KilledError):
        Reviews("reviews", outbox_table="outbox").remind("r1", iso(NOW), CALL)
    assert ("reminded_at" in aws.review("r1")) == bool(aws.rows("outbox")) == late


def test_a_transaction_that_is_refused_for_no_condition_is_no_answer(aws):
    aws.wire.fails("TransactWriteItems", "AccessDeniedException")
    with pytest.raises(ClientError, match="AccessDeniedException"):
        Reviews("reviews").expire("r1", {"status": "expired"})


@pytest.mark.parametrize(("seconds", "stored"), [(-1, True), (0, False), (1, False)])
def test_a_decision_is_stored_before_the_deadline_that_stands_then(aws, seconds, stored):
    """However long ago the row was read that it is made about."""
    aws.put("reviews", ASKED | {"deadline": SECONDS})
    row = ASKED | {"deadline": SECONDS + 900}
    decided = {"status": "decided", "decision": "allow"}
    reviews = Reviews("reviews", outbox_table="outbox")
    assert reviews.decide(row, decided, CALL, SECONDS + seconds) is stored
    assert aws.review("r1")["status"] == ("decided" if stored else "pending")
    assert aws.rows("outbox") == ([CALL] if stored else [])


def test_what_is_no_review_is_not_found_as_one(aws):
    aws.put("reviews", {"review_id": "incident#x", "current": "r1"})
    aws.put("reviews", ASKED)
    reviews = Reviews("reviews")
    assert reviews.get("incident#x") is None
    assert reviews.current("x") == ("r1", ASKED)
    assert reviews.current("y") == (None, None)


def test_a_review_that_nobody_opened_is_not_made_by_settling_it(aws):
    Reviews("reviews").settle("unknown", "cleared", None)
    Reviews("reviews").notified("unknown", 0)
    Reviews("reviews").nobody_waited("unknown", iso(NOW))
    assert aws.rows("reviews") == []
