"""A batch's bulk job: started once, asked about until it ends, and paid for once."""

import json
from datetime import timedelta

import pytest
from moto.rekognition.models import rekognition_backends

from framewarden import following, settings
from framewarden.domain import batches
from framewarden.domain.errors import AnalyzerThrottledError, AnalyzerUnavailableError
from framewarden.domain.times import iso, parse
from tests.unit.scenes import ACCOUNT, BATCHES_BUCKET, REGION, SOURCE_BUCKET, event, state
from tests.unit.wire import KilledError, refused

NOW = parse("2026-11-22T09:00:00Z")
BATCH = "5f0c9a4be1d27730c8aa"
LINES = b'{"source-ref": "s3://example-photos/a.jpg"}\n' * 3
RUNNING, FAILED = {"status": "running", "wait_seconds": 2}, {"status": "failed", "wait_seconds": 0}
ANSWERED = {"status": "answered", "wait_seconds": 0}


@pytest.fixture
def batch(aws):
    """Write the row of a planned batch, and return a way to read it; no job is known."""
    rekognition_backends[ACCOUNT][REGION].reset()

    def write(**changes):
        body = changes.pop("body", LINES)
        put = aws.client("s3").put_object(Bucket=SOURCE_BUCKET, Key="m.jsonl", Body=body)
        manifest = {
            "bucket": SOURCE_BUCKET,
            "key": "m.jsonl",
            "version_id": put["VersionId"],
            "etag": put["ETag"].strip('"'),
            "size": len(body),
        }
        aws.put("batches", row_of(manifest) | changes)
        aws.wire.forget()

    write()
    write.row = lambda: aws.row("batches", batch=BATCH, item="batch")
    write.again = write
    return write


def row_of(manifest):
    return {
        "batch": BATCH,
        "item": "batch",
        "kind": "batch",
        "engine": batches.BULK,
        "adapter": None,
        "min_confidence": 20.0,
        "status": batches.RUNNING,
        "attempt": 1,
        "ceiling": 1000,
        "reserved": 0,
        "analyzed": 0,
        "lines": 3,
        "started_at": iso(NOW),
        "manifest": manifest,
    }


def follow(now=NOW, **changes):
    return following.follow(
        state("follow_bulk_job/started") | changes, settings.FollowBulkJob.read(), now
    )


def tells(aws, status, **more):
    aws.wire.serves("GetMediaAnalysisJob", lambda asked: {"Status": status, **more})


def after(**length):
    return NOW + timedelta(**length)


PLACES = {
    "Results": {"S3Object": {"Bucket": BATCHES_BUCKET, "Name": "where/it/says.json"}},
    "ManifestSummary": {"S3Object": {"Bucket": BATCHES_BUCKET, "Name": "where/else.json"}},
}


class TestStarting:
    def test_a_job_is_started_for_the_version_that_was_planned(self, aws, batch):
        assert follow() == RUNNING
        [asked] = aws.wire.made("StartMediaAnalysisJob")
        assert asked == {
            "ClientRequestToken": f"{BATCH}-1",
            "JobName": f"{BATCH}-1",
            "OperationsConfig": {"DetectModerationLabels": {"MinConfidence": 20.0}},
            "Input": {
                "S3Object": {
                    "Bucket": SOURCE_BUCKET,
                    "Name": "m.jsonl",
                    "Version": batch.row()["manifest"]["version_id"],
                }
            },
            "OutputConfig": {
                "S3Bucket": BATCHES_BUCKET,
                "S3KeyPrefix": f"batches/{BATCH}/job",
            },
        }
        row = batch.row()
        assert row["job"]["status"] == "CREATED"
        assert (row["job"]["n"], row["job"]["images"], row["reserved"]) == (1, 3, 3)

    def test_an_adapter_is_asked_for_and_no_version_where_there_is_none(self, aws, batch):
        manifest = batch.row()["manifest"] | {"version_id": None}
        batch.again(adapter="arn:aws:rekognition:…:version/v1", manifest=manifest)
        aws.wire.serves("StartMediaAnalysisJob", lambda asked: {"JobId": "job"})
        follow()
        [asked] = aws.wire.made("StartMediaAnalysisJob")
        config = asked["OperationsConfig"]["DetectModerationLabels"]
        assert config["ProjectVersion"] == "arn:aws:rekognition:…:version/v1"
        assert "Version" not in asked["Input"]["S3Object"]

    @pytest.mark.parametrize("after_it", [False, True])
    @pytest.mark.parametrize("call", range(1, 5))
    def test_a_worker_that_dies_starts_no_second_job(self, aws, batch, call, after_it):
        with pytest.raises(KilledError), aws.wire.killed_at(call, after=after_it):
            follow()
        assert follow()["status"] == "running"
        assert follow()["status"] == "running"
        [job] = aws.client("rekognition").list_media_analysis_jobs()["MediaAnalysisJobs"]
        assert batch.row()["job"]["id"] == job["JobId"]
        assert batch.row()["reserved"] == 3

    def test_it_waits_while_the_account_has_as_many_jobs_as_it_may(self, aws, batch):
        aws.wire.fails("StartMediaAnalysisJob", "LimitExceededException", times=2)
        assert follow()["status"] == "running"
        assert follow(after(hours=1)) == {"status": "running", "wait_seconds": 60}
        assert batch.row()["reserved"] == 3
        assert follow(after(hours=1))["status"] == "running"
        assert batch.row()["job"]["id"]

    @pytest.mark.parametrize(
        ("code", "status", "error"),
        [
            ("ThrottlingException", 400, AnalyzerThrottledError),
            ("ProvisionedThroughputExceededException", 400, AnalyzerThrottledError),
            ("InternalServerError", 500, AnalyzerUnavailableError),
            ("Unheard", 503, AnalyzerUnavailableError),
        ],
    )
    def test_what_passes_is_left_to_the_machine(self, aws, batch, code, status, error):
        aws.wire.fails("StartMediaAnalysisJob", code, status=status)
        with pytest.raises(error):
            follow()
        assert follow()["status"] == "running"
        aws.wire.fails("GetMediaAnalysisJob", code, status=status)
        with pytest.raises(error):
            follow()

    @pytest.mark.parametrize(
        ("code", "expected", "words"),
        [
            ("AccessDeniedException", "ACCESS_DENIED", "--engine framewarden"),
            ("IdempotentParameterMismatchException", "IDEMPOTENT_PARAMETER_MISMATCH", "anew"),
            ("InvalidParameterException", "INVALID_PARAMETER", "refuses"),
            ("InvalidManifestException", "INVALID_MANIFEST", "source-ref"),
            ("InvalidS3ObjectException", "INVALID_S3_OBJECT", "manifest"),
            ("ResourceNotFoundException", "RESOURCE_NOT_FOUND", "adapter"),
            ("ResourceNotReadyException", "RESOURCE_NOT_READY", "training"),
            ("UnforeseenException", "UNFORESEEN", "UNFORESEEN"),
        ],
    )
    def test_a_refusal_is_explained(self, aws, batch, code, expected, words):
        aws.wire.fails("StartMediaAnalysisJob", code)
        assert follow() == FAILED
        row = batch.row()
        assert row["status"] == batches.RUNNING  # it is for FinishBatch to end it
        assert row["failure"]["code"] == expected
        assert words in row["failure"]["words"]
        assert row["failure"]["words"].endswith("Rekognition says: injected")

    def test_an_account_without_bulk_jobs_is_told_since_when(self, aws, batch):
        aws.wire.fails("StartMediaAnalysisJob", "AccessDeniedException")
        follow()
        assert "2026-04-30" in batch.row()["failure"]["words"]

    def test_a_refused_start_is_tried_again_by_the_next_attempt(self, aws, batch):
        aws.wire.fails("StartMediaAnalysisJob", "AccessDeniedException")
        follow()
        aws.put("batches", batch.row() | {"attempt": 2})
        assert follow(attempt=2)["status"] == "running"
        assert batch.row()["job"]["n"] == 1
        assert batch.row()["reserved"] == 3


class TestCeiling:
    def test_more_lines_than_it_has_room_for_pause_the_batch(self, aws, batch):
        batch.again(ceiling=4, reserved=2)
        assert follow() == FAILED
        row = batch.row()
        assert (row["status"], row["pause"]) == (batches.PAUSED, {"reason": "ceiling"})
        assert row["reserved"] == 2
        assert aws.wire.made("StartMediaAnalysisJob") == []
        aws.put("batches", row | {"status": batches.RUNNING, "attempt": 2, "ceiling": 5})
        assert follow(attempt=2)["status"] == "running"

    @pytest.mark.parametrize(
        ("body", "ceiling", "starts"),
        [
            (LINES, 3, True),
            (LINES.rstrip(), 3, True),
            (LINES, 2, False),
            (LINES.rstrip(), 2, False),
            (LINES * 10_000, 1_000, False),
        ],
    )
    def test_lines_that_nobody_counted_are_counted(self, aws, batch, body, ceiling, starts):
        batch.again(body=body, lines=None, ceiling=ceiling)
        assert (follow()["status"] == "running") is starts
        assert len(aws.wire.made("StartMediaAnalysisJob")) == starts
        if starts:
            assert batch.row()["job"]["images"] == 3

    def test_of_a_manifest_too_long_to_count_the_most_is_taken(self, aws, batch):
        manifest = batch.row()["manifest"] | {"size": 2**30}
        batch.again(lines=None, manifest=manifest, ceiling=30_000_000)
        assert follow() == FAILED
        batch.again(lines=None, manifest=manifest, ceiling=40_000_000)
        assert follow()["status"] == "running"
        assert batch.row()["job"]["images"] == 2**30 // 28
        assert aws.wire.made("GetObject") == []

    def test_who_cancels_while_leave_is_taken_is_heard(self, aws, batch):
        cancelled = batch.row() | {"status": batches.CANCELLING}
        aws.wire.before("UpdateItem", lambda: aws.put("batches", cancelled))
        assert follow() == FAILED
        assert aws.wire.made("StartMediaAnalysisJob") == []


class TestAsking:
    def test_a_job_is_followed_to_its_answers(self, aws, batch):
        seen = []
        for seconds in (0, 2, 6, 14, 30, 62):
            answer = follow(after(seconds=seconds))
            seen.append((batch.row()["job"]["status"], answer["wait_seconds"]))
            if answer["status"] != "running":
                break
        assert answer == ANSWERED
        assert seen == [
            ("CREATED", 2),
            ("CREATED", 4),
            ("QUEUED", 8),
            ("IN_PROGRESS", 16),
            ("SUCCEEDED", 0),
        ]
        job = batch.row()["job"]
        stored = aws.client("s3").get_object(
            Bucket=job["summary"]["bucket"], Key=job["summary"]["key"]
        )
        summary = json.loads(stored["Body"].read())
        assert summary["statistics"]["total-json-lines"] == 3
        assert job["results"]["key"].startswith(f"batches/{BATCH}/job/")

    def test_paths_are_the_answers_own(self, aws, batch):
        follow()
        tells(aws, "SUCCEEDED", **PLACES)
        assert follow() == ANSWERED
        job = batch.row()["job"]
        assert job["results"] == {"bucket": BATCHES_BUCKET, "key": "where/it/says.json"}
        assert job["summary"] == {"bucket": BATCHES_BUCKET, "key": "where/else.json"}
        aws.wire.forget()
        assert follow() == ANSWERED
        assert aws.wire.made("GetMediaAnalysisJob") == []

    @pytest.mark.parametrize("missing", PLACES)
    def test_a_success_without_its_paths_is_none(self, aws, batch, missing):
        follow()
        tells(aws, "SUCCEEDED", **{name: at for name, at in PLACES.items() if name != missing})
        assert follow() == FAILED
        assert batch.row()["failure"]["code"] == "JOB_WITHOUT_RESULTS"

    def test_a_status_is_written_once(self, aws, batch):
        follow()
        tells(aws, "IN_PROGRESS")
        follow()
        aws.wire.forget()
        follow()
        assert aws.wire.made("UpdateItem") == []

    @pytest.mark.parametrize(
        ("code", "words"),
        [
            ("INTERNAL_ERROR", "another job"),
            ("INVALID_S3_OBJECT", "manifest"),
            ("INVALID_MANIFEST", "source-ref"),
            ("INVALID_OUTPUT_CONFIG", "batches bucket"),
            ("INVALID_KMS_KEY", "key"),
            ("ACCESS_DENIED", "BatchSourceBuckets"),
            ("RESOURCE_NOT_FOUND", "adapter"),
            ("RESOURCE_NOT_READY", "training"),
            ("THROTTLED", "another job"),
            ("NEW_IN_2027", "NEW_IN_2027"),
        ],
    )
    def test_a_failure_is_put_into_words(self, aws, batch, code, words):
        follow()
        tells(aws, "FAILED", FailureDetails={"Code": code, "Message": "so it is"})
        assert follow() == FAILED
        failure = batch.row()["failure"]
        assert failure["code"] == code
        assert words in failure["words"]
        assert failure["words"].endswith("Rekognition says: so it is")

    def test_a_failure_without_a_reason_is_one_too(self, aws, batch):
        follow()
        tells(aws, "FAILED")
        assert follow() == FAILED
        assert "nobody foresaw (none)." in batch.row()["failure"]["words"]

    def test_a_failed_job_is_asked_about_no_more_in_its_attempt(self, aws, batch):
        follow()
        tells(aws, "FAILED")
        follow()
        aws.wire.forget()
        assert follow() == FAILED
        assert aws.wire.made("GetMediaAnalysisJob") == []

    def test_the_next_attempt_starts_another_job_for_a_failed_one(self, aws, batch):
        follow()
        first = batch.row()["job"]["id"]
        tells(aws, "FAILED")
        follow()
        aws.put("batches", batch.row() | {"attempt": 2})
        assert follow(attempt=2)["status"] == "running"
        row = batch.row()
        assert row["job"]["n"] == 2
        assert row["job"]["id"] != first
        assert row["reserved"] == 6  # what the first has answered may have been paid

    def test_the_next_attempt_goes_on_with_a_job_that_runs(self, aws, batch):
        follow()
        aws.put("batches", batch.row() | {"attempt": 2})
        aws.wire.forget()
        assert follow(after(days=3), attempt=2) == RUNNING
        assert aws.wire.made("StartMediaAnalysisJob") == []
        assert batch.row()["reserved"] == 3

    def test_a_job_that_rekognition_has_forgotten_is_replaced(self, aws, batch):
        follow()
        aws.wire.fails("GetMediaAnalysisJob", "ResourceNotFoundException")
        assert follow() == FAILED
        assert batch.row()["failure"]["code"] == "JOB_GONE"
        aws.put("batches", batch.row() | {"attempt": 2})
        assert follow(attempt=2)["status"] == "running"
        assert batch.row()["job"]["n"] == 2

    def test_who_may_not_ask_is_told(self, aws, batch):
        follow()
        aws.wire.serves("GetMediaAnalysisJob", lambda asked: refused("AccessDeniedException"))
        assert follow() == FAILED
        assert batch.row()["failure"]["code"] == "ACCESS_DENIED"

    def test_a_day_is_the_most_that_is_waited(self, aws, batch):
        follow()
        tells(aws, "IN_PROGRESS")
        assert follow(after(hours=23, minutes=59))["status"] == "running"
        assert follow(after(hours=24)) == FAILED
        assert batch.row()["failure"]["code"] == "JOB_OVERDUE"
        aws.put("batches", batch.row() | {"attempt": 2})
        tells(aws, "SUCCEEDED", **PLACES)
        assert follow(after(hours=30), attempt=2) == ANSWERED
        assert batch.row()["job"]["n"] == 1


class TestEnded:
    @pytest.mark.parametrize(
        "status",
        [batches.CANCELLING, batches.CANCELLED, batches.PAUSED, batches.DONE, batches.FAILED],
    )
    def test_a_batch_that_somebody_ended_is_followed_no_more(self, aws, batch, status):
        batch.again(status=status)
        assert follow() == FAILED
        assert "failure" not in batch.row()
        assert aws.wire.made("StartMediaAnalysisJob") == []

    def test_neither_is_one_that_another_attempt_has(self, aws, batch):
        batch.again(attempt=2)
        assert follow() == FAILED
        assert aws.wire.made("StartMediaAnalysisJob") == []

    def test_neither_is_one_that_is_gone(self, aws):
        assert follow() == FAILED

    def test_an_execution_may_be_faster_than_its_row(self, aws, batch):
        batch.again(status=batches.STARTING)
        assert follow()["status"] == "running"
        assert batch.row()["job"]["id"]

    def test_who_cancels_meanwhile_keeps_the_job_to_be_found_again(self, aws, batch):
        def cancel():
            aws.put("batches", batch.row() | {"status": batches.CANCELLING})

        aws.wire.before("StartMediaAnalysisJob", cancel)
        assert follow()["status"] == "running"
        assert "id" not in batch.row()["job"]
        assert follow() == FAILED
        [asked] = aws.wire.made("StartMediaAnalysisJob")
        aws.put("batches", batch.row() | {"status": batches.RUNNING, "attempt": 2})
        assert follow(attempt=2)["status"] == "running"
        assert aws.wire.made("StartMediaAnalysisJob")[1] == asked
        [job] = aws.client("rekognition").list_media_analysis_jobs()["MediaAnalysisJobs"]
        assert batch.row()["job"]["id"] == job["JobId"]


def test_the_scenarios_are_of_this_batch():
    assert event("follow_bulk_job/started")["state"]["batch_id"] == BATCH
    assert event("follow_bulk_job/resumed")["state"]["attempt"] == 2
