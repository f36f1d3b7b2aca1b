"""End a human wait: a click and a deadline have one winner, the stored row."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from framewarden import delivering, settings
from framewarden.aws.dynamo import Row
from framewarden.aws.reviews import Reviews
from framewarden.domain import cases, incidents
from framewarden.domain.errors import StoreConflictError
from framewarden.domain.times import iso
from framewarden.observability import count

Document = dict[str, Any]


@dataclass(frozen=True)
class Decided:
    """A review after an attempt to decide; `first` where this attempt was the one that counts."""

    review: Row
    first: bool


def slot(row: Row, *, opener: bool) -> Document:
    """Return `$.review`: which wait the machine is in, and for how long."""
    return {
        "review_id": row["review_id"],
        "opener": opener,
        "rung": row["rung"],
        "timeout_seconds": row["ladder"][row["rung"]],
    }


def decide(
    review_id: str,
    decision: str,
    *,
    by: str,
    via: str,
    note: str,
    now: datetime,
    own: settings.ReviewPage,
) -> Decided:
    """Store a decision if it is the first and in time, then answer the waiting execution.

    Raises
    ------
    LookupError
        There is no such review.
    ValueError
        The review does not offer this decision.
    """
    reviews = Reviews(own.reviews_table, outbox_table=own.outbox_table)
    row = reviews.get(review_id)
    if row is None:
        raise LookupError(review_id)
    if decision not in cases.offered(row):
        raise ValueError(decision)
    if decision == "escalate":
        return _escalate(reviews, row, by, now, own)
    changes = {
        "status": "decided",
        "decision": decision,
        "by": by,
        "via": via,
        "note": note,
        "decided_at": iso(now),
    }
    callback = delivering.callback(review_id, row["rung"], answer(row | changes), now)
    first = reviews.decide(review_id, changes, int(now.timestamp()), callback)
    if first:
        delivering.send_callback(callback, own, now)
    return Decided(reviews.get(review_id) or row, first)


def _escalate(
    reviews: Reviews, row: Row, by: str, now: datetime, own: settings.ReviewPage
) -> Decided:
    climbed = _next_rung(row, now)
    callback = delivering.callback(row["review_id"], row["rung"], answer(climbed), now)
    first = reviews.climb_and_answer(
        climbed, callback, {"escalated_by": by}, in_time=int(now.timestamp())
    )
    if first:
        delivering.send_callback(callback, own, now)
    return Decided(reviews.get(row["review_id"]) or row, first)


def _next_rung(row: Row, now: datetime) -> Row:
    rung = row["rung"] + 1
    deadline = incidents.rung_deadline(now, row["ladder"], rung)
    return row | {"rung": rung, "deadline": deadline, "decision": "escalate"}


def unanswered(now: datetime) -> Row:
    """Return what a review becomes that nobody answered and nobody can answer any more."""
    return {
        "status": "expired",
        "decision": None,
        "by": "policy",
        "via": "default",
        "decided_at": iso(now),
    }


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
            reviews.expire(review_id, unanswered(now))
        reviews.settle(review_id, outcome, reason, live_session)
        frames += row["frames"] - 1  # the opener is counted once
        review_id = row.get("previous")
    return frames


def answer(row: Row) -> Document:
    """Return `$.decision`: what the machine goes on with; never the note, never the token."""
    return {
        "decision": row["decision"],
        "status": row["status"],
        "by": row.get("by"),
        "via": row.get("via"),
        "decided_at": row.get("decided_at"),
        "review": slot(row, opener=True) if row["decision"] == "escalate" else None,
    }


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
        return answer(row)
    if row["rung"] > wait["rung"]:
        return answer(row | {"decision": "escalate"})
    ended = _after_deadline(row, now)
    if ended["status"] == "pending":
        moved = reviews.climb(ended)
    else:
        moved = reviews.expire(row["review_id"], _ending(ended))
    if _counted(ended, moved=moved):
        return answer(ended)
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
    ended = _after_deadline(row, now)
    callback = delivering.callback(row["review_id"], row["rung"], answer(ended), now)
    if ended["status"] == "pending":
        moved = reviews.climb_and_answer(ended, callback, {})
    else:
        moved = reviews.expire_and_answer(row["review_id"], _ending(ended), callback)
    return _counted(ended, moved=moved) and delivering.send_callback(callback, own, now)


def _after_deadline(row: Row, now: datetime) -> Row:
    """Return the row on its next rung, or ended by its default."""
    if incidents.next_rung(row["ladder"], row["rung"]) is not None:
        return _next_rung(row, now)
    return row | unanswered(now) | {"decision": row["default"]}


def _ending(row: Row) -> Row:
    return {name: row[name] for name in ("status", "decision", "by", "via", "decided_at")}


def _counted(ended: Row, *, moved: bool) -> bool:
    if moved and ended["status"] == "expired":
        count("ReviewsExpired")
    return moved
