"""Say what a review is about and which decisions it offers."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any, Final

from framewarden.domain.incidents import next_rung
from framewarden.domain.times import iso

Document = dict[str, Any]
Row = Mapping[str, Any]

LINK: Final = "link"  # whoever holds the link of a notice
DESK: Final = "desk"  # an account that has signed in

# A person looks at what could not be judged as soon as at a strong finding: it may be anything.
UNSCREENED_SEVERITY = "high"


def case_of(state: Document) -> Document:
    """Take what a review shows from the state document: its verdict, or why there is none.

    A stop that stands and asks to be confirmed is a question of its own (`asks: confirm`).
    """
    stop, listed = state.get("stop") or {}, state.get("batch")
    confirms = stop.get("status") == "stopped" and "stop_error" not in state
    case = {
        "asks": "confirm" if confirms else "decide",
        "session": stop.get("stream_id") if confirms else None,
        # Not stopped because of the breaker: the page says why nobody acted at 98 %.
        "breaker_open": stop.get("status") == "breaker_open",
        "stop_failed": "stop_error" in state,
        "stop_error": (state.get("stop_error") or {}).get("Error"),
        # A list is one question about many images, each of which may be decided by itself.
        **({"batch": listed} if listed else {}),
    }
    verdict, held = state.get("verdict"), state.get("unscreened")
    case["rooms"] = _rooms(held or verdict or {})
    if held or not verdict:
        held = held or {}
        return case | {
            "severity": UNSCREENED_SEVERITY,
            "category": "unscreened",
            "reason": held.get("reason"),
            "labels": [],
            "matched": [],
            "margin": None,
            "ladder": held["review"]["ladder"],
            "default": held["review"]["default"],
            "remind": held["review"].get("remind"),
            "window": held["incident_window"],
            "policy_hash": held.get("policy_hash"),
            "judged_at": None,
            **_answered({}),
        }
    kept = ("severity", "category", "labels", "matched", "margin", "policy_hash", "judged_at")
    return case | {
        **{name: verdict[name] for name in kept},
        **_answered(state.get("analysis") or {}),
        "ladder": verdict["review"]["ladder"],
        "default": "uphold" if confirms else verdict["review"]["default"],
        "remind": verdict["review"].get("remind"),
        "window": verdict["incident_window"],
    }


def _answered(analysis: Row) -> Document:
    """Return what answered: the model, the adapter if it was one's answer, and who was asked."""
    return {name: analysis.get(name) for name in ("model_version", "adapter", "adapter_asked")}


def _rooms(judged: Document) -> Document | None:
    """Return the chat rooms that the policy names; None leaves them to the channel's tags."""
    # An execution that began under an earlier version carries no terms.
    rooms: Document = (judged.get("stops") or {}).get("rooms") or {}
    return rooms if any(rooms.values()) else None


def offered(review: Document) -> tuple[str, ...]:
    """Return the decisions that a review offers, the mildest first."""
    if review.get("asks") == "confirm":
        choices: tuple[str, ...] = ("reinstate", "uphold")
    elif review.get("channel_arn"):
        choices = ("allow", "stop")
    else:
        choices = ("allow", "block")
    further = next_rung(review["ladder"], review["rung"]) is not None
    return (*choices, "escalate") if further else choices


def is_claimed(review: Row, now: datetime, account: str | None = None) -> bool:
    """Tell whether somebody works on a review now: somebody else, where an account is named."""
    if review.get("claimed_until", 0) <= now.timestamp():
        return False
    return bool(review["claimed_by"] != account)


def event(
    kind: str, by: str, account: str | None, via: str, now: datetime, **more: str
) -> Document:
    """Word what somebody did about a review, for its record."""
    return {"at": iso(now), "kind": kind, "by": by, "account": account, "via": via, **more}
