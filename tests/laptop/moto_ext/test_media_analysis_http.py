"""Bulk jobs over HTTP: a thread works on them, and files travel through the neighbour's S3."""

import json
import shutil
import subprocess
import time
from typing import Any

import pytest
from botocore.exceptions import ClientError

from local.moto_ext.rekognition import objects

from .media_jobs_made import PICTURE, read
from .pictures_made import POSITIVE
from .post_steps import list_jobs, start_and_poll
from .served import Server, serving

pytestmark = pytest.mark.enable_socket


@pytest.fixture(scope="module")
def buckets(server: Server) -> Any:
    s3 = server.client("s3")
    for bucket in ("my-input-bucket", "my-output-bucket"):
        s3.create_bucket(Bucket=bucket)
    s3.put_object(Bucket="my-input-bucket", Key="1.png", Body=POSITIVE.read_bytes())
    s3.put_object(Bucket="my-input-bucket", Key="2.jpg", Body=PICTURE)
    refs = [{"source-ref": f"s3://my-input-bucket/{name}"} for name in ("1.png", "2.jpg", "3.jpg")]
    lines = "\n".join(json.dumps(ref) for ref in refs)
    s3.put_object(Bucket="my-input-bucket", Key="input_file.jsonl", Body=lines.encode())
    s3.put_object(Bucket="my-input-bucket", Key="empty.jsonl", Body=b"")
    server.control("POST", "quotas", {"per_second": None})
    return s3


def test_the_steps_of_the_post_over_http(
    server: Server, buckets: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    rest = time.sleep
    monkeypatch.setattr(time, "sleep", lambda seconds: rest(seconds / 50))
    rekognition = server.client("rekognition")
    job = start_and_poll(rekognition, "my-input-bucket", "my-output-bucket")
    list_jobs(rekognition)
    explicit, clear = (json.loads(line) for line in read(buckets, job["Results"]).splitlines())
    labels = explicit["detect-moderation-labels"]["ModerationLabels"]
    assert [label["Name"] for label in labels] == ["Explicit"]
    assert clear["detect-moderation-labels"]["ModerationLabels"] == []
    summary = json.loads(read(buckets, job["ManifestSummary"]))
    assert summary["statistics"] == {
        "total-json-lines": 3,
        "valid-json-lines": 2,
        "invalid-json-lines": 1,
    }
    (error,) = summary["errors"]
    assert (error["line-number"], error["code"]) == (3, "INVALID_S3_OBJECT")


def ended(rekognition: Any, **given: Any) -> Any:
    job_id = rekognition.start_media_analysis_job(
        OperationsConfig={"DetectModerationLabels": {}}, **given
    )["JobId"]
    for _ in range(200):
        job = rekognition.get_media_analysis_job(JobId=job_id)
        if job["Status"] in ("SUCCEEDED", "FAILED"):
            return job
        time.sleep(0.05)
    raise AssertionError(job)


@pytest.mark.parametrize(
    ("name", "bucket", "code"),
    [
        ("empty.jsonl", "my-output-bucket", "INVALID_MANIFEST"),
        ("input_file.jsonl", "absent", "INVALID_OUTPUT_CONFIG"),
    ],
)
def test_a_job_that_fails(server: Server, buckets: Any, name: str, bucket: str, code: str) -> None:
    where = {"S3Object": {"Bucket": "my-input-bucket", "Name": name}}
    job = ended(server.client("rekognition"), Input=where, OutputConfig={"S3Bucket": bucket})
    assert job["FailureDetails"]["Code"] == code


def test_a_manifest_that_is_not_there(server: Server, buckets: Any) -> None:
    where = {"S3Object": {"Bucket": "my-input-bucket", "Name": "absent"}}
    with pytest.raises(ClientError) as raised:
        ended(server.client("rekognition"), Input=where, OutputConfig={"S3Bucket": "x12"})
    assert raised.value.response["Error"]["Code"] == "InvalidS3ObjectException"


def test_a_summary_of_many_parts(server: Server, buckets: Any) -> None:
    number = 9 * objects.CHUNK_BYTES // 80
    buckets.put_object(Bucket="my-input-bucket", Key="bad.jsonl", Body=b"no\n" * number)
    where = {"S3Object": {"Bucket": "my-input-bucket", "Name": "bad.jsonl"}}
    to = {"S3Bucket": "my-output-bucket"}
    job = ended(server.client("rekognition"), Input=where, OutputConfig=to)
    summary = read(buckets, job["ManifestSummary"])
    assert len(summary) > 8 * 1024 * 1024, "longer than one part of an upload"
    assert [error["line-number"] for error in json.loads(summary)["errors"]] == [
        *range(1, number + 1)
    ]


def test_the_server_stops_in_the_middle_of_a_job() -> None:
    with serving() as server:
        s3, rekognition = server.client("s3"), server.client("rekognition")
        s3.create_bucket(Bucket="my-input-bucket")
        s3.put_object(Bucket="my-input-bucket", Key="1.png", Body=POSITIVE.read_bytes())
        line = b'{"source-ref": "s3://my-input-bucket/1.png"}\n'
        s3.put_object(Bucket="my-input-bucket", Key="long.jsonl", Body=line * 10_000)
        job_id = rekognition.start_media_analysis_job(
            OperationsConfig={"DetectModerationLabels": {}},
            Input={"S3Object": {"Bucket": "my-input-bucket", "Name": "long.jsonl"}},
            OutputConfig={"S3Bucket": "my-input-bucket"},
        )["JobId"]
        time.sleep(1)
        assert rekognition.get_media_analysis_job(JobId=job_id)["Status"] == "IN_PROGRESS"


@pytest.mark.skipif(not shutil.which("aws"), reason="the AWS CLI is not installed")
def test_the_commands_of_the_post(server: Server, buckets: Any) -> None:
    started = cli(
        server,
        "start-media-analysis-job",
        "--operations-config",
        "DetectModerationLabels={MinConfidence='50'}",
        "--input",
        "S3Object={Bucket=my-input-bucket,Name=input_file.jsonl}",
        "--output-config",
        "S3Bucket=my-output-bucket,S3KeyPrefix=moderation-results",
    )
    listed = cli(server, "list-media-analysis-jobs", "--max-results", "10")
    newest = listed["MediaAnalysisJobs"][0]
    assert newest["JobId"] == started["JobId"]
    assert newest["OperationsConfig"] == {"DetectModerationLabels": {"MinConfidence": 50.0}}


def cli(server: Server, *arguments: str) -> Any:
    program = shutil.which("aws")
    assert program
    done = subprocess.run(
        [program, "rekognition", *arguments, "--output", "json"],
        env={
            "PATH": "/usr/bin:/bin",
            "AWS_ENDPOINT_URL": server.url,
            "AWS_DEFAULT_REGION": "us-east-1",
            "AWS_ACCESS_KEY_ID": "test",
            "AWS_SECRET_ACCESS_KEY": "test",
        },
        capture_output=True,
        text=True,
        timeout=60,
    )
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)
