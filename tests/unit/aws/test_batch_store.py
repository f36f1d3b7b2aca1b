"""Batches are written once, change as their status allows, and are paid for up to a ceiling."""

import pytest
from botocore.exceptions import ClientError

from framewarden.aws.batch_store import Batches
from framewarden.domain import batches
from tests.unit.wire import refused

ID = "0123456789abcdef0123"


@pytest.fixture
def store(aws):
    return Batches("batches")


def made(store, batch_id=ID, started="2026-11-22T08:00:00.000Z", **more):
    row = {"batch": batch_id, "started_at": started, "status": batches.RUNNING, "attempt": 1}
    return store.create({**row, "reserved": 0, "analyzed": 0, **more})


def test_a_batch_is_written_once(store):
    assert made(store)
    assert not made(store, status=batches.DONE)
    assert store.get(ID)["status"] == batches.RUNNING
    assert store.get("f" * 20) is None


def test_the_list_begins_with_the_newest_and_goes_on(store):
    for at in range(5):
        made(store, f"{at:020x}", f"2026-11-22T08:00:0{at}.000Z")
    some, after = store.latest(3)
    rest, end = store.latest(3, after)
    assert [row["batch"][-1] for row in (*some, *rest)] == list("43210")
    assert end is None


@pytest.mark.parametrize(
    ("only", "attempt", "changes"),
    [
        ((), None, True),
        ((batches.RUNNING, batches.PAUSED), None, True),
        ((batches.PAUSED,), None, False),
        ((), 1, True),
        ((), 2, False),
        ((batches.RUNNING,), 2, False),
    ],
)
def test_a_batch_changes_only_as_it_is_expected_to_stand(store, only, attempt, changes):
    made(store, failure={"code": "X"})
    changed = store.change(
        ID, {"status": batches.FAILED}, only=only, attempt=attempt, remove=("failure",)
    )
    assert (changed is not None) is changes
    assert store.get(ID)["status"] == (batches.FAILED if changes else batches.RUNNING)
    assert ("failure" in store.get(ID)) is not changes


def test_what_is_not_there_does_not_change(store):
    assert store.change(ID, {"status": batches.FAILED}) is None
    assert store.get(ID) is None


def test_leave_to_pay_ends_at_the_ceiling(store):
    made(store)
    assert store.reserve(ID, 6, ceiling=10)
    assert not store.reserve(ID, 5, ceiling=10)
    assert store.reserve(ID, 4, ceiling=10, answered=6)
    assert not store.reserve(ID, 1, ceiling=10)
    row = store.get(ID)
    assert (row["reserved"], row["analyzed"]) == (10, 6)


@pytest.mark.parametrize("status", [*batches.RESUMABLE, batches.CANCELLING, batches.DONE])
def test_nobody_pays_for_a_batch_that_does_not_run(store, status):
    made(store, status=status)
    assert not store.reserve(ID, 1, ceiling=10)


def test_ranges_are_ended_once_and_read_in_the_order_of_the_manifest(store, aws):
    made(store)
    for start in (131_072, 0, 65_536):
        assert store.end_shard(ID, start, {"lines": start})
    assert not store.end_shard(ID, 0, {"lines": 7})
    assert store.shard(ID, 0)["lines"] == 0
    assert [row["start"] for row in store.shards(ID)] == [0, 65_536, 131_072]


def test_a_long_list_is_read_to_its_end(store, aws):
    for start in range(3):
        store.end_shard(ID, start, {"words": "x" * 390_000})
    assert [row["start"] for row in store.shards(ID)] == [0, 1, 2]
    assert len(aws.wire.made("Query")) > 1


def test_counters_are_added_to_whatever_the_status(store):
    made(store, status=batches.DONE)
    store.tell(ID, {"lines_done": 3, "images_done": 2})
    store.tell(ID, {"lines_done": 4})
    store.tell("f" * 20, {"lines_done": 4})
    assert (store.get(ID)["lines_done"], store.get(ID)["images_done"]) == (7, 2)
    assert store.get("f" * 20) is None


def test_lists_are_kept_by_their_rule(store):
    for rule in ("b", "a#odd/rule"):
        store.put_rule(ID, rule, {"images": 2})
    assert [row["rule"] for row in store.rules(ID)] == ["a#odd/rule", "b"]
    assert store.rule(ID, "b")["images"] == 2
    assert store.rule(ID, "c") is None


def test_another_failure_of_the_store_is_not_taken_for_a_duplicate(store, aws):
    aws.wire.serves("PutItem", lambda asked: refused("AccessDeniedException"))
    with pytest.raises(ClientError):
        made(store)
