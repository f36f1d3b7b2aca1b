"""Rekognition's bulk jobs on the laptop cloud: the post's own steps, and as a batch's engine."""

import json
import shutil
import subprocess
import time
from contextlib import suppress
from typing import Any

import pytest

from framewarden.domain import batches
from tests.laptop.moto_ext.post_steps import list_jobs, start_and_poll
from tests.workflow.batching import Batching
from tests.workflow.conftest import Desk

pytestmark = pytest.mark.workflow

INPUT, OUTPUT = "my-input-bucket", "my-output-bucket"
JOBS = ("StartMediaAnalysisJob", "GetMediaAnalysisJob")


@pytest.fixture
def batching(desk: Desk) -> Batching:
    desk.control("calls", method="DELETE")
    return Batching(desk)


@pytest.fixture
def photos(desk: Desk) -> Any:
    """Put the post's manifest, and the images that it lists."""
    s3 = desk.client("s3")
    for bucket in (INPUT, OUTPUT):
        with suppress(s3.exceptions.BucketAlreadyOwnedByYou):
            s3.create_bucket(Bucket=bucket)
    s3.put_object(Bucket=INPUT, Key="1.jpg", Body=desk.pictures.critical())
    s3.put_object(Bucket=INPUT, Key="2.jpg", Body=desk.pictures.clean())
    lines = b"".join(
        json.dumps({"source-ref": f"s3://{INPUT}/{name}"}).encode() + b"\n"
        for name in ("1.jpg", "2.jpg")
    )
    s3.put_object(Bucket=INPUT, Key="input_file.jsonl", Body=lines)
    return s3


def read(s3: Any, job: dict[str, Any], what: str) -> str:
    where = job[what]["S3Object"]
    return str(s3.get_object(Bucket=where["Bucket"], Key=where["Name"])["Body"].read().decode())


def checked(s3: Any, job: dict[str, Any]) -> None:
    """Hold what a job has left to what the post shows."""
    assert job["Status"] == "SUCCEEDED"
    assert json.loads(read(s3, job, "ManifestSummary")) == {
        "version": "1.0",
        "statistics": {"total-json-lines": 2, "valid-json-lines": 2, "invalid-json-lines": 0},
        "errors": [],
    }
    first, second = (json.loads(line) for line in read(s3, job, "Results").splitlines())
    assert set(first) == {"source-ref", "detect-moderation-labels"}
    [label] = first["detect-moderation-labels"]["ModerationLabels"]
    assert (label["Name"], label["ParentName"], label["TaxonomyLevel"]) == ("Explicit", "", 1)
    assert label["Confidence"] > 90
    assert second["detect-moderation-labels"]["ModerationLabels"] == []


def test_the_steps_of_the_post(
    desk: Desk, photos: Any, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    rest = time.sleep
    monkeypatch.setattr(time, "sleep", lambda seconds: rest(seconds / 50))  # the post's ten
    rekognition = desk.client("rekognition")
    job = start_and_poll(rekognition, INPUT, OUTPUT)
    list_jobs(rekognition)
    said = capsys.readouterr().out
    assert "Job bulk-analysis-demo is SUCCEEDED." in said
    assert f"Object: {job['Results']['S3Object']['Name']}." in said
    assert f"JobId: {job['JobId']} ,Status: SUCCEEDED," in said
    checked(photos, job)


@pytest.mark.skipif(not shutil.which("aws"), reason="the AWS CLI is not installed")
def test_the_commands_of_the_post(desk: Desk, photos: Any) -> None:
    def aws(*arguments: str) -> Any:
        done = subprocess.run(
            [shutil.which("aws") or "aws", "rekognition", *arguments, "--output", "json"],
            env=desk.cloud.tool_environment(),
            capture_output=True,
            text=True,
            timeout=60,
        )
        assert done.returncode == 0, done.stderr
        return json.loads(done.stdout)

    started = aws(
        "start-media-analysis-job",
        "--operations-config",
        "DetectModerationLabels={MinConfidence='50'}",
        "--input",
        f"S3Object={{Bucket={INPUT},Name=input_file.jsonl}}",
        "--output-config",
        f"S3Bucket={OUTPUT},S3KeyPrefix=moderation-results",
    )

    def job() -> Any:
        return aws("get-media-analysis-job", "--job-id", started["JobId"])

    desk.wait(lambda: job()["Status"] == "SUCCEEDED", "the job ends")
    listed = aws("list-media-analysis-jobs", "--max-results", "10")
    assert started["JobId"] in {one["JobId"] for one in listed["MediaAnalysisJobs"]}
    checked(photos, job())


def calls(desk: Desk) -> list[str]:
    return [call["operation"] for call in desk.calls()]


def test_a_batch_is_answered_by_a_bulk_job(desk: Desk, batching: Batching) -> None:
    high = batching.picture("high.jpg", desk.pictures.high())
    clean = batching.picture("clean.jpg", desk.pictures.clean())
    missing = batching.ref("missing.jpg")
    batch_id = batching.start(
        batching.manifest(high, missing, clean, b"{broken"), engine=batches.BULK
    )
    row = batching.ended(batch_id)
    assert (row["status"], row.get("failure")) == (batches.DONE, None)
    assert row["job"]["results"]["key"].startswith(f"batches/{batch_id}/job/")
    assert calls(desk).count("StartMediaAnalysisJob") == 1
    assert "DetectModerationLabels" not in calls(desk)
    results = batching.results(batch_id)
    assert {line["source-ref"] for line in results} == {high, clean}
    told = batching.summary(batch_id)
    assert told["statistics"]["total-json-lines"] == 4
    assert {error["line-number"]: error["code"] for error in told["errors"]} == {
        2: "INVALID_S3_OBJECT",
        4: "INVALID_JSON_LINE",
    }
    assert set(batching.rules(batch_id)) == {"explicit-high"}


def test_an_account_without_bulk_jobs_is_told_what_to_do(desk: Desk, batching: Batching) -> None:
    desk.fault("rekognition", "StartMediaAnalysisJob", error="AccessDeniedException", times=1)
    manifest = batching.manifest(batching.picture("clean.jpg", desk.pictures.clean()))
    batch_id = batching.start(manifest, engine=batches.BULK)
    row = batching.ended(batch_id)
    assert (row["status"], row["failure"]["code"]) == (batches.FAILED, "ACCESS_DENIED")
    assert "2026-04-30" in row["failure"]["words"]
    assert "--engine framewarden" in row["failure"]["words"]
    assert batching.ask(resume={"batch_id": batch_id, "by": "test"})["started"]
    assert batching.ended(batch_id)["status"] == batches.DONE


def test_a_ceiling_below_its_lines_starts_no_job(desk: Desk, batching: Batching) -> None:
    clean = [batching.picture(f"{at}.jpg", desk.pictures.clean() + bytes([at])) for at in range(3)]
    batch_id = batching.start(batching.manifest(*clean), engine=batches.BULK, ceiling=2)
    assert batching.ended(batch_id)["status"] == batches.PAUSED
    assert not set(JOBS) & set(calls(desk))
    asked = {"batch_id": batch_id, "by": "test", "ceiling": 3}
    assert batching.ask(resume=asked)["started"]
    assert batching.ended(batch_id)["status"] == batches.DONE
    assert len(batching.results(batch_id)) == 3
