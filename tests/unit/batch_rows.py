"""Put batches on the stage as far as a scenario says: their rows, their manifests."""

from typing import Any

from framewarden.domain import batches
from tests.unit.scenes import BATCHES_BUCKET, SOURCE_BUCKET, Document

BATCH = "5f0c9a4be1d27730c8aa"
OF_PREFIX = "0c1d2e3f4a5b6c7d8e9f"
STARTED = "2026-11-22T09:00:00.000Z"
LINE = b'{"source-ref": "s3://example-photos/2026/11/beach.jpg"}\n'


def row(**changes: Any) -> Document:
    """Return the row of a batch that runs; its manifest is in a source bucket, and not planned."""
    source = {"kind": "manifest", "bucket": SOURCE_BUCKET, "key": "manifest.jsonl"}
    return {
        "batch": BATCH,
        "item": "batch",
        "kind": "batch",
        "name": "Holiday pictures",
        "source": {**source, "version_id": None},
        "engine": batches.FRAMEWARDEN,
        "adapter": None,
        "min_confidence": 20,
        "policy_hash": "0" * 64,
        "policy_name": "unit tests",
        "policy_source": "published",
        "status": batches.RUNNING,
        "attempt": 1,
        "execution": BATCH,
        "ceiling": 1000,
        "reserved": 0,
        "analyzed": 0,
        "lines": None,
        "by": "ada",
        "via": "cli",
        "account": None,
        "started_at": STARTED,
        **changes,
    }


def stored(aws: Any, body: bytes, bucket: str = SOURCE_BUCKET, key: str = "manifest.jsonl") -> Any:
    """Put an object, and return what a row keeps of a manifest there."""
    answer = aws.client("s3").put_object(Bucket=bucket, Key=key, Body=body)
    return {
        "bucket": bucket,
        "key": key,
        "version_id": answer["VersionId"],
        "etag": answer["ETag"].strip('"'),
        "size": len(body),
    }


def to_start(aws: Any, document: Document) -> None:
    """Have the batch that a scenario of `start_batch` resumes or cancels."""
    if "resume" in document:
        aws.put("batches", row(status=batches.PAUSED, reserved=1000))
    if "cancel" in document:
        aws.put("batches", row())


def to_plan(aws: Any, document: Document) -> None:
    """Have the batch, and the manifest or the images, that a scenario of `plan_batch` plans."""
    state = document["state"]
    batch_id, attempt = state["batch_id"], state["attempt"]
    planned = stored(aws, LINE * 214)
    about: Document = {"batch": batch_id, "attempt": attempt, "execution": document["execution"]}
    if batch_id == OF_PREFIX:
        for name in ("beach.jpg", "sunset.PNG", "notes.txt", ""):
            stored(aws, b"a picture", key=f"2026/11/{name}")
        source = {"kind": "prefix", "bucket": SOURCE_BUCKET, "key": "2026/11/"}
        about["source"] = {**source, "version_id": None}
    if attempt > 1:
        about["manifest"] = planned
    if "job" in state:
        answers = stored(aws, LINE * 200, BATCHES_BUCKET, batches.place(batch_id, "job/1/results"))
        results = {name: answers[name] for name in ("bucket", "key")}
        about |= {"engine": batches.BULK, "manifest": planned, "job": {"results": results}}
    aws.put("batches", row(**about))
