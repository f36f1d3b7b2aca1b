"""Word a human wait: which rung the machine waits on, and what it is answered."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from framewarden.domain import incidents
from framewarden.domain.times import iso

Document = dict[str, Any]
Row = Mapping[str, Any]


def slot(row: Row, *, opener: bool) -> Document:
    """Return `$.review`: which wait the machine is in, and for how long."""
    return {
        "review_id": row["review_id"],
        "opener": opener,
        "rung": row["rung"],
        "timeout_seconds": row["ladder"][row["rung"]],
    }


def answer(row: Row) -> Document:
    """Return `$.decision`: what the machine goes on with; never a note, a label or the token."""
    return {
        "decision": row["decision"],
        "status": row["status"],
        "by": row.get("by"),
        "via": row.get("via"),
        "decided_at": row.get("decided_at"),
        "review": slot(row, opener=True) if row["decision"] == "escalate" else None,
    }


def climbed(row: Row, now: datetime) -> Document:
    """Return a review on its next rung, which begins now."""
    rung = row["rung"] + 1
    return {
        **row,
        "rung": rung,
        "rung_times": [*row.get("rung_times", [row["opened_at"]]), iso(now)],
        "deadline": incidents.rung_deadline(now, row["ladder"], rung),
        "decision": "escalate",
    }


def unanswered(now: datetime) -> Document:
    """Return what a review becomes that nobody answered and nobody can answer any more."""
    return {
        "status": "expired",
        "decision": None,
        "by": "policy",
        "via": "default",
        "decided_at": iso(now),
    }


def after_deadline(row: Row, now: datetime) -> Document:
    """Return a review on its next rung, or ended by its default."""
    if incidents.next_rung(row["ladder"], row["rung"]) is not None:
        return climbed(row, now)
    return {**row, **unanswered(now), "decision": row["default"]}
