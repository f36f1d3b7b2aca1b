"""Make manifests and bulk jobs for the tests, and read what they leave."""

import hashlib
import json
from typing import Any

from local.moto_ext.rekognition import recorded

from .pictures_made import encoded, plain

BUCKET = "frames"
VIOLENCE = {"Name": "Violence", "ParentName": "", "TaxonomyLevel": 1, "Confidence": 92.6}
ALCOHOL = {"Name": "Alcohol", "ParentName": "", "TaxonomyLevel": 1, "Confidence": 30.0}
PICTURE = encoded(plain(size=(70, 70)))


def lines_of(*names: str) -> bytes:
    """Return the manifest of images in the bucket."""
    return b"".join(
        json.dumps({"source-ref": f"s3://{BUCKET}/{name}"}).encode() + b"\n" for name in names
    )


def record_answer() -> None:
    """Let no test wait for the model: the picture has a recorded answer."""
    digest = hashlib.sha256(PICTURE).hexdigest()
    recorded.use({digest: {"ModerationLabels": [VIOLENCE, ALCOHOL]}})


def asked(**changes: Any) -> dict[str, Any]:
    """Return what StartMediaAnalysisJob is asked for."""
    return {
        "OperationsConfig": {"DetectModerationLabels": {"MinConfidence": 50}},
        "Input": {"S3Object": {"Bucket": BUCKET, "Name": "batch.jsonl"}},
        "OutputConfig": {"S3Bucket": BUCKET, "S3KeyPrefix": "moderation-results"},
        **changes,
    }


def finished(rekognition: Any, job_id: str) -> tuple[list[str], dict[str, Any]]:
    """Ask about a job until it is finished: its statuses, and how it is at last."""
    seen = []
    while True:
        job = rekognition.get_media_analysis_job(JobId=job_id)
        seen.append(job["Status"])
        if job["Status"] in ("SUCCEEDED", "FAILED"):
            return seen, job
        assert not {"Results", "ManifestSummary", "CompletionTimestamp"} & set(job)


def read(s3: Any, where: dict[str, Any]) -> str:
    """Read a file that a job names."""
    named = where["S3Object"]
    return str(s3.get_object(Bucket=named["Bucket"], Key=named["Name"])["Body"].read().decode())


def run(rekognition: Any, s3: Any, manifest: bytes, **changes: Any) -> tuple[list[Any], Any]:
    """Run a job to its end: its results, and its summary."""
    s3.put_object(Bucket=BUCKET, Key="batch.jsonl", Body=manifest)
    started = rekognition.start_media_analysis_job(**asked(**changes))
    _, job = finished(rekognition, started["JobId"])
    assert job["Status"] == "SUCCEEDED", job["FailureDetails"]
    results = [json.loads(line) for line in read(s3, job["Results"]).splitlines()]
    return results, json.loads(read(s3, job["ManifestSummary"]))
