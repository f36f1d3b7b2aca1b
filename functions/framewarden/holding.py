"""Hold what nobody could judge: an error is never clean."""

import json
from datetime import datetime
from typing import Any

from framewarden import settings
from framewarden.aws.policies import current_policy
from framewarden.domain.cases import UNSCREENED_SEVERITY
from framewarden.domain.errors import PolicyInvalidError, PolicyUnavailableError
from framewarden.domain.failures import reason_of
from framewarden.domain.times import iso, parse
from framewarden.observability import count

Document = dict[str, Any]
# Failures that point at our configuration rather than at one picture.
ALARMS = {
    "AnalyzerDeniedError": "AnalyzerDenied",
    "PolicyUnavailableError": "PolicyUnavailable",
    "PolicyInvalidError": "PolicyUnavailable",
}


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
        "stops": None,
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
        "stops": channel.stops.document(),
    }


def _message(error: Document) -> str:
    """Keep a failure's one-line message; a stack trace stays in the function's log."""
    try:
        message = json.loads(error.get("Cause") or "{}").get("errorMessage", "")
    except (ValueError, AttributeError):
        message = ""
    return str(message).splitlines()[0][:200] if message else ""
