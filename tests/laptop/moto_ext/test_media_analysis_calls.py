"""The calls of bulk jobs: what they refuse, repeat, list in pages, throttle and log."""

from concurrent.futures import ThreadPoolExecutor
from threading import Barrier
from typing import Any

import pytest
from botocore.exceptions import ClientError

from local.moto_ext import calls, faults, quotas
from local.moto_ext.rekognition.objects import Objects

from .media_jobs_made import BUCKET, asked, finished

ADAPTER = "arn:aws:rekognition:us-east-1:123456789012:project/p/version/v/1"


@pytest.fixture
def manifest(s3: Any) -> None:
    s3.put_object(Bucket=BUCKET, Key="batch.jsonl", Body=b"{}")


def refused(call: Any, **params: Any) -> str:
    with pytest.raises(ClientError) as raised:
        call(**params)
    assert raised.value.response["ResponseMetadata"]["HTTPStatusCode"] == 400
    return str(raised.value.response["Error"]["Code"])


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


def test_a_token_starts_one_job_however_often_at_once(
    rekognition: Any, manifest: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    both = Barrier(2)
    monkeypatch.setattr(Objects, "require", lambda *_: both.wait(timeout=60))
    given = asked(ClientRequestToken="night-1")
    with ThreadPoolExecutor(2) as pool:
        started = list(pool.map(lambda _: rekognition.start_media_analysis_job(**given), range(2)))
    assert started[0]["JobId"] == started[1]["JobId"]
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
