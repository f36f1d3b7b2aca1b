"""Images in turn, below the ceiling, and whatever Rekognition or another worker does."""

import pytest

from framewarden import analyzing, taking
from framewarden.aws.batch_lines import BatchLines, Kept
from framewarden.domain import batches
from framewarden.domain.errors import (
    AnalyzerThrottledError,
    AnalyzerUnavailableError,
    StoreThrottledError,
)
from tests.unit.scenes import SOURCE_BUCKET
from tests.unit.shard_world import BATCH, NOW, World, answer_of
from tests.unit.wire import refused


@pytest.fixture
def world(aws):
    return World(aws)


def keys(number):
    return [f"clear-{n}.jpg" for n in range(number)]


def other(world, *names, until=NOW + 30):
    """Let another worker claim images."""
    lines = BatchLines("batches", BATCH, "other", world.clock.sleep)
    wanted = {batches.digest(SOURCE_BUCKET, name): batches.position(900, 1) for name in names}
    assert lines.claim(wanted, until, world.clock.now()) == {}
    return lines, wanted


def pace(world):
    return world.aws.row("batches", batch="pace", item="pace")


class TestPace:
    def test_images_are_asked_about_at_the_batches_share_of_the_quota(self, world):
        world.batch(keys(60))
        assert world.work() == "done"
        assert world.clock.at - NOW >= 59 / 30 - 1e-6
        assert pace(world)["next_at"] >= NOW + 2 - 1e-3
        assert pace(world)["rev"] == 3, "25 turns are taken at once"

    def test_an_image_that_was_throttled_goes_back_and_all_slow_down(self, world, counted):
        world.batch(keys(10))
        world.aws.wire.fails("DetectModerationLabels", "ThrottlingException", times=3)
        assert world.work() == "done"
        assert sum(world.asked().values()) == 13
        assert pace(world)["rate"] == 15
        assert world.row()["reserved"] == world.row()["analyzed"] == 10
        assert counted()["BatchThrottles"] == 3

    def test_twenty_in_a_row_are_left_to_the_machine(self, world):
        world.batch(keys(30))
        throttle = "ProvisionedThroughputExceededException"
        world.aws.wire.serves("DetectModerationLabels", lambda asked: refused(throttle))
        with pytest.raises(AnalyzerThrottledError):
            world.work()
        assert world.row()["reserved"] == 0
        world.aws.wire.serves("DetectModerationLabels", lambda asked: answer_of())
        before = world.clock.at
        assert world.work() == "done", "at once: no claim was left to lapse"
        assert world.clock.at - before < 10
        assert world.row()["reserved"] == world.row()["analyzed"] == 30

    def test_a_turn_beyond_the_time_of_a_call_is_left_to_the_next(self, world):
        world.batch(keys(1))
        late = {"next_at": NOW + 900, "rate": 30, "halved_at": 0, "rev": 1}
        world.aws.put("batches", {"batch": "pace", "item": "pace"} | late)
        assert world.work() == "unfinished"
        assert world.clock.at == pytest.approx(NOW + 280), "no call follows at once"
        assert world.asked() == {}
        assert world.row()["reserved"] == 0
        assert [world.work(), world.work(), world.work()] == ["unfinished"] * 2 + ["done"]

    def test_claims_last_until_their_turns_however_slow_it_is(self, world):
        world.batch(keys(12))
        slow = {"next_at": NOW + 60, "rate": 0.2, "halved_at": NOW, "rev": 1}
        world.aws.put("batches", {"batch": "pace", "item": "pace"} | slow)
        assert world.work() == "done"
        assert set(world.asked().values()) == {1}
        assert world.clock.at - NOW > 80


class TestFailures:
    def test_an_image_on_which_rekognition_fails_again_and_again_is_given_up(self, world):
        world.batch([*keys(3), "bad.jpg", "clear-9.jpg"])

        def answer(asked):
            bad = asked["Image"]["S3Object"]["Name"] == "bad.jpg"
            return refused("InternalServerError", 500) if bad else answer_of()

        world.aws.wire.serves("DetectModerationLabels", answer)
        assert world.work() == "done"
        assert world.asked()["bad.jpg"] == analyzing.MOST_TRIES
        assert world.clock.at - NOW >= 15, "each time a longer while later"
        [error] = world.part("errors")
        assert (error["line"], error["code"]) == (4, "INTERNAL_SERVER_ERROR")
        assert world.row()["analyzed"] == 4

    def test_unless_somebody_else_claimed_it_meanwhile(self, world):
        world.batch(["bad.jpg"])
        tries = []

        def answer(asked):
            tries.append(1)
            if len(tries) == analyzing.MOST_TRIES:
                world.clock.sleep(60)
                other(world, "bad.jpg", until=world.clock.at + 5)
            failed = len(tries) <= analyzing.MOST_TRIES
            return refused("InternalServerError", 500) if failed else answer_of()

        world.aws.wire.serves("DetectModerationLabels", answer)
        assert world.work() == "done"
        assert len(tries) == analyzing.MOST_TRIES + 1, "the other one died, so it is ours again"

    def test_an_outage_is_nobodys_fault_and_is_left_to_the_machine(self, world):
        world.batch(keys(25))
        down = refused("InternalServerError", 500)
        world.aws.wire.serves("DetectModerationLabels", lambda asked: down)
        with pytest.raises(AnalyzerUnavailableError):
            world.work()
        assert pace(world)["rate"] == 30
        claims = [row for row in world.aws.rows("batches") if row["item"] == "answer"]
        assert {row["until"] for row in claims} == {0}

    def test_a_store_that_fails_ends_the_call_and_loses_nothing_that_was_paid_for(self, world):
        world.batch(keys(10))

        def stop():
            world.aws.wire.fails("PutItem", "ThrottlingException", times=6)

        world.aws.wire.before("DetectModerationLabels", stop)
        with pytest.raises(StoreThrottledError):
            world.work()
        paid = sum(world.asked().values())
        assert world.work() == "done"
        assert sum(world.asked().values()) - paid <= 10 - (paid - 4)
        assert world.shard()["counts"]["images"] == 10

    def test_whoever_cannot_even_give_back_still_says_what_went_wrong(self, world):
        world.batch(keys(1))

        def stop():
            for operation in ("PutItem", "TransactWriteItems"):
                world.aws.wire.fails(operation, "ThrottlingException", times=6)

        world.aws.wire.before("DetectModerationLabels", stop)
        with pytest.raises(StoreThrottledError):
            world.work()
        world.clock.sleep(60)
        assert world.work() == "done"


class TestTime:
    def test_a_call_ends_before_its_function_does_and_the_next_goes_on(self, world):
        world.batch(keys(60))
        world.aws.wire.serves("DetectModerationLabels", lambda asked: slow(world))

        def slow(world):
            world.clock.sleep(8)
            return answer_of()

        statuses = [world.work() for _ in range(9)]
        assert statuses[0] == "unfinished"
        assert "done" in statuses
        assert set(world.asked().values()) == {1}
        assert world.row()["reserved"] == world.row()["analyzed"] == 60

    def test_nothing_is_begun_in_the_last_seconds(self, world):
        world.batch(keys(2))
        world.aws.wire.before("TransactWriteItems", lambda: world.clock.sleep(285))
        assert world.work() == "unfinished"
        assert world.asked() == {}


class TestCeiling:
    def test_as_many_as_there_is_room_for_are_analyzed_then_the_batch_pauses(self, world):
        world.batch(keys(40), ceiling=30)
        assert world.work() == "stopped"
        row = world.row()
        assert (row["status"], row["pause"]) == ("paused", {"reason": "ceiling"})
        assert (row["reserved"], row["analyzed"], sum(world.asked().values())) == (30, 30, 30)
        assert world.parts() == {}
        world.change(status="running", attempt=2, ceiling=40)
        assert world.work(attempt=2) == "done"
        assert set(world.asked().values()) == {1}
        assert (world.row()["analyzed"], world.shard()["counts"]["images"]) == (40, 40)

    def test_one_that_is_just_high_enough_pauses_nothing(self, world):
        world.batch([*keys(30), "clear-1.jpg"], ceiling=30)
        assert world.work() == "done"
        assert world.row()["status"] == "running"

    def test_room_that_another_worker_took_is_not_taken_twice(self, world):
        world.batch(keys(10), ceiling=5)

        def faster():
            world.aws.wire.before("UpdateItem", lambda: world.change(reserved=5))

        world.aws.wire.before("UpdateItem", faster)
        assert world.work() == "stopped"
        assert world.asked() == {}
        assert world.row()["status"] == "paused"

    def test_room_that_was_given_back_meanwhile_is_used(self, world):
        world.batch(keys(3), reserved=999)
        reads = []

        def given_back():
            reads.append(1)
            world.aws.wire.before("GetItem", lambda: world.change(reserved=0))

        world.aws.wire.before("UpdateItem", given_back)
        assert world.work() == "done"
        assert reads == [1]


class TestOthers:
    def test_what_another_worker_asks_about_is_waited_for_and_not_asked_again(self, world):
        world.batch(["clear-1.jpg", "clear-2.jpg"])
        lines, wanted = other(world, "clear-1.jpg")
        [(digest, at)] = wanted.items()
        seen = []

        def answered(asked):
            if not seen:
                seen.append(1)
                lines.answer(digest, Kept(at, text='{"ModerationLabels": []}'), NOW)
            return answer_of()

        world.aws.wire.serves("DetectModerationLabels", answered)
        assert world.work() == "done"
        assert world.asked() == {"clear-2.jpg": 1}
        [repeat] = world.part("repeats")
        assert (repeat["line"], repeat["of"]) == (1, at)

    def test_a_worker_that_died_is_waited_for_until_its_claim_lapses(self, world):
        world.batch(["clear-1.jpg"])
        other(world, "clear-1.jpg")
        assert world.work() == "done"
        assert world.asked() == {"clear-1.jpg": 1}
        assert 30 < world.clock.at - NOW < 35
        assert "repeats" not in str(world.parts())

    def test_a_claim_that_was_lost_before_its_turn_is_not_asked_about(self, world):
        world.batch(["clear-1.jpg"])

        def lost():
            world.clock.sleep(60)
            lines, wanted = other(world, "clear-1.jpg", until=NOW + 200)
            [(digest, at)] = wanted.items()
            lines.answer(digest, Kept(at, text='{"ModerationLabels": []}'), NOW)

        # After it was claimed, before it is asked about.
        world.aws.wire.before("UpdateItem", lost)
        assert world.work() == "done"
        assert world.asked() == {}
        assert world.part("repeats")[0]["of"] == batches.position(900, 1)

    def test_an_answer_that_came_too_late_gives_way_to_the_others(self, world):
        world.batch(["clear-1.jpg"])

        def late(asked):
            world.clock.sleep(60)
            lines, wanted = other(world, "clear-1.jpg", until=world.clock.at + 30)
            [(digest, at)] = wanted.items()
            lines.answer(digest, Kept(at, text='{"ModerationLabels": []}'), NOW)
            return answer_of()

        world.aws.wire.serves("DetectModerationLabels", late)
        assert world.work() == "done"
        counts = world.shard()["counts"]
        assert (counts["valid"], counts["images"], counts["repeated"]) == (1, 0, 1)

    def test_a_refusal_that_came_too_late_does_too(self, world):
        world.batch(["gone-1.jpg"])

        def late(asked):
            if world.clock.at < NOW + 60:
                world.clock.sleep(60)
                other(world, "gone-1.jpg", until=world.clock.at + 5)
            return refused("InvalidS3ObjectException")

        world.aws.wire.serves("DetectModerationLabels", late)
        assert world.work() == "done"
        assert world.asked() == {"gone-1.jpg": 2}


class TestCancelled:
    def test_nothing_more_is_asked_and_nothing_stays_claimed(self, world):
        world.batch(keys(60))
        world.aws.wire.before(
            "DetectModerationLabels", lambda: world.change(status=batches.CANCELLING)
        )
        assert world.work() == "stopped"
        assert sum(world.asked().values()) == 25
        assert world.row()["analyzed"] == 25
        claims = [row for row in world.aws.rows("batches") if row["item"] == "answer"]
        assert {row.get("until") for row in claims} == {None, 0}
        world.change(status="running", attempt=3)
        assert world.work(attempt=3) == "done"
        assert set(world.asked().values()) == {1}
        assert world.row()["analyzed"] == 60

    def test_a_worker_of_an_earlier_attempt_does_not_pause_the_next(self, world):
        world.batch(keys(60))
        world.aws.wire.before(
            "DetectModerationLabels", lambda: world.change(attempt=2, reserved=1000)
        )
        assert world.work() == "stopped"
        assert world.row()["status"] == "running"

    def test_one_that_was_removed_is_stopped_too(self, world):
        world.batch(keys(60))
        key = {"batch": {"S": BATCH}, "item": {"S": "batch"}}
        remove = world.aws.client("dynamodb").delete_item
        world.aws.wire.before(
            "DetectModerationLabels", lambda: remove(TableName="batches", Key=key)
        )
        assert world.work() == "stopped"

    def test_a_batch_that_was_cancelled_at_its_ceiling_does_not_pause(self, world):
        world.batch(keys(3), ceiling=1)
        world.aws.wire.before(
            "DetectModerationLabels", lambda: world.change(status=batches.CANCELLING)
        )
        assert world.work() == "stopped"
        assert world.row()["status"] == batches.CANCELLING
        assert "pause" not in world.row()


def test_a_batch_runs_in_one_attempt():
    assert taking.is_running({"status": "running", "attempt": 2}, 2)
    assert not taking.is_running({"status": "running", "attempt": 2}, 1)
    assert not taking.is_running({"status": "paused", "attempt": 2}, 2)
