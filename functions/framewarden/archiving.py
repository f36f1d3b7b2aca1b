"""End a frame: copy it to the evidence, commit its story, settle its row."""

from datetime import datetime
from pathlib import PurePosixPath
from typing import Any

from framewarden import closing, settings
from framewarden.aws import evidence
from framewarden.aws.ledger import Ledger
from framewarden.aws.reviews import Reviews
from framewarden.domain import frames, incidents
from framewarden.domain.times import iso, parse
from framewarden.observability import count, logger

Document = dict[str, Any]
# A list of a batch is archived in a frame's place.
KNOWN = frozenset({".jpg", ".jpeg", ".png", ".jsonl"})


def archive(state: Document, own: settings.Archive, now: datetime) -> Document:
    """Archive a frame and return `$.archive`; the same answer when retried.

    Raises
    ------
    StoreThrottledError, StoreConflictError
        Try again.
    """
    frame, attempt = state["frame"], state["attempt"]
    outcome, reason = incidents.outcome_of(state)
    severity = (state.get("verdict") or {}).get("severity")
    folder = severity if severity and "unscreened" not in state else "unscreened"
    place = _place(frame, attempt, folder)
    copied = evidence.copy(frame, own.evidence_bucket, place + _suffix(frame["key"]))
    story = {**state, "outcome": outcome, "reason": reason, "copied": copied}
    story["archived_at"] = iso(now)
    evidence.commit(own.evidence_bucket, place + ".json", story)
    review, frames_ended = state.get("review"), 1
    if review and review["opener"] and outcome:
        reviews = Reviews(own.reviews_table)
        live = (state.get("stop") or {}).get("live_session")
        frames_ended = closing.end(reviews, review["review_id"], outcome, reason, now, live)
    row = _row(state, outcome, reason, now) | {"evidence": place + ".json"}
    if Ledger(own.frames_table).settle(frame["frame_id"], attempt, row):
        count(f"Frames{(outcome or 'joined').capitalize()}", frames_ended)
    logger.info("archived", extra={"outcome": outcome, "reason": reason, "copied": copied})
    return {"outcome": outcome, "reason": reason, "evidence": place + ".json", "copied": copied}


def _row(state: Document, outcome: str | None, reason: str, now: datetime) -> Document:
    """Return the ledger's end of a frame; a joined one's outcome is its review's."""
    verdict, review = state.get("verdict") or {}, state.get("review")
    row = {
        "status": "settled" if outcome else "joined",
        "severity": verdict.get("severity"),
        "judged_at": verdict.get("judged_at"),
        "policy_hash": verdict.get("policy_hash"),
        "execution": state["execution"],
        "settled_at": iso(now),
        "reason": reason,
    }
    row |= {"review_id": review["review_id"]} if review else {}
    return row | ({"outcome": outcome} if outcome else {})


def _place(frame: Document, attempt: int, severity: str) -> str:
    """Sort by severity, channel and day; the name is the execution's, so attempts never meet."""
    day = parse(frame["put_at"])
    name = frames.execution_name(frame["frame_id"], attempt)
    return f"{severity}/{frame['channel']}/{day:%Y/%m/%d}/{name}"


def _suffix(key: str) -> str:
    suffix = PurePosixPath(key).suffix.lower()
    return suffix if suffix in KNOWN else ".bin"
