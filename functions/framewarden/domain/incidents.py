"""Group frames into incidents, count the rungs of a review, and say how a frame ended."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from hashlib import sha256
from typing import Any, Final

from framewarden.domain.severity import at_least, rank
from framewarden.domain.times import parse

UNCATEGORISED: Final = "unscreened"
"""The category of what was never judged."""

STOPPED: Final = ("stopped", "already_offline")
NOT_STOPPED: Final = ("not_current_session", "breaker_open", "ban_lifted")
QUIET: Final = ("none", "low")
UNFORESEEN: Final = "unforeseen"

Document = Mapping[str, Any]
Outcome = tuple[str | None, str]


def incident_key(channel_or_still: str, category: str | None) -> str:
    """Return what frames of one incident share; the window is the store's matter."""
    return f"{channel_or_still}#{category or UNCATEGORISED}"


def review_id(execution: str, previous_review_id: str | None) -> str:
    """Return the id of the review that an execution opens, the same whenever it is retried.

    An execution opens another one only after its previous one has ended.
    """
    return sha256(f"{execution}|{previous_review_id or ''}".encode()).hexdigest()[:20]


def lane(severity: str) -> str:
    """Return what the places of all reviews of a severity begin with.

    Raises
    ------
    ValueError
        There is no such severity.
    """
    return f"{rank('critical') - rank(severity)}#"


def place(severity: str, deadline: int) -> str:
    """Return where a review stands in the queue: texts in the order of severity, then deadline."""
    return f"{lane(severity)}{deadline:010d}"


def raised(review: Document, graver: Document) -> Document:
    """Return what a frame changes about the pending review that it joins; nothing if as mild.

    One incident has one review: a graver frame takes its place on the page, its ladder begins on
    the rung that is waited for now, and the deadline only ever comes nearer. Of a stop that failed
    people are told, however grave the review is already.
    """
    failed = graver["stop_failed"] and not review["stop_failed"]
    news = {"stop_failed": True, "stop_error": graver["stop_error"]} if failed else {}
    if at_least(review["severity"], graver["severity"]):
        return news
    kept = ["severity", "default", "labels", "matched", "margin", "frame"]
    kept += ["model_version", "adapter", "adapter_asked"]
    # A reminder is of the first rung; what is asked more gravely is reminded of anew.
    kept += ["remind_at"] if "remind_at" in graver and not review["rung"] else []
    past, deadline = review["ladder"][: review["rung"]], min(review["deadline"], graver["deadline"])
    return (
        {name: graver[name] for name in kept}
        | news
        | {
            "ladder": [*past, *graver["ladder"]],
            "deadline": deadline,
            "place": place(graver["severity"], deadline),
        }
    )


def next_rung(ladder: Sequence[int], rung: int) -> int | None:
    """Return the rung after this one, None on the last."""
    return rung + 1 if rung + 1 < len(ladder) else None


def rung_deadline(begun: datetime, ladder: Sequence[int], rung: int) -> int:
    """Return the epoch second at which a rung runs out that began at an aware moment.

    Whole seconds, rounded down: the stored deadline is never later than the wait of as many
    seconds that starts after it, so no click is accepted by a machine that has gone on.
    """
    return int(begun.timestamp()) + ladder[rung]


def outcome_of(state: Document) -> Outcome:
    """Return outcome and reason of a frame from its last state document.

    The outcome is None where the frame joined a review: the review's outcome is its own. Whatever
    is not foreseen here is `unscreened`, never `cleared`.
    """
    decision, stop = _slot(state, "decision"), _slot(state, "stop")
    held = state.get("unscreened")
    if held is not None and not _decided_after(decision, held):
        by_policy = _slot(state, "unscreened").get("on_error") == "stop"
        stopped = by_policy and stop.get("status") == "stopped"
        return "stopped" if stopped else "unscreened", _reason(held)
    if _slot(state, "review").get("opener") is False:
        return None, "joined"
    if decision.get("status") == "decided":
        return _by_person(str(decision.get("decision")), stop, state)
    if stop.get("status") in STOPPED:
        return _stopped(decision, stop)
    if decision.get("status") == "expired":
        return _by_default(str(decision.get("decision")), state)
    if any(state.get(slot) is not None for slot in ("decision", "stop", "stop_error", "review")):
        return "unscreened", _why_not_stopped(state)
    severity = _slot(state, "verdict").get("severity")
    return ("cleared", f"severity_{severity}") if severity in QUIET else ("unscreened", UNFORESEEN)


def _by_person(chosen: str, stop: Document, state: Document) -> Outcome:
    if chosen == "reinstate":
        return "reviewed", chosen
    if stop.get("status") in STOPPED:
        return _stopped({"decision": chosen, "status": "decided"}, stop)
    if chosen in ("allow", "block"):
        return "reviewed", chosen
    if chosen == "stop" and stop.get("status") == "not_current_session":
        return "reviewed", "not_current_session"
    return "unscreened", _why_not_stopped(state)


def _by_default(chosen: str, state: Document) -> Outcome:
    """Nobody came: what the policy did instead was not a look."""
    if chosen == "allow":
        return "unscreened", "review_expired"
    if chosen == "block":
        return "unscreened", "review_expired_blocked"
    return "unscreened", _why_not_stopped(state)


def _stopped(decision: Document, stop: Document) -> Outcome:
    if stop.get("status") == "already_offline":
        return "stopped", "already_offline"
    by = {"decided": "by_person", "expired": "by_default"}.get(str(decision.get("status")))
    return "stopped", by if by and decision.get("decision") == "stop" else "by_policy"


def _why_not_stopped(state: Document) -> str:
    if state.get("stop_error") is not None:
        return "stop_failed"  # a slot beside it is of an earlier try, or as true
    status = _slot(state, "stop").get("status")
    return str(status) if status in NOT_STOPPED else UNFORESEEN


def _decided_after(decision: Document, held: object) -> bool:
    """Say whether a person decided once the frame was held, rather than before it failed."""
    if decision.get("status") != "decided":
        return False
    held_at = held.get("held_at") if isinstance(held, Mapping) else None
    decided_at = decision.get("decided_at")
    if held_at is None or decided_at is None:
        return True
    try:
        return parse(str(decided_at)) >= parse(str(held_at))
    except ValueError:
        return False


def _reason(held: object) -> str:
    reason = held.get("reason") if isinstance(held, Mapping) else None
    return reason if isinstance(reason, str) and reason else UNFORESEEN


def _slot(state: Document, name: str) -> Document:
    slot = state.get(name)
    return slot if isinstance(slot, Mapping) else {}
