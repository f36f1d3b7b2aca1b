"""End a human wait that nobody answered in time, or whose execution is over."""

from datetime import datetime
from typing import Any

from framewarden import delivering, settings
from framewarden.aws.dynamo import Row
from framewarden.aws.reviews import Reviews
from framewarden.domain import waits
from framewarden.domain.errors import StoreConflictError
from framewarden.observability import count

Document = dict[str, Any]
ENDING = ("status", "decision", "by", "via", "decided_at")


def end(
    reviews: Reviews,
    last: str | None,
    outcome: str,
    reason: str,
    now: datetime,
    live_session: Document | None = None,
) -> int:
    """Write where an execution's reviews ended, the last one first; return how many frames did.

    `live_session` is on air although a person stopped the one that the frame showed.
    """
    frames, review_id = 1, last
    while review_id and (row := reviews.get(review_id)):
        if row["status"] == "pending":
            reviews.expire(review_id, waits.unanswered(now))
        reviews.settle(review_id, outcome, reason, live_session)
        frames += row["frames"] - 1  # the opener is counted once
        review_id = row.get("previous")
    return frames


def close(wait: Document, own: settings.CloseReview, now: datetime) -> Document:
    """End a wait that timed out: by the decision that got there first, a rung, or the default.

    Raises
    ------
    StoreConflictError
        The row moved while we looked; try again.
    """
    reviews = Reviews(own.reviews_table)
    row = reviews.get(wait["review_id"])
    if row is None:
        raise StoreConflictError(f"review {wait['review_id']} is not stored")
    if row["status"] != "pending":
        return waits.answer(row)
    if row["rung"] > wait["rung"]:
        return waits.answer(row | {"decision": "escalate"})
    ended = waits.after_deadline(row, now)
    if ended["status"] == "pending":
        moved = reviews.climb(ended)
    else:
        moved = reviews.expire(row["review_id"], _ending(ended))
    if _counted(ended, moved=moved):
        return waits.answer(ended)
    # A decision or a joined frame got there first: the retry finds what stands.
    raise StoreConflictError(f"review {row['review_id']} moved")


def close_overdue(review_id: str, own: settings.Sweep, now: datetime) -> bool:
    """End a pending wait by its row's deadline, where its execution waits longer than that.

    A raised review is overdue before the time-out that its execution began with.
    """
    reviews = Reviews(own.reviews_table, outbox_table=own.outbox_table)
    row = reviews.get(review_id)  # the index that it was found by lags behind
    if not row or row["status"] != "pending" or row["deadline"] > now.timestamp():
        return False
    ended = waits.after_deadline(row, now)
    callback = delivering.callback(row["review_id"], row["rung"], waits.answer(ended), now)
    if ended["status"] == "pending":
        moved = reviews.climb_and_answer(ended, callback)
    else:
        moved = reviews.expire_and_answer(row["review_id"], _ending(ended), callback)
    return _counted(ended, moved=moved) and delivering.send_callback(callback, own, now)


def _ending(ended: Row) -> Row:
    return {name: ended[name] for name in ENDING}


def _counted(ended: Row, *, moved: bool) -> bool:
    if moved:
        count("ReviewsExpired" if ended["status"] == "expired" else "ReviewsEscalated")
    return moved
