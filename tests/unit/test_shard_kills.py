"""A worker that dies at any of its calls: whoever comes next ends the same, and pays once."""

from threading import Barrier

import pytest

from framewarden.asking import THREADS
from tests.unit.shard_world import World, line, ref
from tests.unit.wire import KilledError

LINES = [
    "clear-1.jpg",
    "high-1.jpg",
    b"",
    "clear-1.jpg",
    "gone-1.jpg",
    b"{",
    "critical-1.jpg",
    line(ref("a.jpg", "not-ours")),
]
CALLS = 28
LAPSED = 40.0


@pytest.fixture
def world(aws):
    return World(aws).batch(LINES)


def flagged(world):
    return world.flagged("explicit-likely") + world.flagged("explicit-stop")


def test_an_undisturbed_worker_makes_no_more_calls_than_are_killed_below(world):
    assert world.work() == "done"
    assert len(world.aws.wire.calls) <= CALLS


@pytest.mark.parametrize("after", [False, True], ids=["before", "after"])
@pytest.mark.parametrize("call", range(1, CALLS + 1))
def test_a_killed_range_is_ended_by_the_next_worker(world, call, after):
    killed = False
    try:
        with world.aws.wire.killed_at(call, after=after):
            world.work()
    except KilledError:
        killed = True
    world.clock.sleep(LAPSED)
    assert world.work() == "done"
    asked = sum(world.asked().values())
    assert asked <= 4 + killed, "the killed thread's image, where it was not kept yet"
    results = [each["source-ref"] for each in world.part("results")]
    assert results == [
        ref(key) for key in ("clear-1.jpg", "high-1.jpg", "clear-1.jpg", "critical-1.jpg")
    ]
    counts = world.shard()["counts"]
    assert (counts["valid"], counts["invalid"], counts["repeated"]) == (4, 3, 1)
    assert (counts["images"], counts["flagged"]) == (3, 2)
    assert [row["key"] for row in flagged(world)] == ["high-1.jpg", "critical-1.jpg"]
    assert [each["code"] for each in world.part("errors")] == [
        *("INVALID_S3_OBJECT", "INVALID_JSON_LINE", "BUCKET_NOT_ALLOWED"),
    ]
    assert world.row()["reserved"] <= 8
    assert world.row()["analyzed"] <= 3


def test_a_killed_run_pays_for_nothing_again_but_what_was_in_flight(aws):
    world = World(aws).batch([f"clear-{n}.jpg" for n in range(60)])
    with pytest.raises(KilledError), world.aws.wire.killed_at(60, after=True):
        world.work()
    paid = sum(world.asked().values())
    assert 10 < paid < 50, "it died in the middle"
    world.clock.sleep(LAPSED)
    assert world.work() == "done"
    asked = world.asked()
    assert len(asked) == 60
    assert sum(asked.values()) <= 61, "the one whose thread was killed before it kept the answer"
    assert world.shard()["counts"]["images"] == 60


def test_two_calls_for_one_range_at_once_do_not_ask_about_the_same_images(aws):
    world = World(aws).batch([f"clear-{n}.jpg" for n in range(60)])
    # All threads of the first call hang in Rekognition while the second one works, and no fewer:
    # each that went on would see its claims lapse between two steps, for nobody's sleep takes time.
    second: list[str] = []
    hung = Barrier(THREADS, action=lambda: second.append(world.work()), timeout=60)
    for _ in range(THREADS):
        world.aws.wire.before("DetectModerationLabels", hung.wait)
    assert world.work() == "done"
    assert second == ["done"]
    assert len(world.asked()) == 60
    assert sum(world.asked().values()) == 60 + THREADS
    counts = world.shard()["counts"]
    assert (counts["images"], counts["repeated"]) == (60, 0)
    assert world.row()["shards_done"] == 1
