"""What becomes of a batch whose execution died outside the machine's own hands."""

from datetime import UTC, datetime

import pytest

from framewarden import settings, settling
from framewarden.aws.batch_store import Batches
from framewarden.domain import batches
from tests.unit.ending_world import BATCH, begun, row_of
from tests.unit.scenes import event

NOW = datetime(2026, 11, 22, 9, 0, tzinfo=UTC)


def settle(aws, name=BATCH, status="TIMED_OUT"):
    died = event("settle/timed_out")
    died["detail"] |= {"stateMachineArn": aws.batches, "name": name, "status": status}
    return settling.settle_dead(died, settings.Settle.read(), NOW)


@pytest.mark.parametrize("status", batches.LIVE)
def test_a_batch_that_ran_has_failed_and_can_be_resumed(aws, status):
    begun(status=status)
    assert settle(aws) == {"batch": BATCH, "settled": True}
    row = row_of()
    assert (row["status"], row["failure"]["code"]) == ("failed", "EXECUTION_TIMED_OUT")
    assert row["ended_at"] == "2026-11-22T09:00:00.000Z"
    assert settle(aws)["settled"] is False


@pytest.mark.parametrize("status", [batches.DONE, batches.PAUSED, batches.FAILED])
def test_an_end_that_somebody_chose_stands(aws, status):
    begun(status=status, ended_at="2026-11-22T08:59:00.000Z")
    assert settle(aws, status="FAILED")["settled"] is False
    assert row_of()["status"] == status
    assert row_of()["ended_at"] == "2026-11-22T08:59:00.000Z"


@pytest.mark.parametrize("status", [batches.PAUSED, batches.FAILED])
def test_a_batch_that_said_why_it_stops_has_an_end_as_well(aws, status):
    """Its worker wrote the status, and its execution died before it wrote anything else."""
    begun(status=status)
    assert settle(aws)["settled"] is True
    row = row_of()
    assert (row["status"], row["ended_at"]) == (status, "2026-11-22T09:00:00.000Z")
    assert row.get("failure", {}).get("code") != "EXECUTION_TIMED_OUT"
    assert settle(aws)["settled"] is False


def test_an_earlier_attempts_end_is_no_news_of_the_one_that_runs(aws):
    begun()
    second = {"attempt": 2, "execution": batches.execution_name(BATCH, 2)}
    Batches("batches").change(BATCH, second)
    assert settle(aws)["settled"] is False
    assert settle(aws, f"{BATCH}-2", "ABORTED")["settled"] is True
    assert row_of()["failure"]["words"].startswith("somebody aborted its execution")


@pytest.mark.parametrize("name", ["by-hand", "f" * 20])
def test_an_execution_of_no_batch_changes_nothing(aws, name):
    assert settle(aws, name)["settled"] is False
    assert aws.rows("batches") == []
