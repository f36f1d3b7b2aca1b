"""Run batches on the laptop cloud: put pictures and manifests, start, wait, read what is left."""

from __future__ import annotations

import json
import secrets
from collections import Counter
from contextlib import suppress
from typing import TYPE_CHECKING, Any

from framewarden.aws.dynamo import typed, untyped
from framewarden.domain import batches
from tests.workflow.conftest import PHOTOS

if TYPE_CHECKING:
    from tests.workflow.conftest import Desk

Row = dict[str, Any]
PATIENCE = 120.0


class Batching:
    """Batches of one test: its pictures lie below a folder of its own."""

    def __init__(self, desk: Desk) -> None:
        self.desk, self.s3 = desk, desk.client("s3")
        self.folder = secrets.token_hex(4)
        with suppress(self.s3.exceptions.BucketAlreadyOwnedByYou):
            self.s3.create_bucket(Bucket=PHOTOS)

    def picture(self, name: str, body: bytes) -> str:
        """Put a picture, and return what a manifest calls it."""
        self.s3.put_object(Bucket=PHOTOS, Key=f"{self.folder}/{name}", Body=body)
        return self.ref(name)

    def ref(self, name: str) -> str:
        return f"s3://{PHOTOS}/{self.folder}/{name}"

    def manifest(self, *lines: str | bytes, end: bytes = b"\n") -> str:
        """Put a manifest beside the pictures; a text is what a line refers to."""
        raw = [
            line if isinstance(line, bytes) else json.dumps({"source-ref": line}).encode()
            for line in lines
        ]
        key = f"{self.folder}/{secrets.token_hex(4)}.jsonl"
        self.s3.put_object(Bucket=PHOTOS, Key=key, Body=b"".join(line + end for line in raw))
        return f"s3://{PHOTOS}/{key}"

    def ask(self, **asked: Any) -> Row:
        """Ask the function that starts, resumes and cancels; an error is returned as it is."""
        return dict(self.desk.invoke("StartBatchFunction", asked))

    def start(self, manifest: str, **more: Any) -> str:
        """Start a batch of a manifest and return its id."""
        batch_id = secrets.token_hex(10)
        told = self.ask(
            batch={"batch_id": batch_id, "manifest": manifest, "by": "test", "via": "cli", **more}
        )
        assert told.get("batch_id") == batch_id, told
        return batch_id

    def row(self, batch_id: str, item: str = "batch") -> Row:
        answer = self.desk.client("dynamodb").get_item(
            TableName=self.desk.target.output("BatchesTable"),
            Key=typed({"batch": batch_id, "item": item}),
            ConsistentRead=True,
        )
        return untyped(answer.get("Item", {}))

    def ended(self, batch_id: str, patience: float = PATIENCE) -> Row:
        """Wait until a batch is over, for now or for good."""
        over = (batches.DONE, *batches.RESUMABLE)

        def end() -> Row | None:
            row = self.row(batch_id)
            return row if row.get("status") in over and row.get("ended_at") else None

        return dict(self.desk.wait(end, f"batch {batch_id} ends", patience))

    def rules(self, batch_id: str) -> dict[str, Row]:
        """Return the lists of a batch by their rules."""
        answer = self.desk.client("dynamodb").query(
            TableName=self.desk.target.output("BatchesTable"),
            KeyConditionExpression="#batch = :batch AND begins_with(#item, :rule)",
            ExpressionAttributeNames={"#batch": "batch", "#item": "item"},
            ExpressionAttributeValues=typed({":batch": batch_id, ":rule": "rule#"}),
        )
        return {row["rule"]: row for row in map(untyped, answer["Items"])}

    def file(self, batch_id: str, name: str) -> bytes:
        """Read one of a batch's objects."""
        bucket = self.desk.target.output("BatchesBucket")
        body = self.s3.get_object(Bucket=bucket, Key=batches.place(batch_id, name))["Body"]
        return bytes(body.read())

    def results(self, batch_id: str) -> list[Row]:
        return [json.loads(line) for line in self.file(batch_id, batches.RESULTS).splitlines()]

    def summary(self, batch_id: str) -> Row:
        return dict(json.loads(self.file(batch_id, batches.MANIFEST_SUMMARY)))

    def asked(self) -> Counter[str]:
        """Count the calls of Rekognition about this test's pictures, by their names."""
        prefix = f"{self.folder}/"
        names: Counter[str] = Counter()
        for call in self.desk.calls():
            name = str(call["params"].get("Name", ""))
            if call["operation"] == "DetectModerationLabels" and name.startswith(prefix):
                names[name.removeprefix(prefix)] += 1
        return names
