"""Start, resume and cancel batches: the row says what is wanted, the execution's name is the guard.

Whoever dies between the row and the execution leaves a batch that is starting: the same request,
or a resume, starts it then.
"""

import json
from datetime import datetime
from typing import Any, Final

from framewarden import batch_adapters, launching, settings
from framewarden.aws import analyzer, batch_files
from framewarden.aws.batch_store import Batches
from framewarden.aws.dynamo import Row
from framewarden.aws.policies import current_document
from framewarden.domain import batches, frames
from framewarden.domain.batch_requests import (
    EVENT,
    Request,
    check_resumable,
    read_change,
    read_request,
)
from framewarden.domain.batch_sources import (
    MANIFEST,
    UPLOADED,
    Buckets,
    Source,
    check_source,
    read_sources,
)
from framewarden.domain.errors import BatchRefusedError, FrameMalformedError
from framewarden.domain.frames import StoredObject
from framewarden.domain.policy import Policy, parse_policy
from framewarden.domain.times import iso

Document = dict[str, Any]
BY_EVENT: Final = "an uploaded manifest"
"""Who started what nobody asked for by name."""


def start(request: Document, own: settings.StartBatch, now: datetime) -> Document:
    """Start a batch, once for its id; a duplicate ends in the batch that is there.

    Raises
    ------
    BatchRefusedError
        The request, or the source that it names, is refused.
    PolicyInvalidError, PolicyUnavailableError
        There is nothing that the batch could be judged by.
    StoreThrottledError, StoreConflictError
        Try again; what is done already is not done twice.
    """
    return _start(read_request(request), own, now)


def start_of_event(event: Document, own: settings.StartBatch, now: datetime) -> list[Document]:
    """Start a batch for each manifest of an S3 event.

    Raises
    ------
    FrameMalformedError
        The event carries no object, or one that is no manifest below `batches/` of our bucket.
    PolicyInvalidError, PolicyUnavailableError
        There is nothing that the batch could be judged by.
    StoreThrottledError, StoreConflictError
        Try again; what is done already is not done twice.
    """
    return [_start(_of_object(stored, own), own, now) for stored in frames.objects_of(event)]


def check(asked: Request, own: settings.StartBatch) -> None:
    """Let pass what could be started here: images that we may read, and an adapter of ours.

    Raises
    ------
    BatchRefusedError
        It could not.
    """
    sources = read_sources(own.batch_sources)
    known = Buckets(own.frames_bucket, own.evidence_bucket, own.batches_bucket, sources)
    check_source(asked.source, asked.batch_id, known)
    batch_adapters.check(asked, own)


def resume(request: Document, own: settings.StartBatch, now: datetime) -> Document:
    """Go on with a batch that paused, failed or was cancelled; what has an answer is kept.

    Raises
    ------
    BatchRefusedError
        There is no such batch, it cannot be resumed as it stands, or its ceiling is reached.
    StoreThrottledError, StoreConflictError
        Try again; what is done already is not done twice.
    """
    asked = read_change("resume", request)
    store = Batches(own.batches_table)
    row = launching.known(asked.batch_id, store)
    if row["status"] == batches.STARTING:  # whoever asked before us died on the way
        return launching.launch(row, store, own)
    ceiling = asked.ceiling or int(row["ceiling"])
    check_resumable(row, ceiling)
    attempt = int(row["attempt"]) + 1
    changes = {
        "status": batches.STARTING,
        "attempt": attempt,
        "execution": batches.execution_name(asked.batch_id, attempt),
        "ceiling": ceiling,
        "resumed_by": asked.by,
        "resumed_at": iso(now),
    }
    new = store.change(
        asked.batch_id,
        changes,
        only=[row["status"]],
        attempt=int(row["attempt"]),
        remove=("failure", "pause", "ended_at", "counts"),
    )
    if new is None:
        raise BatchRefusedError("somebody else changed the batch just now: look at it again")
    return launching.launch(new, store, own)


def cancel(request: Document, own: settings.StartBatch, now: datetime) -> Document:
    """Let a batch end where it is; a cancelled one stays as it is.

    Raises
    ------
    BatchRefusedError
        There is no such batch, or nothing of it runs.
    StoreThrottledError, StoreConflictError
        Try again; what is done already is not done twice.
    """
    asked = read_change("cancel", request)
    store = Batches(own.batches_table)
    changes = {"status": batches.CANCELLING, "cancelled_by": asked.by, "cancelled_at": iso(now)}
    row = store.change(asked.batch_id, changes, only=[batches.STARTING, batches.RUNNING])
    row = row or launching.known(asked.batch_id, store)
    if row["status"] == batches.CANCELLING:
        # One that never started has nobody to end it: its execution does nothing else.
        launching.execute(row, own)
    elif row["status"] != batches.CANCELLED:
        raise BatchRefusedError(f"batch {asked.batch_id} is {row['status']}: nothing of it runs")
    return launching.answer(row, started=False)


def _of_object(stored: StoredObject, own: settings.StartBatch) -> Request:
    below = stored.key.startswith(UPLOADED) and stored.key.endswith(".jsonl")
    if stored.bucket != own.frames_bucket or not below:
        raise FrameMalformedError("the object is no manifest below batches/ of the frames bucket")
    unique = stored.version_id or f"{stored.etag}|{stored.sequencer}"
    source = Source(MANIFEST, stored.bucket, stored.key, stored.version_id)
    return Request(
        batch_id=batches.batch_id_of(stored.bucket, stored.key, unique),
        name=source.name,
        source=source,
        engine=batches.FRAMEWARDEN,
        by=BY_EVENT,
        via=EVENT,
    )


def _start(asked: Request, own: settings.StartBatch, now: datetime) -> Document:
    check(asked, own)
    store = Batches(own.batches_table)
    row = store.get(asked.batch_id)
    if row is None:
        row = _row(asked, own, now)
        if not store.create(row):
            row = launching.known(asked.batch_id, store)
    if row["source"] != asked.source.document():
        raise BatchRefusedError(
            f"batch {asked.batch_id} is of {row['source']['key']!r}: give this one another id"
        )
    if row["status"] != batches.STARTING:
        return launching.answer(row, started=False)
    return launching.launch(row, store, own)


def _row(asked: Request, own: settings.StartBatch, now: datetime) -> Row:
    """Keep the policy that a batch is judged by to its end, and return the batch's first row."""
    policy, document = _policy(asked.policy, own)
    text = json.dumps(document, ensure_ascii=False, indent=1).encode()
    batch_files.put(own.batches_bucket, batches.place(asked.batch_id, batches.POLICY), text)
    confidence = asked.min_confidence
    return {
        "batch": asked.batch_id,
        "name": asked.name,
        "source": asked.source.document(),
        "engine": asked.engine,
        "adapter": batch_adapters.chosen(asked, own),
        "min_confidence": analyzer.MIN_CONFIDENCE if confidence is None else confidence,
        "policy_hash": policy.hash,
        "policy_name": policy.name,
        "policy_source": "published" if asked.policy is None else "given",
        "status": batches.STARTING,
        "attempt": 1,
        "execution": batches.execution_name(asked.batch_id, 1),
        "ceiling": asked.ceiling or int(own.batch_ceiling),
        "reserved": 0,
        "analyzed": 0,
        "lines": asked.lines,
        "by": asked.by,
        "via": asked.via,
        "account": asked.account,
        "started_at": iso(now),
    }


def _policy(given: Document | None, own: settings.StartBatch) -> tuple[Policy, Document]:
    return current_document(own) if given is None else (parse_policy(given), given)
