"""Say how a review ended: what was decided, what came of it, and what is on air instead."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from framewarden.console.moments import Moment, moment
from framewarden.console.words import Decision, words_for
from framewarden.domain.times import parse

Row = Mapping[str, Any]

# A stop takes a second or two, its retries some more; what takes longer is looked at by hand.
PATIENCE = timedelta(minutes=1)
OUTCOMES = {
    ("stopped", "already_offline"): "nothing to stop: the session had ended already",
    ("unscreened", "stop_failed"): "the stop failed: the stream may still be on air",
}


@dataclass(frozen=True)
class Taken:
    """What was decided, by whom and when."""

    words: Decision
    by: str
    via: str
    at: Moment | None
    note: str


def taken_of(row: Row, now: datetime) -> Taken | None:
    """Read the decision of a review that has ended."""
    if row["status"] == "pending" or not row.get("decision"):
        return None
    at = row.get("decided_at")
    return Taken(
        words=words_for(row, row["decision"]),
        by=str(row.get("by") or ""),
        via=str(row.get("via") or ""),
        at=moment(parse(at), now) if at else None,
        note=str(row.get("note") or ""),
    )


def outcome_of(row: Row) -> str | None:
    """Word where the review's frames ended."""
    if not row.get("outcome"):
        return None
    outcome, reason = str(row["outcome"]), row.get("outcome_reason")
    words = f"{outcome} ({spaced(reason)})" if reason else outcome
    return OUTCOMES.get((outcome, str(reason)), words)


def carrying_out(row: Row, now: datetime) -> bool:
    """Tell whether a decision was stored a moment ago and has not come to its end yet."""
    if row["status"] == "pending" or row.get("outcome") or not row.get("decided_at"):
        return False
    return now - parse(row["decided_at"]) < PATIENCE


def came_back(row: Row, now: datetime) -> tuple[str, Moment | None] | None:
    """Return the session that was on air when a stop found its own one ended, and since when."""
    found = row.get("live_session")
    ended = (row.get("outcome"), row.get("outcome_reason")) == ("stopped", "already_offline")
    if not found or not ended or row.get("decision") != "stop":
        return None
    since = found.get("started_at")
    return str(found["stream_id"]), moment(parse(since), now) if since else None


def spaced(reason: Any) -> str:
    """Read a name such as `by_person` as words."""
    return str(reason or "unknown").replace("_", " ")
