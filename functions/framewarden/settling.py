"""Settle what died outside the machine's own hands, and hold what nobody could judge."""

import json
import re
from datetime import datetime
from typing import Any

from framewarden import deciding, settings
from framewarden.aws.ledger import Ledger
from framewarden.aws.policies import current_policy
from framewarden.aws.reviews import Reviews
from framewarden.domain.cases import UNSCREENED_SEVERITY
from framewarden.domain.errors import PolicyInvalidError, PolicyUnavailableError
from framewarden.domain.failures import reason_of
from framewarden.domain.times import iso, parse
from framewarden.observability import count, logger

Document = dict[str, Any]
# What intake gives (domain/frames.py); an execution that somebody started by hand has another.
OUR_NAME = re.compile(r"(?P<frame_id>[0-9a-f]{64})(?:-(?P<attempt>\d{1,6}))?", re.ASCII)
# Failures that point at our configuration rather than at one picture.
ALARMS = {
    "AnalyzerDeniedError": "AnalyzerDenied",
    "PolicyUnavailableError": "PolicyUnavailable",
    "PolicyInvalidError": "PolicyUnavailable",
}


def settle_dead(event: Document, own: settings.Settle, now: datetime) -> Document:
    """Settle the frame of an execution that failed, timed out or was aborted."""
    detail = event["detail"]
    reason = f"execution_{detail['status'].lower()}"
    logger.error("execution died", extra={"execution": detail["name"], "reason": reason})
    ours = OUR_NAME.fullmatch(detail["name"])
    if not ours:
        return {"frame_id": None, "settled": False}
    frame_id, attempt = ours["frame_id"], int(ours["attempt"] or 1)
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
    return deciding.end(reviews, review_id, "unscreened", reason, now)


def hold(state: Document, own: settings.HoldUnscreened, now: datetime) -> Document:
    """Say why nobody could judge the frame and what the policy wants then (`$.unscreened`).

    The first failure may go to people or stop a stream, as the policy says; a second one of the
    same execution is held, so that a failing branch never turns in circles.
    """
    error = str((state.get("error") or {}).get("Error") or "unforeseen")
    if error in ALARMS:
        count(ALARMS[error])
    held = {
        "reason": reason_of(error),
        "error": error,
        "cause": _message(state.get("error") or {}),
        "on_error": "hold",
        "held_at": iso(now),
        "review": None,
        "incident_window": 0,
        "policy_hash": None,
    }
    try:
        policy = current_policy(own)
    except (PolicyUnavailableError, PolicyInvalidError):
        return held
    frame = state["frame"]
    channel = policy.for_channel(frame["channel"], frame["channel_arn"])
    still = not frame["channel_arn"]
    stale = (now - parse(frame["put_at"])).total_seconds() > channel.max_age
    suspended = stale or (channel.mode or own.mode) != "enforce"
    wanted = channel.on_error
    if wanted == "stop" and (still or suspended):
        wanted = "review"
    if state.get("unscreened"):
        wanted = "hold"
    return held | {
        "on_error": wanted,
        "review": channel.review_document(UNSCREENED_SEVERITY, still=still, suspended=suspended),
        "incident_window": channel.incident_window,
        "policy_hash": channel.policy_hash,
    }


def _message(error: Document) -> str:
    """Keep a failure's one-line message; a stack trace stays in the function's log."""
    try:
        message = json.loads(error.get("Cause") or "{}").get("errorMessage", "")
    except (ValueError, AttributeError):
        message = ""
    return str(message).splitlines()[0][:200] if message else ""
