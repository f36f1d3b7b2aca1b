"""A batch that runs, a worker at its range, and a Rekognition that answers by the key's name."""

import json
from collections import Counter
from collections.abc import Sequence
from threading import Lock
from typing import Any

from framewarden import settings, shard_work
from framewarden.aws.batch_policies import policy_of
from framewarden.domain import batches
from framewarden.domain.taxonomy import ancestors, find
from framewarden.timing import Timing
from tests.unit import scenes
from tests.unit.scenes import BATCHES_BUCKET, FRAMES_BUCKET, SOURCE_BUCKET
from tests.unit.wire import refused

Document = dict[str, Any]

BATCH = "7d0c1f5a9e3b4c2d8f60"
NOW = 1_795_000_000.0
KEY = "batches/holiday.jsonl"
SEVERE = {"critical": 98.5, "high": 85.25}
REFUSED = {
    "broken": "InvalidImageFormatException",
    "odd": "InvalidParameterException",
    "huge": "ImageTooLargeException",
    "gone": "InvalidS3ObjectException",
}


class Clock:
    """A clock that whoever sleeps moves on; each call of the function has 300 s."""

    def __init__(self) -> None:
        self.at, self.ends = NOW, NOW + 300
        self._lock = Lock()

    def now(self) -> float:
        return self.at

    def left(self) -> float:
        return self.ends - self.at

    def sleep(self, seconds: float) -> None:
        with self._lock:
            self.at += seconds

    def timing(self) -> Timing:
        return Timing(self.left, self.now, self.sleep)


class World:
    """The batch, its manifest, and what was asked about its images."""

    def __init__(self, aws: Any) -> None:
        self.aws, self.clock = aws, Clock()
        self.labels: dict[str, float] = {}
        policy_of.cache_clear()
        aws.wire.serves("DetectModerationLabels", self._answer)

    def batch(self, lines: Sequence[str | bytes], **changes: Any) -> "World":
        """Start a batch of these lines: keys of images, or bytes as they are."""
        self.data = b"".join(_line(line) + b"\n" for line in lines)
        stored = self.put(FRAMES_BUCKET, KEY, self.data)
        self.put(BATCHES_BUCKET, batches.place(BATCH, "policy.json"), scenes.policy())
        manifest = {"bucket": FRAMES_BUCKET, "key": KEY, "version_id": stored["VersionId"]}
        manifest |= {"etag": stored["ETag"].strip('"'), "size": len(self.data)}
        row = {
            **{"batch": BATCH, "item": "batch", "kind": "batch", "manifest": manifest},
            **{"status": batches.RUNNING, "attempt": 1, "ceiling": 1000, "reserved": 0},
            **{"analyzed": 0, "adapter": None, "min_confidence": 20},
            "started_at": "2026-11-18T11:06:40.000Z",
        }
        self.aws.put("batches", row | changes)
        self.aws.wire.forget()
        return self

    def put(self, bucket: str, key: str, data: bytes | Document) -> Document:
        """Write an object."""
        body = data if isinstance(data, bytes) else json.dumps(data).encode()
        answer: Document = self.aws.client("s3").put_object(Bucket=bucket, Key=key, Body=body)
        return answer

    def change(self, **changes: Any) -> None:
        """Change the batch's row as somebody else does."""
        self.aws.put("batches", self.row() | changes)

    def work(self, start: int = 0, end: int | None = None, attempt: int = 1) -> str:
        """Call the worker once, a moment after the last call."""
        self.clock.ends = self.clock.at + 300
        state = {"batch_id": BATCH, "attempt": attempt}
        state["shard"] = {"start": start, "end": len(self.data) if end is None else end}
        own = settings.AnalyzeShard.read()
        status = shard_work.work(state, own, self.clock.timing())
        return str(status["status"])

    def row(self) -> Document:
        """Return the batch's row."""
        found: Document = self.aws.row("batches", batch=BATCH, item="batch")
        return found

    def shard(self, start: int = 0) -> Document:
        """Return the row of a range."""
        return self.aws.row("batches", batch=BATCH, item=f"shard#{start:015d}") or {}

    def part(self, name: str, start: int = 0) -> list[Document]:
        """Return the lines of a file that a range wrote."""
        key = batches.part_place(BATCH, start, f"{name}.jsonl")
        body = self.aws.client("s3").get_object(Bucket=BATCHES_BUCKET, Key=key)["Body"].read()
        return [json.loads(line) for line in body.splitlines()]

    def parts(self) -> dict[str, bytes]:
        """Return every file that ranges wrote."""
        s3 = self.aws.client("s3")
        listed = s3.list_objects_v2(Bucket=BATCHES_BUCKET, Prefix=batches.place(BATCH, "parts/"))
        keys = [found["Key"] for found in listed.get("Contents", ())]
        return {key: s3.get_object(Bucket=BATCHES_BUCKET, Key=key)["Body"].read() for key in keys}

    def flagged(self, rule: str) -> list[Document]:
        """Return the flagged images of a list, in its order."""
        rows = [row for row in self.aws.rows("batches") if row["batch"] == f"{BATCH}#{rule}"]
        return sorted(rows, key=lambda row: row["item"])

    def asked(self) -> Counter[str]:
        """Return how often each image was asked about."""
        calls = self.aws.wire.made("DetectModerationLabels")
        return Counter(call["Image"]["S3Object"]["Name"] for call in calls)

    def _answer(self, asked: Document) -> Any:
        key = asked["Image"]["S3Object"]["Name"]
        word = key.rpartition("/")[2].partition("-")[0]
        if word in REFUSED:
            return refused(REFUSED[word])
        return answer_of("Exposed Female Nipple", SEVERE[word]) if word in SEVERE else answer_of()


def answer_of(name: str = "", confidence: float = 0.0) -> Document:
    """Return an answer with a label and those above it, or without any."""
    names = [name, *ancestors(name)] if name else []
    found = [(label, find(label)) for label in names]
    return {
        "ModerationLabels": [
            {
                "Name": label,
                "ParentName": known.parent or "" if known else "",
                "TaxonomyLevel": known.level if known else 1,
                "Confidence": confidence,
            }
            for label, known in found
        ],
        "ModerationModelVersion": "7.0",
        "ContentTypes": [],
    }


def ref(key: str, bucket: str = SOURCE_BUCKET) -> str:
    """Write an image's place."""
    return f"s3://{bucket}/{key}"


def line(place: str) -> bytes:
    """Write the line of an image."""
    return json.dumps({"source-ref": place}).encode()


def _line(given: str | bytes) -> bytes:
    return given if isinstance(given, bytes) else line(ref(given))
