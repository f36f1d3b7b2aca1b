"""A stack with batches in moto: its bucket and table, and a function that starts them."""

import io
import json
from collections.abc import Callable
from typing import Any

import pytest

from framewarden.aws.clients import brought
from framewarden.aws.dynamo import typed
from framewarden.domain.batch_requests import read_change, read_request
from framewarden.domain.batches import RESUMABLE
from local.target import Target
from tests.unit.template_reading import Template

OUTPUTS = {
    "BatchesBucket": "batches",
    "BatchesTable": "Batches",
    "BatchSources": "photos,scans",
    "BatchQuotaShare": "60",
    "RekognitionQuota": "0",
    "StartBatchFunction": "start-batch",
}
TABLE = {
    name: Template().source["Resources"]["BatchesTable"]["Properties"][name]
    for name in ("AttributeDefinitions", "KeySchema", "GlobalSecondaryIndexes", "BillingMode")
}
COUNTS: dict[str, Any] = {
    "lines": 3, "blank": 0, "valid": 2, "invalid": 1, "repeated": 1, "images": 2, "cleared": 1,
    "flagged": 1, "by_severity": {"high": 1, "none": 1}, "by_label": {"Explicit": 1},
    "by_rule": {"explicit-high": 1}, "errors": {"INVALID_S3_OBJECT": 1}, "content_types": {},
    "model_versions": {"7": 2}, "adapters": {"base": 2}, "samples": [],
}  # fmt: skip


class Stack:
    """Answers as StartBatchFunction does, remembers what it was asked, and keeps the rows.

    A batch that is started is as `becomes` says at once; a refusal is (type, message).
    """

    def __init__(self, target: Target) -> None:
        self.target = target
        self.asked: list[dict[str, Any]] = []
        self.becomes: dict[str, Any] = {"status": "done", "counts": COUNTS, "analyzed": 2}
        self.refusal: tuple[str, str] | None = None
        target.clients["lambda"] = self

    def invoke(self, **request: Any) -> dict[str, Any]:
        assert request["FunctionName"] == "start-batch"
        assert request["InvocationType"] == "RequestResponse"
        asked = json.loads(request["Payload"])
        self.asked.append(asked)
        if self.refusal:
            kind, said = self.refusal
            return _reply({"errorType": kind, "errorMessage": said}, FunctionError="Unhandled")
        [(act, given)] = asked.items()
        # The real one refuses a field that it does not know.
        read_request(given) if act == "batch" else read_change(act, given)
        batch_id = given["batch_id"]
        if act == "cancel":
            return _reply({"batch_id": batch_id, "status": "cancelling"})
        place = given.get("manifest") or given.get("prefix") or "s3://photos/a/"
        bucket, _, key = place.removeprefix("s3://").partition("/")
        self.row(batch_id, source={"bucket": bucket, "key": key}, **self.becomes)
        return _reply({"batch_id": batch_id, "started": True, "status": "running"})

    def row(self, batch_id: str, **row: Any) -> None:
        """Keep a batch."""
        standard = {
            "batch": batch_id, "item": "batch", "kind": "batch", "name": "holiday",
            "source": {"kind": "prefix", "bucket": "photos", "key": "a/", "version_id": None},
            "engine": "framewarden", "adapter": None, "min_confidence": 50, "policy_hash": "cafe",
            "policy_name": "default", "policy_source": "published", "status": "running",
            "attempt": 1, "execution": batch_id, "ceiling": 100, "reserved": 0, "analyzed": 0,
            "lines": 3, "by": "Ada", "via": "cli", "account": None, "ended_at": None,
            "started_at": "2026-11-22T08:00:00.000Z",
        }  # fmt: skip
        if row.get("status") in ("done", *RESUMABLE):
            standard["ended_at"] = "2026-11-22T08:00:04.000Z"
        self.put({**standard, **row})

    def put(self, row: dict[str, Any]) -> None:
        self.target.client("dynamodb").put_item(TableName="Batches", Item=typed(row))

    def keys(self, bucket: str) -> list[str]:
        found = self.target.client("s3").list_objects_v2(Bucket=bucket).get("Contents", [])
        return [entry["Key"] for entry in found]

    def lines(self, place: str) -> list[Any]:
        """Read a manifest."""
        bucket, _, key = place.removeprefix("s3://").partition("/")
        body = self.target.client("s3").get_object(Bucket=bucket, Key=key)["Body"].read()
        return [json.loads(line) for line in body.splitlines()]

    def store(self, bucket: str, key: str, body: bytes = b"x") -> None:
        self.target.client("s3").put_object(Bucket=bucket, Key=key, Body=body)


def _reply(answer: dict[str, Any], **more: str) -> dict[str, Any]:
    return {"Payload": io.BytesIO(json.dumps(answer).encode()), **more}


@pytest.fixture
def stack(furnished: Target) -> Stack:
    furnished.outputs.update(OUTPUTS)
    s3, dynamodb = furnished.client("s3"), furnished.client("dynamodb")
    there = {bucket["Name"] for bucket in s3.list_buckets()["Buckets"]}
    for bucket in {"batches", "photos"} - there:
        s3.create_bucket(Bucket=bucket)
    if "Batches" not in dynamodb.list_tables()["TableNames"]:
        dynamodb.create_table(TableName="Batches", **TABLE)
    return Stack(furnished)


@pytest.fixture
def bring(stack: Stack) -> Any:
    """Work with the stack's clients, as the commands do."""
    with brought(stack.target.client):
        yield


@pytest.fixture
def told() -> Callable[[str], None]:
    """Listen to nothing."""
    return lambda how: None
