"""Settle what died outside the machine's own hands."""

from datetime import datetime
from typing import Any

from framewarden import closing, settings
from framewarden.aws.adapters import Adapters
from framewarden.aws.batch_store import Batches
from framewarden.aws.ledger import Ledger
from framewarden.aws.reviews import Reviews
from framewarden.domain import adapters, batches, frames
from framewarden.domain.batch_failures import death_of
from framewarden.domain.times import iso
from framewarden.domain.trainings import death_of as death_of_training
from framewarden.observability import count, logger

Document = dict[str, Any]


def settle_dead(event: Document, own: settings.Settle, now: datetime) -> Document:
    """Settle the frame, batch or adapter of an execution that failed, timed out or was aborted."""
    detail = event["detail"]
    reason = f"execution_{detail['status'].lower()}"
    logger.error("execution died", extra={"execution": detail["name"], "reason": reason})
    if detail.get("stateMachineArn") == own.batch_machine_arn:
        return _end_batch(detail, own, now)
    if detail.get("stateMachineArn") == own.adapter_machine_arn:
        return _end_adapter(detail, own, now)
    ours = frames.read_execution_name(detail["name"])
    if not ours:
        return {"frame_id": None, "settled": False}
    frame_id, attempt = ours
    ledger = Ledger(own.frames_table)
    review_id = (ledger.get(frame_id) or {}).get("review_id")
    frames_ended = _end_reviews(review_id, detail["name"], reason, own, now)
    end = {
        "status": "settled",
        "outcome": "unscreened",
        "reason": reason,
        "execution": detail["name"],
        "settled_at": iso(now),
    }
    settled = ledger.settle(frame_id, attempt, end)
    if settled:
        count("FramesUnscreened", frames_ended)
    return {"frame_id": frame_id, "settled": settled}


def _end_batch(detail: Document, own: settings.Settle, now: datetime) -> Document:
    """Fail a batch whose execution ended without saying how; nothing that was answered is lost."""
    ours = batches.read_execution_name(detail["name"])
    changes = {
        "status": batches.FAILED,
        "failure": death_of(detail["status"]),
        "ended_at": iso(now),
    }
    settled = False
    if ours:
        store = Batches(own.batches_table)
        row = store.get(ours) or {}
        # An earlier attempt's end is no news of the one that runs.
        if row.get("execution") == detail["name"]:
            # A worker may have said why it stops; then only the end of it is left to be written.
            said = row["status"] in batches.RESUMABLE and not row.get("ended_at")
            only = (row["status"],) if said else batches.LIVE
            changes = {"ended_at": changes["ended_at"]} if said else changes
            settled = store.change(ours, changes, only=only, attempt=row["attempt"]) is not None
    return {"batch": ours, "settled": settled}


def _end_adapter(detail: Document, own: settings.Settle, now: datetime) -> Document:
    """Fail a training whose execution ended without saying how, and let the next one begin."""
    name, _ = adapters.read_execution_name(detail["name"]) or (None, 0)
    store = Adapters(own.adapters_table)
    row = (store.get(name) if name else None) or {}
    if not name or row.get("execution") != detail["name"]:
        # None of ours, or an earlier attempt's end.
        return {"adapter": name, "settled": False}
    changes = {
        "status": adapters.FAILED,
        "failure": row.get("failure") or death_of_training(name, detail["status"]),
        "ended_at": iso(now),
    }
    attempt = row["attempt"]
    settled = store.change(name, changes, only=adapters.LIVE, attempt=attempt) is not None
    store.release(name)
    return {"adapter": name, "settled": settled}


def _end_reviews(
    review_id: str | None, execution: str, reason: str, own: settings.Settle, now: datetime
) -> int:
    """End the reviews that the dead execution had opened: no decision can reach them any more."""
    reviews = Reviews(own.reviews_table)
    review = reviews.get(review_id) if review_id else None
    if not review or review["execution"] != execution or review.get("outcome"):
        return 1
    return closing.end(reviews, review_id, "unscreened", reason, now)
