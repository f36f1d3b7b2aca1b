"""Say what was found in a frame, what failed, and who decided."""

from collections.abc import Mapping
from typing import Any, Final

from framewarden.domain.failures import failure_words, reason_of
from framewarden.domain.incidents import UNCATEGORISED
from framewarden.domain.policy_matching import UNKNOWN_LABEL_RULE
from framewarden.domain.remedies import FAILURES, STOP_REMEDIES
from framewarden.domain.why_known import Document, Known, mapping, number_of

BREAKER: Final = "more automatic stops came than the policy allows at a time"
GONE: Final = "its session was not on air any more"
# A row keeps the reason of an error, not its name.
_BY_REASON: Final = {reason_of(name): name for name in (*FAILURES, *STOP_REMEDIES)}


def person(decision: Document) -> str:
    """Name who decided, and how they did."""
    by, via = decision.get("by") or "a person", decision.get("via")
    return f"{by} ({via})" if via and via != "policy" else str(by)


def failure(error: object, reason: object = None) -> str:
    """Say what an error means, with its name for whoever looks it up."""
    name = str(error or _BY_REASON.get(str(reason)) or "")
    if not name and reason:
        return str(reason).replace("_", " ")
    what, _ = failure_words(name)
    return what if not name or name in what else f"{what} ({name})"


def finding(known: Known) -> str:
    """Say which rule the strongest finding matched, or what else is known of what was found."""
    matched = [mapping(one) for one in _listed(known, "matched")]
    if matched:
        more = len(matched) - 1
        return f"{_match(matched[0])}{f', and {more} more' if more else ''}"
    if "unscreened" in known.state or known.shown.get("category") == UNCATEGORISED:
        held = known.slot("unscreened")
        return failure(held.get("error"), held.get("reason") or known.shown.get("reason"))
    for source in (known.slot("verdict"), known.shown, known.row):
        if source.get("severity"):
            return f"it was judged {source['severity']}"
    return "what was found is not kept any more"


def nothing_found(known: Known) -> str:
    """Say how far the strongest finding was from every rule."""
    labels = [mapping(one) for one in _listed(known, "labels")]
    if not labels:
        return "nothing was found" if known.slot("verdict") else finding(known)
    strongest = max(labels, key=lambda label: number_of(label.get("confidence")) or 0.0)
    margin = number_of(known.slot("verdict").get("margin"))
    nearest = "" if margin is None else f" (nearest: {margin:.1f} points)"
    return f"the strongest finding, {_percent(strongest, 'name')}, is below every rule{nearest}"


def not_stopped(known: Known) -> str:
    """Say why what is critical was not stopped by itself, to be put behind; nothing if it was."""
    verdict, stop = known.slot("verdict"), known.slot("stop").get("status")
    if "stop_error" in known.state or known.review.get("stop_failed"):
        error = known.slot("stop_error").get("Error") or known.review.get("stop_error")
        return f"; the stop had failed: {failure(error)}"
    if stop == "breaker_open" or known.review.get("breaker_open"):
        return f"; not stopped by itself, since {BREAKER}"
    if stop == "not_current_session":
        return f"; not stopped, since {GONE}"
    if verdict.get("would_stop"):
        return "; would have been stopped in mode enforce"
    if verdict.get("stale") and verdict.get("severity") == "critical":
        return "; it came too late to stop anything"
    return ""


def _listed(known: Known, name: str) -> list[Any]:
    """Return a list of the verdict, or else of the review."""
    found = known.slot("verdict").get(name) or known.shown.get(name)
    return list(found) if isinstance(found, list | tuple) else []


def _match(match: Mapping[str, Any]) -> str:
    if match.get("rule") == UNKNOWN_LABEL_RULE:
        return f"{_percent(match, 'label')} is of a label that no rule can know"
    threshold = number_of(match.get("threshold"))
    limit = "" if threshold is None else f" at {threshold:g} %"
    return f"{_percent(match, 'label')} matched `{match.get('rule')}`{limit}"


def _percent(found: Mapping[str, Any], name: str) -> str:
    confidence = number_of(found.get("confidence"))
    label = str(found.get(name) or "a finding")
    return label if confidence is None else f"{label} {confidence:.1f} %"
