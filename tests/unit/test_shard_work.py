"""A range of a batch: each line accounted for, each image asked about once, and what is written."""

import json
from importlib import import_module
from itertools import pairwise

import pytest

from framewarden import settings, shard_work
from framewarden.domain import batches
from framewarden.domain.errors import (
    AnalyzerDeniedError,
    ManifestInvalidError,
    PolicyInvalidError,
    PolicyUnavailableError,
)
from framewarden.timing import Timing
from tests.unit import template_calls
from tests.unit.scenes import (
    BATCHES_BUCKET,
    EVIDENCE_BUCKET,
    FRAMES_BUCKET,
    SOURCE_BUCKET,
    event,
)
from tests.unit.shard_world import BATCH, World, answer_of, line, ref
from tests.unit.wire import Call

LIST = "rules/explicit-likely"


@pytest.fixture
def world(aws):
    return World(aws)


def position(number, start=0):
    return batches.position(start, number)


class TestDone:
    def test_every_line_has_its_result_and_the_range_its_counts(self, world):
        world.batch(["clear-1.jpg", "high-1.jpg", "critical-1.jpg", b"", "clear-2.jpg"])
        assert world.work() == "done"
        results = world.part("results")
        assert [each["source-ref"] for each in results] == [
            ref(key) for key in ("clear-1.jpg", "high-1.jpg", "critical-1.jpg", "clear-2.jpg")
        ]
        assert results[1]["detect-moderation-labels"] == answer_of("Exposed Female Nipple", 85.25)
        assert set(results[0]) == {"source-ref", "detect-moderation-labels"}
        row = world.shard()
        assert (row["end"], row["lines"], row["bytes"]) == (
            len(world.data),
            5,
            len(world.parts()[batches.part_place(BATCH, 0, "results.jsonl")]),
        )
        counts = row["counts"]
        assert {name: counts[name] for name in ("lines", "blank", "valid", "invalid")} == {
            **{"lines": 5, "blank": 1, "valid": 4, "invalid": 0}
        }
        assert (counts["images"], counts["cleared"], counts["flagged"]) == (4, 2, 2)
        assert counts["by_severity"] == {"none": 2, "high": 1, "critical": 1}
        assert counts["by_rule"] == {"explicit-likely": 1, "explicit-stop": 1}
        assert counts["by_label"] == {"Exposed Female Nipple": 2}
        assert (counts["model_versions"], counts["adapters"]) == ({"7.0": 4}, {"base": 4})
        assert [sample["severity"] for sample in counts["samples"]] == ["high", "critical"]
        assert "errors.jsonl" not in str(world.parts().keys())

    def test_the_batch_is_told_once(self, world):
        world.batch(["clear-1.jpg", "high-1.jpg", "clear-1.jpg", b"{"])
        assert world.work() == "done"
        told = {"analyzed": 2, "reserved": 2, "shards_done": 1, "lines_done": 4, "images_done": 2}
        told |= {"flagged_done": 1, "invalid_done": 1, "repeated_done": 1}
        assert told.items() <= world.row().items()
        before = world.parts()
        assert world.work() == "done"
        assert told.items() <= world.row().items()
        assert world.parts() == before
        assert set(world.asked().values()) == {1}

    def test_a_flagged_image_is_in_the_list_of_its_rule_the_surest_first(self, world):
        world.batch(["high-1.jpg", "high-2.jpg"])
        known = {"high-1.jpg": 85.25, "high-2.jpg": 91.0}
        world.aws.wire.serves(
            "DetectModerationLabels",
            lambda asked: answer_of("Explicit", known[asked["Image"]["S3Object"]["Name"]]),
        )
        world.work()
        listed = world.part(LIST)
        assert [(each["line"], each["source-ref"]) for each in listed] == [
            (1, ref("high-1.jpg")),
            (2, ref("high-2.jpg")),
        ]
        assert listed[0]["matched"][0]["rule"] == listed[0]["rule"] == "explicit-likely"
        first, second = world.flagged("explicit-likely")
        assert (first["key"], second["key"]) == ("high-2.jpg", "high-1.jpg")
        digest = batches.digest(SOURCE_BUCKET, "high-2.jpg")
        assert first["item"] == f"image#0090000#{digest[:16]}"
        assert first == {
            **{"batch": f"{BATCH}#explicit-likely", "item": first["item"], "digest": digest},
            **{"bucket": SOURCE_BUCKET, "key": "high-2.jpg", "ref": ref("high-2.jpg")},
            **{"position": position(2), "rule": "explicit-likely", "severity": "high"},
            **{
                "confidence": 91,
                "adapter": None,
                "labels": first["labels"],
                "matched": first["matched"],
            },
        }
        assert first["labels"][0]["name"] == "Explicit"

    def test_the_policy_of_the_batch_judges_and_not_the_published_one(self, world):
        world.batch(["high-1.jpg"])
        world.aws.publish(b"{")
        assert world.work() == "done"

    def test_adapter_and_confidence_are_the_batchs(self, world):
        adapter = "arn:aws:rekognition:us-east-1:111122223333:project/a/version/b/1700000000000"
        world.batch(["high-1.jpg"], adapter=adapter, min_confidence=50)
        answer = answer_of("Explicit", 85.25) | {"ProjectVersion": adapter}
        world.aws.wire.serves("DetectModerationLabels", lambda asked: answer)
        world.work()
        [call] = world.aws.wire.made("DetectModerationLabels")
        assert (call["ProjectVersion"], call["MinConfidence"]) == (adapter, 50.0)
        assert world.shard()["counts"]["adapters"] == {adapter: 1}
        [result] = world.part("results")
        assert result["detect-moderation-labels"]["ProjectVersion"] == adapter
        [flagged] = world.flagged("explicit-likely")
        assert flagged["adapter"] == adapter

    def test_every_call_is_allowed(self, world):
        world.batch(["clear-1.jpg", "high-1.jpg", b"{"])
        world.work()
        made = world.aws.wire.made("TransactWriteItems")
        members = [write for call in made for write in call["TransactItems"]]
        assert {name for write in members for name in write} == {"Put"}
        calls = [Call("dynamodb", "PutItem", write["Put"]) for write in members]
        calls += [call for call in world.aws.wire.calls if not call.operation.startswith("Trans")]
        assert template_calls.refused("AnalyzeShardFunction", calls) == set()

    def test_numbers_are_counted_and_no_place_is_logged(self, world, counted, logged):
        world.batch(["clear-1.jpg", "high-1.jpg", "gone-1.jpg"])
        world.work()
        told = {"BatchImages": 2, "BatchThrottles": 0, "BatchErrors": 1}
        assert told.items() <= counted().items()
        written = logged.getvalue()
        assert BATCH in written
        assert not any(word in written for word in ("jpg", SOURCE_BUCKET, "Nipple"))


class TestBadLines:
    def test_each_is_accounted_for_with_its_number_and_code_and_the_rest_goes_on(self, world):
        keys = ["broken-1.jpg", "odd-1.jpg", "huge-1.jpg", "gone-1.jpg"]
        elsewhere = [line(ref("a.jpg", bucket)) for bucket in ("not-ours", EVIDENCE_BUCKET)]
        frames = [line(ref(key, FRAMES_BUCKET)) for key in ("ivs/v1/a.jpg", "batches/a.jpg")]
        world.batch([b"{", *keys, *elsewhere, *frames, b"{}", "clear-1.jpg"])
        assert world.work() == "done"
        errors = world.part("errors")
        assert [(each["line"], each["code"]) for each in errors] == [
            (1, "INVALID_JSON_LINE"),
            (2, "INVALID_IMAGE_FORMAT"),
            (3, "INVALID_PARAMETER"),
            (4, "IMAGE_TOO_LARGE"),
            (5, "INVALID_S3_OBJECT"),
            (6, "BUCKET_NOT_ALLOWED"),
            (7, "BUCKET_NOT_ALLOWED"),
            (8, "BUCKET_NOT_ALLOWED"),
            (10, "MISSING_SOURCE_REF"),
        ]
        assert (errors[0]["source-ref"], errors[1]["source-ref"]) == (None, ref("broken-1.jpg"))
        assert all(each["message"] for each in errors)
        counts = world.shard()["counts"]
        assert (counts["valid"], counts["invalid"], counts["images"]) == (2, 9, 2)
        assert counts["errors"]["BUCKET_NOT_ALLOWED"] == 3
        assert set(world.asked()) == {*keys, "batches/a.jpg", "clear-1.jpg"}

    def test_without_source_buckets_only_uploads_are_analyzed(self, world, monkeypatch):
        monkeypatch.setenv("BATCH_SOURCES", "-")
        uploaded = line(ref("batches/a.jpg", FRAMES_BUCKET))
        world.batch(["a.jpg", line(ref("a.jpg", "---")), uploaded])
        world.work()
        assert set(world.asked()) == {"batches/a.jpg"}

    def test_an_answer_that_cannot_be_read_clears_nothing(self, world):
        world.batch(["clear-1.jpg", "clear-1.jpg"])
        world.aws.wire.serves("DetectModerationLabels", lambda asked: {"ContentTypes": []})
        assert world.work() == "done"
        counts = world.shard()["counts"]
        assert (counts["valid"], counts["errors"]) == (0, {"INTERNAL_SERVER_ERROR": 2})

    def test_a_range_of_nothing_but_bad_lines_asks_and_reserves_nothing(self, world):
        world.batch([b"{", b"x" * 70_000])
        assert world.work() == "done"
        assert world.aws.wire.made("TransactWriteItems") == []
        assert world.row()["reserved"] == 0
        assert world.shard()["counts"]["errors"] == {"INVALID_JSON_LINE": 1, "LINE_TOO_LONG": 1}


class TestRepeats:
    def test_an_image_that_is_named_again_is_asked_about_once_and_answered_on_every_line(
        self, world
    ):
        world.batch(["high-1.jpg", "clear-1.jpg", "high-1.jpg", "gone-1.jpg", "gone-1.jpg"])
        world.work()
        assert world.asked() == {"high-1.jpg": 1, "clear-1.jpg": 1, "gone-1.jpg": 1}
        results = world.part("results")
        assert len(results) == 3
        assert results[0] == results[2]
        assert world.part("repeats") == [
            {
                **{"line": 3, "digest": batches.digest(SOURCE_BUCKET, "high-1.jpg")},
                **{"source-ref": ref("high-1.jpg"), "at": position(3), "of": position(1)},
            }
        ]
        counts = world.shard()["counts"]
        assert (counts["valid"], counts["repeated"], counts["invalid"]) == (3, 1, 2)
        assert (counts["images"], counts["by_rule"]) == (2, {"explicit-likely": 1})
        assert len(world.flagged("explicit-likely")) == len(world.part(LIST)) == 1

    def test_so_is_one_of_another_range(self, world):
        world.batch(["high-1.jpg", "clear-1.jpg", "high-1.jpg"])
        cut = world.data.rindex(b"{")
        assert world.work(cut) == "done"
        assert world.work(0, cut) == "done"
        assert world.asked() == {"high-1.jpg": 1, "clear-1.jpg": 1}
        [repeat] = world.part("repeats")
        assert (repeat["at"], repeat["of"]) == (position(1), position(1, cut))
        assert sum(world.shard(start)["counts"]["images"] for start in (0, cut)) == 2

    def test_ranges_together_are_the_whole(self, world):
        keys = [f"{'high' if n % 5 == 0 else 'clear'}-{n}.jpg" for n in range(30)]
        world.batch(keys)
        size = len(world.data)
        edges = [0, 7, 100, 101, 900, size]
        for start, end in pairwise(edges):
            assert world.work(start, end) == "done"
        rows = [world.shard(start) for start in edges[:-1]]
        assert sum(row["lines"] for row in rows) == sum(row["counts"]["images"] for row in rows)
        assert sum(row["lines"] for row in rows) == 30
        having = [start for start, row in zip(edges, rows, strict=False) if row["lines"]]
        found = [each["source-ref"] for start in having for each in world.part("results", start)]
        assert found == [ref(key) for key in keys]


class TestStopped:
    @pytest.mark.parametrize(
        "changes",
        [{"status": status} for status in ("starting", "cancelling", "paused", "failed", "done")]
        + [{"attempt": 2}],
    )
    def test_nothing_is_done_for_a_batch_that_does_not_run(self, world, changes):
        world.batch(["clear-1.jpg"], **changes)
        assert world.work() == "stopped"
        assert world.asked() == {}
        assert world.parts() == {}

    def test_nor_for_one_that_is_not_there(self, aws):
        own, timing = settings.AnalyzeShard.read(), Timing(lambda: 300.0)
        state = {"batch_id": BATCH, "attempt": 1, "shard": {"start": 0, "end": 9}}
        assert shard_work.work(state, own, timing) == {"status": "stopped"}

    def test_a_refusal_of_rekognition_fails_the_batch_at_once(self, world, counted):
        world.batch([f"clear-{n}.jpg" for n in range(9)])
        world.aws.wire.fails("DetectModerationLabels", "AccessDeniedException")
        with pytest.raises(AnalyzerDeniedError):
            world.work()
        row = world.row()
        assert (row["status"], row["failure"]["code"]) == ("failed", "AnalyzerDeniedError")
        assert row["failure"]["words"]
        assert row["reserved"] == row["analyzed"] == sum(world.asked().values()) - 1
        assert counted()["AnalyzerDenied"] == 1
        assert world.work() == "stopped"

    def test_a_manifest_that_was_changed_is_not_read(self, world):
        world.batch(["clear-1.jpg"])
        manifest = world.row()["manifest"] | {"version_id": None}
        world.change(manifest=manifest)
        world.put(FRAMES_BUCKET, manifest["key"], b"another")
        with pytest.raises(ManifestInvalidError, match="changed"):
            world.work()

    @pytest.mark.parametrize(
        ("policy", "leaf"), [(None, PolicyUnavailableError), (b"{", PolicyInvalidError)]
    )
    def test_without_its_policy_nobody_is_asked(self, world, policy, leaf):
        world.batch(["clear-1.jpg"])
        key = batches.place(BATCH, "policy.json")
        world.aws.client("s3").delete_object(Bucket=BATCHES_BUCKET, Key=key)
        if policy:
            world.put(BATCHES_BUCKET, key, policy)
        with pytest.raises(leaf):
            world.work()
        assert world.asked() == {}


class TestBulkJob:
    KEY = f"batches/{BATCH}/job/results.jsonl"

    def results(self, world, *found):
        lines = [
            json.dumps({"source-ref": ref(key), "detect-moderation-labels": answer}).encode()
            for key, answer in found
        ]
        world.batch(lines)
        world.put(BATCHES_BUCKET, self.KEY, world.data)
        job = {"id": "j", "results": {"bucket": BATCHES_BUCKET, "key": self.KEY}}
        world.change(job=job)
        return world

    def test_its_answers_are_judged_and_cost_nothing(self, world):
        self.results(
            world,
            ("clear-1.jpg", answer_of()),
            ("a.jpg", answer_of("Explicit", 85.0)),
            ("clear-1.jpg", answer_of()),
        )
        assert world.work() == "done"
        assert world.asked() == {}
        assert len(world.part("results")) == 3
        assert len(world.part("repeats")) == len(world.flagged("explicit-likely")) == 1
        row = world.row()
        assert (row["reserved"], row["analyzed"], row["images_done"]) == (0, 2, 2)

    def test_each_counts_once_among_all_ranges_and_however_often_a_range_is_read(self, world):
        self.results(world, ("a.jpg", answer_of()), ("a.jpg", answer_of()))
        cut = world.data.rindex(b"\n", 0, -1) + 1
        world.aws.wire.fails("PutObject", "SlowDown", status=503)
        with pytest.raises(Exception, match="SlowDown"):
            world.work(cut)
        assert world.work(0, cut) == world.work(cut) == "done"
        assert world.shard(cut)["counts"]["images"] == 1
        assert world.part("repeats")[0]["of"] == position(1, cut)

    def test_it_goes_on_in_another_call(self, world):
        self.results(world, *((f"{n}.jpg", answer_of()) for n in range(30)))
        own = settings.AnalyzeShard.read()
        state = {"batch_id": BATCH, "attempt": 1, "shard": {"start": 0, "end": len(world.data)}}
        left = iter([300.0, 19.0])
        status = shard_work.work(state, own, Timing(lambda: next(left), world.clock.now))
        assert status == {"status": "unfinished"}
        assert world.work() == "done"
        assert world.row()["analyzed"] == 30


class TestHandlers:
    def test_a_range_is_worked_on_within_the_time_of_the_call(self, world, context):
        world.batch(["clear-1.jpg"])
        handler = import_module("analyze_shard.app").lambda_handler
        context.get_remaining_time_in_millis = lambda: 19_999
        assert handler(event("analyze_shard/range"), context) == {"status": "unfinished"}
        context.get_remaining_time_in_millis = lambda: 300_000
        assert handler(event("analyze_shard/range"), context) == {"status": "done"}
        assert world.asked() == {"clear-1.jpg": 1}
        assert world.shard()["end"] == 65536

    def test_a_split_is_cut_into_ranges(self, aws, context):
        handler = import_module("plan_shards.app").lambda_handler
        assert handler(event("plan_shards/split"), context) == {
            "shards": [{"start": 131072, "end": 196608}, {"start": 196608, "end": 262144}]
        }
