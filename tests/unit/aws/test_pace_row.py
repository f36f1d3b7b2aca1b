"""One pace for the workers of all batches, each of which writes what it knows or learns better."""

import pytest

from framewarden.aws.pace_row import PaceRow
from framewarden.domain.errors import StoreConflictError

NOW = 1_795_000_000.0
KEY = {"batch": "pace", "item": "pace"}


def looked(ceiling=30.0):
    row = PaceRow("batches", ceiling)
    row.look()
    return row


def test_the_first_worker_makes_the_row(aws):
    worker = looked()
    assert worker.ahead(NOW) == 0
    assert worker.turns(NOW) == 25
    assert worker.take(15, NOW) == (NOW, pytest.approx(1 / 30))
    assert aws.row("batches", **KEY) == KEY | {
        "next_at": NOW + 0.5,
        "rate": 30,
        "halved_at": 0,
        "rev": 1,
    }
    assert worker.ahead(NOW) == pytest.approx(0.5)


def test_workers_take_turns_one_after_the_other(aws):
    one, other = looked(), looked()
    assert one.take(15, NOW)[0] == NOW
    aws.wire.forget()
    assert other.take(3, NOW)[0] == pytest.approx(NOW + 0.5)
    assert one.take(3, NOW)[0] == pytest.approx(NOW + 0.6)
    assert len(aws.wire.made("PutItem")) == 4, "each learns from its refusal what there is"
    assert aws.wire.made("GetItem") == []


def test_a_throttle_is_everybodys_and_is_told_once(aws):
    one, other = looked(), looked()
    one.throttled(NOW)
    other.throttled(NOW + 1)
    assert aws.row("batches", **KEY)["rate"] == 15
    assert (other.turns(NOW + 1), looked().turns(NOW + 1)) == (25, 25)
    one.throttled(NOW + 5)
    assert looked().turns(NOW + 5) == 15


def test_a_slow_pace_is_known_before_the_first_turn(aws):
    aws.put("batches", KEY | {"next_at": NOW + 9, "rate": 1.5, "halved_at": NOW, "rev": 7})
    worker = looked()
    assert (worker.turns(NOW), worker.ahead(NOW)) == (3, 9)


def test_a_row_that_was_removed_is_made_anew(aws):
    worker = looked()
    worker.take(1, NOW)
    aws.client("dynamodb").delete_item(
        TableName="batches", Key={name: {"S": value} for name, value in KEY.items()}
    )
    assert worker.take(1, NOW)[0] == NOW
    assert aws.row("batches", **KEY)["rev"] == 1


def test_whoever_never_gets_through_tries_again_later(aws):
    aws.wire.fails("PutItem", "ConditionalCheckFailedException", times=10)
    with pytest.raises(StoreConflictError):
        looked().take(1, NOW)


def test_another_failure_is_passed_on(aws):
    aws.wire.fails("PutItem", "ValidationException")
    with pytest.raises(Exception, match="ValidationException"):
        looked().take(1, NOW)
