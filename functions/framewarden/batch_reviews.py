"""Ask people about what a batch flagged: one list, one row of the ledger, one execution a rule."""

import json
from datetime import datetime
from hashlib import sha256
from typing import Any, Final

from framewarden import settings
from framewarden.aws import messages
from framewarden.aws.batch_store import Batches
from framewarden.aws.batch_writer import Writer
from framewarden.aws.dynamo import Row
from framewarden.aws.ledger import Ledger
from framewarden.batch_results import Results
from framewarden.domain import batches, frames, incidents
from framewarden.domain.errors import ManifestInvalidError
from framewarden.domain.times import iso, parse
from framewarden.observability import count, logger

SOURCE: Final = "batch"
CHANNEL: Final = "batches"
ANSWER: Final = "detect-moderation-labels"

Document = dict[str, Any]


def list_id(batch_id: str, rule: str) -> str:
    """Return the id of a list as the ledger and its execution name it."""
    return sha256(f"batch|{batch_id}|{rule}".encode()).hexdigest()


def start(results: Results, rule: str, own: settings.FinishBatch, now: datetime) -> None:
    """Write the list of what a rule flagged, and start its execution; once, however often asked.

    Raises
    ------
    ManifestInvalidError
        A part of the list is gone.
    StoreThrottledError, StoreConflictError
        Try again.
    """
    batch_id = results.row["batch"]
    store, ledger = Batches(own.batches_table), Ledger(own.frames_table)
    row = store.rule(batch_id, rule)
    if row is None:
        row = _write(results, rule, now)
        if not row["images"]:
            return
        # From here on the list is this one: what is started is told of this version of it.
        store.put_rule(batch_id, rule, row)
    frame, execution = _frame(row), row["execution"]
    batch = {"batch_id": batch_id, "rule": rule, "images": row["images"]}
    ledger.admit(frame, {"status": "admitted", "batch": batch}, parse(row["put_at"]))
    document = {
        "frame": frame,
        "attempt": 1,
        "analysis": _analysis(results, row),
        "batch": {**batch, "list": {name: row[name] for name in ("bucket", "key")}},
    }
    if messages.start(own.state_machine_arn, execution, document):
        count("BatchReviews")
    ledger.started(frame["frame_id"], execution)
    logger.info("list started", extra={"batch": batch_id, "execution": execution})


def _write(results: Results, rule: str, now: datetime) -> Row:
    """Write a list with the lines of the whole manifest, and return its row."""
    batch_id, file = results.row["batch"], batches.rule_file(rule)
    key, images = batches.place(batch_id, file), 0
    surest: Document = {}
    with Writer(results.bucket, key) as out:
        for start in results.parts.flagged_by(rule):
            for line in results.part(start, file.removesuffix(".jsonl")):
                images += 1
                confidence = line["matched"][0]["confidence"]
                if not surest or confidence > surest["confidence"]:
                    surest = {"confidence": confidence, "start": start, "ref": line["source-ref"]}
                    surest["severity"] = line["severity"]
                numbered = line | {"line": results.parts.number(start, line["line"])}
                out.write(json.dumps(numbered, ensure_ascii=False).encode() + b"\n")
    execution = frames.execution_name(list_id(batch_id, rule), 1)
    return {
        "images": images,
        "severity": surest.get("severity"),
        "surest": {name: surest.get(name) for name in ("start", "ref")},
        "bucket": results.bucket,
        "key": key,
        "version_id": out.version_id,
        "etag": out.etag,
        "size": out.size,
        "put_at": iso(now),
        "frame_id": list_id(batch_id, rule),
        "execution": execution,
        # Known before it is opened: it is named by the execution that will open it.
        "review_id": incidents.review_id(execution, None),
    }


def _frame(row: Row) -> Document:
    kept = ("frame_id", "bucket", "key", "version_id", "etag", "size", "put_at")
    return frames.Frame(
        **{name: row[name] for name in kept},
        source=SOURCE,
        channel=CHANNEL,
        channel_arn=None,
        session=None,
        number=None,
    ).document()


def _analysis(results: Results, row: Row) -> Document:
    """Return what Rekognition said of a list's surest image: by that the list is judged.

    Raises
    ------
    ManifestInvalidError
        The answer is gone.
    """
    surest = row["surest"]
    for line in results.part(surest["start"], "results"):
        if line["source-ref"] == surest["ref"]:
            answer = line[ANSWER]
            return {
                "labels": answer["ModerationLabels"],
                "content_types": answer.get("ContentTypes", []),
                "model_version": answer.get("ModerationModelVersion"),
                "adapter": answer.get("ProjectVersion"),
                "adapter_asked": results.row.get("adapter"),
                "min_confidence": results.row["min_confidence"],
                "analyzed_at": row["put_at"],
            }
    raise ManifestInvalidError(f"the answer about {surest['ref']} is not in its range's results")
