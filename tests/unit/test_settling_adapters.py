"""What becomes of a training whose execution died outside the machine's own hands."""

from datetime import timedelta

import pytest

from framewarden import settling
from framewarden.domain import adapters
from tests.unit import training_world as world
from tests.unit.scenes import event
from tests.unit.training_world import NAME, NOW

LATER = NOW + timedelta(hours=1)


def settle(aws, name=f"adapter-{NAME}-1", status="TIMED_OUT"):
    died = event("settle/timed_out")
    died["detail"] |= {"stateMachineArn": aws.adapters, "name": name, "status": status}
    return settling.settle_dead(died, world.own().settle, LATER)


@pytest.mark.parametrize("status", adapters.LIVE)
@pytest.mark.parametrize("end", ["FAILED", "TIMED_OUT", "ABORTED"])
def test_one_that_was_trained_has_failed_and_the_next_may_begin(aws, status, end):
    world.known(aws, status)
    assert settle(aws, status=end) == {"adapter": NAME, "settled": True}
    row = world.adapter(aws)
    assert (row["status"], row["failure"]["code"]) == ("failed", f"EXECUTION_{end}")
    assert f"adapter train --name {NAME}" in row["failure"]["remedy"]
    assert row["ended_at"] == "2026-11-22T10:00:00.000Z"
    assert world.lock(aws) is None
    assert settle(aws)["settled"] is False


def test_a_reason_that_was_kept_is_told(aws):
    failure = {"code": "TRAINING_FAILED", "message": "m", "remedy": "r"}
    world.known(aws, failure=failure)
    assert settle(aws)["settled"] is True
    assert world.adapter(aws)["failure"] == failure


@pytest.mark.parametrize("status", adapters.ENDED)
def test_an_end_that_was_written_stands_and_lets_go(aws, status):
    world.known(aws, status)
    assert settle(aws, status="FAILED")["settled"] is False
    assert world.adapter(aws)["status"] == status
    assert world.lock(aws) is None


def test_an_earlier_attempts_end_is_no_news_of_the_one_that_runs(aws):
    world.known(aws, attempt=2)
    assert settle(aws)["settled"] is False
    assert (world.adapter(aws)["status"], world.lock(aws)) == ("training", NAME)
    assert settle(aws, f"adapter-{NAME}-2", "ABORTED")["settled"] is True


@pytest.mark.parametrize("name", ["by-hand", "adapter-other-1"])
def test_an_execution_of_no_adapter_changes_nothing(aws, name):
    world.known(aws)
    assert settle(aws, name)["settled"] is False
    assert (world.adapter(aws)["status"], world.lock(aws)) == ("training", NAME)
