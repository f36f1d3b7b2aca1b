"""A range's images that the base model answered in the place of the batch's adapter are counted."""

import json

import pytest

from tests.unit.adapter_rows import arn_of
from tests.unit.scenes import BATCHES_BUCKET
from tests.unit.shard_world import BATCH, World, answer_of, ref
from tests.unit.wire import refused

ARN = arn_of("v1")
BY = {"ProjectVersion": ARN}


@pytest.fixture
def world(aws):
    return World(aws)


def asked(world):
    made = world.aws.wire.made("DetectModerationLabels")
    return [call.get("ProjectVersion") for call in made]


def keys(number):
    return [f"clear-{n}.jpg" for n in range(number)]


class TestImages:
    def test_all_by_the_adapter(self, world, counted):
        world.batch(keys(3), adapter=ARN)
        world.aws.wire.serves("DetectModerationLabels", lambda asked: answer_of() | BY)
        assert world.work() == "done"
        assert "AdapterFallback" not in counted()
        assert world.shard()["counts"]["adapters"] == {ARN: 3}

    def test_one_that_expired_is_counted_once_for_each_image(self, world, counted):
        world.batch(keys(3), adapter=ARN)
        assert world.work() == "done"
        assert asked(world) == [ARN] * 3
        assert counted()["AdapterFallback"] == 3
        assert world.shard()["counts"]["adapters"] == {"base": 3}

    def test_one_that_is_gone_is_soon_asked_for_no_more(self, world, counted):
        world.batch(keys(40), adapter=ARN)
        gone = refused("ResourceNotFoundException")
        world.aws.wire.serves(
            "DetectModerationLabels",
            lambda asked: gone if "ProjectVersion" in asked else answer_of(),
        )
        assert world.work() == "done"
        assert 1 <= asked(world).count(ARN) <= 4, "one for each thread at most"
        assert asked(world).count(None) == 40
        assert counted()["AdapterFallback"] == 40
        [result, *_] = world.part("results")
        assert set(result["detect-moderation-labels"]) == set(answer_of())

    def test_without_an_adapter_there_is_nothing_to_fall_back_from(self, world, counted):
        world.batch(keys(3))
        assert world.work() == "done"
        assert "AdapterFallback" not in counted()

    def test_what_another_worker_answered_meanwhile_is_not_counted_here(self, world, counted):
        world.batch(keys(1), adapter=ARN)

        def answer(asked):
            lines = [row for row in world.aws.rows("batches") if row["item"] == "answer"]
            [line] = lines
            world.aws.put("batches", line | {"by": "another"})
            return answer_of()

        world.aws.wire.serves("DetectModerationLabels", answer)
        world.clock.ends = 0
        world.work()
        assert counted().get("AdapterFallback", 0) == 0


class TestBulkJob:
    def results(self, world, *answers):
        lines = [
            json.dumps({"source-ref": ref(f"{n}.jpg"), "detect-moderation-labels": one}).encode()
            for n, one in enumerate(answers)
        ]
        key = f"batches/{BATCH}/job/results.jsonl"
        world.batch(lines, adapter=ARN)
        world.put(BATCHES_BUCKET, key, world.data)
        world.change(job={"id": "j", "results": {"bucket": BATCHES_BUCKET, "key": key}})

    def test_what_the_base_model_answered_there_is_counted_once(self, world, counted):
        self.results(world, answer_of() | BY, answer_of(), answer_of())
        assert world.work() == world.work() == "done"
        assert counted()["AdapterFallback"] == 2
        assert world.asked() == {}

    def test_of_none_nothing_is_said(self, world, counted):
        self.results(world, answer_of() | BY)
        world.work()
        assert "AdapterFallback" not in counted()
