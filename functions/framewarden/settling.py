"""Settle what died outside the machine's own hands."""

from datetime import datetime
from typing import Any

from framewarden import closing, settings
from framewarden.aws.ledger import Ledger
from framewarden.aws.reviews import Reviews
from framewarden.domain import frames
from framewarden.domain.times import iso
from framewarden.observability import count, logger

Document = dict[str, Any]


def settle_dead(event: Document, own: settings.Settle, now: datetime) -> Document:
    """Settle the frame of an execution that failed, timed out or was aborted."""
    detail = event["detail"]
    reason = f"execution_{detail['status'].lower()}"
    logger.error("execution died", extra={"execution": detail["name"], "reason": reason})
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


def _end_reviews(
    review_id: str | None, execution: str, reason: str, own: settings.Settle, now: datetime
) -> int:
    """End the reviews that the dead execution had opened: no decision can reach them any more."""
    reviews = Reviews(own.reviews_table)
    review = reviews.get(review_id) if review_id else None
    if not review or review["execution"] != execution or review.get("outcome"):
        return 1
    return closing.end(reviews, review_id, "unscreened", reason, now)
