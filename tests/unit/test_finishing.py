"""How a batch ends: whole, or as far as it came; and once, whenever the worker dies."""

import json
from datetime import timedelta

import pytest

from framewarden import batch_reviews
from framewarden.aws import batch_files
from framewarden.aws.batch_store import Batches
from framewarden.domain import batches
from framewarden.domain.errors import StoreThrottledError
from framewarden.domain.times import iso
from tests.unit.ending_world import (
    BATCH,
    LIKELY,
    NOW,
    STOP,
    Range,
    answer,
    begun,
    complete,
    end,
    file,
    first_range,
    lines,
    ref,
    row_of,
    second_range,
    summary,
)
from tests.unit.scenes import BATCHES_BUCKET
from tests.unit.wire import KilledError

RULE_FILES = {rule: batches.rule_file(rule) for rule in (STOP, LIKELY)}


def started(aws):
    """Return what each execution of a list was given, by its rule."""
    given = [json.loads(call["input"]) for call in aws.wire.made("StartExecution")]
    return {document["batch"]["rule"]: document for document in given}


class TestWhole:
    def test_its_results_are_the_answers_of_all_lines_in_order(self, aws):
        complete()
        assert end() == "done"
        found = lines(batches.RESULTS)
        names = ("clean", "likely", "surest", "likely", "more", "sure")
        assert [line["source-ref"] for line in found] == [ref(name) for name in names]
        assert set(found[1]) == {"source-ref", "detect-moderation-labels"}
        assert found[1]["detect-moderation-labels"] == answer(91.5)

    def test_its_manifest_summary_accounts_for_every_line_by_its_number(self, aws):
        complete()
        end()
        told = summary()
        assert told["version"] == "1.0"
        assert told["statistics"] == {
            "total-json-lines": 8,
            "valid-json-lines": 6,
            "invalid-json-lines": 2,
            "duplicate-json-lines": 1,
        }
        broken = {"message": "It is broken."}
        assert told["errors"] == [
            {"line-number": 4, "code": "INVALID_JSON_LINE", **broken},
            {
                "line-number": 6,
                "source-ref": ref("likely"),
                "code": "DUPLICATE_SOURCE_REF",
                "message": "The same image as line 2; analyzed once.",
            },
            {
                "line-number": 8,
                "source-ref": ref("gone"),
                "code": "INVALID_S3_OBJECT",
                **broken,
            },
        ]

    def test_a_range_may_have_duplicates_and_no_error(self, aws):
        begun(size=10, shards=1)
        only = Range(0, 10).image("clean", answer())
        only.again("clean", answer(), only).store()
        assert end() == "done"
        [duplicate] = summary()["errors"]
        assert (duplicate["line-number"], duplicate["source-ref"]) == (2, ref("clean"))

    def test_its_row_and_its_summaries_say_what_was_found(self, aws, counted):
        complete()
        end()
        row = row_of()
        assert (row["status"], row["ended_at"]) == ("done", iso(NOW))
        counts = row["counts"]
        assert (counts["images"], counts["flagged"], counts["cleared"]) == (5, 4, 1)
        assert counts["by_rule"] == {STOP: 2, LIKELY: 2}
        document = json.loads(file(batches.SUMMARY))
        assert document["counts"] == counts
        assert (document["status"], document["paid"]["images"]) == ("done", 6)
        text = file(batches.SUMMARY_TEXT)
        assert text.startswith(f"Batch {BATCH}: done\n  summer photos\n")
        assert counted() == {"BatchesDone": 1, "BatchReviews": 2}

    def test_each_rule_has_a_list_with_the_numbers_of_its_lines(self, aws):
        complete()
        end()
        found = lines(RULE_FILES[STOP])
        assert [(line["line"], line["source-ref"]) for line in found] == [
            (5, ref("surest")),
            (9, ref("sure")),
        ]
        assert {line["rule"] for line in found} == {STOP}
        assert [line["line"] for line in lines(RULE_FILES[LIKELY])] == [2, 7]

    def test_each_list_starts_one_execution_judged_by_its_surest_image(self, aws):
        complete()
        end()
        document = started(aws)[LIKELY]
        frame = document["frame"]
        assert frame["frame_id"] == batch_reviews.list_id(BATCH, LIKELY)
        assert (frame["source"], frame["channel"], frame["channel_arn"]) == (
            *("batch", "batches"),
            None,
        )
        key = batches.place(BATCH, RULE_FILES[LIKELY])
        found = batch_files.head(BATCHES_BUCKET, key, frame["version_id"])
        assert found == {name: frame[name] for name in ("size", "etag", "version_id")}
        assert document["analysis"] == {
            "labels": answer(91.5)["ModerationLabels"],
            "content_types": [],
            "model_version": "7.0",
            "adapter": None,
            "adapter_asked": None,
            "min_confidence": 20,
            "analyzed_at": iso(NOW),
        }
        listed = {"bucket": BATCHES_BUCKET, "key": key}
        about = {"batch_id": BATCH, "rule": LIKELY, "images": 2}
        assert (document["attempt"], document["batch"]) == (1, about | {"list": listed})
        assert sorted(aws.started()) == sorted(
            batch_reviews.list_id(BATCH, rule) for rule in (STOP, LIKELY)
        )
        admitted = aws.frame(frame["frame_id"])
        assert (admitted["status"], admitted["batch"]) == ("started", about)
        kept = Batches("batches").rule(BATCH, LIKELY)
        assert (kept["images"], kept["severity"], kept["key"]) == (2, "high", key)

    def test_an_execution_that_is_there_already_is_the_lists(self, aws, counted):
        complete()
        name = batch_reviews.list_id(BATCH, STOP)
        aws.client("stepfunctions").start_execution(
            stateMachineArn=aws.machine, name=name, input="{}"
        )
        assert end() == "done"
        assert aws.frame(name)["status"] == "started"
        assert counted()["BatchReviews"] == 1

    def test_where_nothing_is_flagged_nobody_is_asked(self, aws):
        begun(size=10, shards=1)
        Range(0, 10).image("clean", answer()).store()
        assert end() == "done"
        assert aws.started() == []

    def test_a_rule_whose_list_is_empty_asks_nobody(self, aws):
        begun(size=10, shards=1)
        only = Range(0, 10).image("clean", answer())
        only.counts["by_rule"] = {STOP: 1}
        only.files[RULE_FILES[STOP].removesuffix(".jsonl")] = []
        place = batches.part_place(BATCH, 0, RULE_FILES[STOP])
        batch_files.put(BATCHES_BUCKET, place, b"\n")
        only.store()
        assert end() == "done"
        assert (aws.started(), Batches("batches").rules(BATCH)) == ([], [])

    def test_a_batch_that_was_cancelled_too_late_is_done(self, aws):
        complete(status=batches.CANCELLING)
        assert end() == "done"

    def test_the_next_try_finds_it_done_and_does_nothing(self, aws):
        complete()
        end()
        aws.wire.forget()
        assert end() == "done"
        assert [call.operation for call in aws.wire.calls] == ["GetItem"]


class TestStopped:
    def half(self, **changes):
        begun(**changes)
        first_range().store()

    def test_one_that_its_ceiling_paused_stays_paused_with_what_there_is(self, aws):
        self.half(status=batches.PAUSED, pause={"reason": "ceiling"})
        assert end() == "paused"
        row = row_of()
        assert (row["status"], row["counts"]["images"]) == ("paused", 3)
        assert len(lines(batches.RESULTS)) == 3
        assert "It paused at its ceiling of 1,000 images" in file(batches.SUMMARY_TEXT)
        assert aws.started() == [], "people are asked once it is whole"

    def test_one_that_was_cancelled_keeps_what_there_is(self, aws):
        self.half(status=batches.CANCELLING)
        assert end() == "cancelled"
        assert (row_of()["status"], summary()["statistics"]["total-json-lines"]) == ("cancelled", 4)
        assert len(lines(batches.RESULTS)) == 3

    def test_one_that_was_cancelled_before_it_began_has_a_summary_of_nothing(self, aws):
        begun(status=batches.CANCELLING, manifest=None)
        assert end() == "cancelled"
        assert summary()["errors"] == []
        assert batch_files.read(BATCHES_BUCKET, batches.place(BATCH, batches.RESULTS)) is None

    def test_a_range_that_failed_fails_it_and_says_so(self, aws):
        self.half()
        assert end() == "failed"
        row = row_of()
        assert row["failure"]["code"] == "RANGES_FAILED"
        assert row["failure"]["words"].startswith("one of its ranges could not be analyzed")
        assert row["failure"]["words"] in file(batches.SUMMARY_TEXT)

    def test_lines_behind_a_range_that_lacks_have_no_number(self, aws):
        begun()
        second_range(first_range()).store()
        end()
        duplicate, gone = summary()["errors"]
        assert (duplicate["range-start"], duplicate["line-in-range"]) == (300, 1)
        assert duplicate["message"] == "The same image as another line; analyzed once."
        assert "line-number" not in gone

    def test_an_error_of_the_machine_is_worded(self, aws):
        begun(manifest=None)
        cause = json.dumps({"errorMessage": "s3://a/b is missing, or may not be read"})
        assert end(error={"Error": "ManifestInvalidError", "Cause": cause}) == "failed"
        assert row_of()["failure"] == {
            "code": "ManifestInvalidError",
            "words": "s3://a/b is missing, or may not be read",
        }

    def test_a_failure_that_is_known_already_is_kept(self, aws):
        known = {"code": "JOB_FAILED", "words": "Rekognition could not read the manifest"}
        begun(failure=known)
        assert end() == "failed"
        assert row_of()["failure"] == known

    @pytest.mark.parametrize("blanks", [0, 2])
    def test_a_manifest_without_lines_fails_with_a_summary_that_says_so(self, aws, blanks):
        begun(size=blanks, shards=1)
        if blanks:
            Range(0, blanks).blank().blank().store()
        assert end() == "failed"
        assert row_of()["failure"]["code"] == "INVALID_MANIFEST"
        assert summary()["statistics"]["total-json-lines"] == 0
        assert aws.started() == []

    def test_a_part_that_is_gone_fails_it(self, aws):
        complete()
        key = batches.part_place(BATCH, 300, "results.jsonl")
        aws.client("s3").delete_object(Bucket=BATCHES_BUCKET, Key=key)
        assert end() == "failed"
        assert "is missing" in row_of()["failure"]["words"]

    def test_an_answer_that_is_gone_fails_it(self, aws):
        begun(size=10, shards=1)
        only = Range(0, 10).image("sure", answer(99))
        only.files["results"][0]["source-ref"] = ref("another")
        only.store()
        assert end() == "failed"
        assert "is not in its range's results" in row_of()["failure"]["words"]

    def test_a_throttle_is_left_to_the_machine(self, aws):
        complete()
        aws.wire.fails("UpdateItem", "ThrottlingException")
        with pytest.raises(StoreThrottledError):
            end()
        assert (row_of()["status"], end()) == ("running", "done")


class TestOtherAttempts:
    def test_an_attempt_that_was_overtaken_changes_nothing(self, aws):
        complete(attempt=2)
        assert end(attempt=1) == "cancelled"
        assert row_of()["status"] == "running"

    def test_a_batch_that_nobody_knows_is_left_alone(self, aws):
        assert end() == "cancelled"

    @pytest.mark.parametrize(("theirs", "told"), [("cancelled", "cancelled"), ("odd", "cancelled")])
    def test_an_end_that_somebody_else_wrote_stands(self, aws, theirs, told):
        complete()
        store = Batches("batches")

        def meanwhile():
            store.change(BATCH, {"status": theirs})

        aws.wire.before("StartExecution", meanwhile)
        assert end() == told
        assert row_of()["status"] == theirs

    def test_a_batch_that_was_resumed_is_ended_anew(self, aws):
        begun()
        first = first_range()
        first.store()
        end()
        changes = {"status": batches.RUNNING, "attempt": 2}
        Batches("batches").change(BATCH, changes, remove=("ended_at", "failure"))
        second_range(first).store()
        assert end(attempt=2) == "done"
        row = row_of()
        assert (row["counts"]["images"], "failure" in row) == (5, False)
        assert len(lines(batches.RESULTS)) == 6


class TestBulkJob:
    def job(self, results=b"x" * 500):
        folder = batches.place(BATCH, "job/abc/")
        errors = [{"line-number": 3, "code": "INVALID_IMAGE_FORMAT", "message": "No."}]
        told = {"version": "1.0", "statistics": {"total-json-lines": 9}, "errors": errors}
        batch_files.put(BATCHES_BUCKET, f"{folder}summary.json", json.dumps(told).encode())
        batch_files.put(BATCHES_BUCKET, f"{folder}results.jsonl", results)
        return {
            "id": "abc",
            "summary": {"bucket": BATCHES_BUCKET, "key": f"{folder}summary.json"},
            "results": {"bucket": BATCHES_BUCKET, "key": f"{folder}results.jsonl"},
        }

    def test_the_jobs_own_errors_come_first_and_are_counted(self, aws):
        complete(size=77, engine=batches.BULK, job=self.job())
        assert end() == "done"
        told = summary()
        assert told["errors"][0] == {
            "line-number": 3,
            "code": "INVALID_IMAGE_FORMAT",
            "message": "No.",
        }
        assert told["statistics"]["invalid-json-lines"] == 3
        assert told["errors"][1]["results-line"] == 4, (
            "the job's answers have an order of their own"
        )
        assert row_of()["counts"]["errors"]["INVALID_IMAGE_FORMAT"] == 1

    def test_a_job_without_one_answer_is_an_end_too(self, aws):
        begun(engine=batches.BULK, job=self.job(b""), shards=0)
        assert end() == "done"
        assert summary()["statistics"]["invalid-json-lines"] == 1

    def test_answers_that_are_gone_fail_it(self, aws):
        job = self.job()
        job["results"]["key"] += ".gone"
        complete(engine=batches.BULK, job=job)
        assert end() == "failed"
        assert row_of()["failure"]["code"] == "NOT_ENDED"


class TestKills:
    """At whatever call the worker dies, the next one ends the same batch in the same way."""

    CALLS = 32

    def test_so_many_calls_are_made(self, aws):
        complete()
        aws.wire.forget()
        end()
        assert len(aws.wire.calls) == self.CALLS

    @pytest.mark.parametrize("late", [False, True])
    @pytest.mark.parametrize("call", range(1, CALLS + 1))
    def test_a_worker_killed_at_any_call_is_made_good(self, aws, call, late):
        complete()
        with aws.wire.killed_at(call, after=late), pytest.raises(KilledError):
            end()
        assert end(NOW + timedelta(minutes=5)) == "done"
        assert end(NOW + timedelta(minutes=6)) == "done"
        assert row_of()["counts"]["by_rule"] == {STOP: 2, LIKELY: 2}
        assert [len(lines(name)) for name in RULE_FILES.values()] == [2, 2]
        assert (len(lines(batches.RESULTS)), len(summary()["errors"])) == (6, 3)
        assert len(aws.started()) == 2
        for rule, document in started(aws).items():
            row = Batches("batches").rule(BATCH, rule)
            frame, admitted = document["frame"], aws.frame(document["frame"]["frame_id"])
            assert admitted["status"] == "started"
            names = ("version_id", "put_at")
            assert [row[name] for name in names] == [frame[name] for name in names]
            assert [admitted[name] for name in names] == [frame[name] for name in names]
            found = batch_files.head(BATCHES_BUCKET, frame["key"])
            assert found["version_id"] == frame["version_id"], "no other list was written since"
