"""Say in one sentence how a frame ended, by its outcome."""

from typing import Final

from framewarden.domain.failures import stop_failure_words
from framewarden.domain.incidents import STOPPED, UNFORESEEN
from framewarden.domain.why_found import (
    BREAKER,
    GONE,
    failure,
    finding,
    not_stopped,
    nothing_found,
    person,
)
from framewarden.domain.why_known import Document, Known, moment_of

SKIPPED: Final = {
    "foreign_account": "its key names another AWS account",
    "not_a_frame": "its key is neither one of a frame nor one of an upload",
    "duplicate": "it is the latest copy of a picture that comes under its own number too",
    "second_pipeline": "the copy of it that the other pipeline wrote is looked at",
    "stream_already_stopped": "its stream had been stopped already",
}
DEATHS: Final = {
    "failed": "the execution failed",
    "timed_out": "the execution took longer than it may",
    "aborted": "somebody aborted the execution",
}
_SURPRISE: Final = "it ended in a way that nobody foresaw"
_DONE: Final = {"allow": "Allowed", "block": "Blocked", "uphold": "Upheld"}
_BY_DEFAULT: Final = {
    "review_expired": "it was let through",
    "review_expired_blocked": "it was blocked",
}


def skipped(reason: object) -> str:
    """Say why nobody looked at a frame that needed no look."""
    why = SKIPPED.get(str(reason), str(reason or "no reason was kept").replace("_", " "))
    return f"Skipped, so it was never analysed: {why}"


def died(known: Known, status: str, error: str | None) -> str:
    """Say how an execution died, and what it had done before."""
    how = DEATHS.get(status, DEATHS["failed"])
    why = f": {failure(error)}" if error and status == "failed" else ""
    if known.slot("stop").get("status") in STOPPED:
        return f"{stop_words(known)}; then {how}, so it counts as not looked at{why}"
    return f"Nobody looked to the end: {how}{why}; {known.held}"


def ended(known: Known, outcome: object, reason: object) -> str:
    """Say how a frame ended that has an outcome; None is that of a frame that joined a review."""
    if outcome is None:
        return joined(known)
    if outcome == "cleared":
        return _cleared(known)
    if outcome == "reviewed":
        return _reviewed(known, str(reason))
    if outcome == "stopped":
        return _stopped(known, str(reason))
    return _unscreened(known, str(reason))


def joined(known: Known) -> str:
    """Say what became of the review that a frame joined."""
    review = known.review
    if not review:
        return f"Joined a review, whose decision is its own: {finding(known)}"
    frames = review.get("frames")
    opener = str(review.get("execution") or "?").partition("-")[0][:12]
    joining = f"Joined the review that frame {opener} opened ({frames or 'some'} frames)"
    if review.get("status") == "pending":
        return f"{joining}, which still waits"
    if review.get("status") == "expired" and review.get("decision") is None:
        return f"{joining}, which nobody could answer any more"
    if review.get("status") == "expired":
        return f"{joining}: nobody decided in time, so by default {_chosen(review)}"
    at = known.after(review.get("decided_at"))
    return f"{joining}: {_chosen(review)} by {person(review)}{at}"


def stop_words(known: Known) -> str:
    """Say when a stream was stopped, and by whom if not by the policy's rules."""
    stop = known.slot("stop")
    at = stop.get("accepted_at") or stop.get("stopped_at")
    verb = "Switched to its slate" if stop.get("action") == "slate" else "Stopped"
    after = known.after(at)
    return f"{verb} already{after}" if after.find(" before ") > 0 else f"{verb}{after}"


def _chosen(review: Document) -> str:
    """Say what was decided about the frames of a review, in a word."""
    decision = str(review.get("decision") or "decided")
    if decision == "stop" and review.get("outcome") != "stopped":
        return "to be stopped"
    words = {"allow": "allowed", "block": "blocked", "uphold": "upheld"}
    words |= {"stop": "stopped", "reinstate": "reinstated"}
    return words.get(decision, f"decided ({decision})")


def _cleared(known: Known) -> str:
    verdict = known.slot("verdict")
    at = known.after(verdict.get("judged_at") or known.row.get("judged_at"))
    if not verdict.get("matched"):
        return f"Cleared{at}: {nothing_found(known)}"
    exempt = verdict.get("severity") == "none"
    why = "which exempts it" if exempt else "which is kept and asks nobody"
    return f"Cleared{at}: {finding(known)}, {why}"


def _reviewed(known: Known, reason: str) -> str:
    decision = known.decision
    who, at = person(decision), known.after(decision.get("decided_at"))
    found = f"{finding(known)}{not_stopped(known)}"
    if reason == "reinstate":
        stopped = stop_words(known) if known.slot("stop") else "Stopped"
        return f"{stopped}, and reinstated by {who}{at}: {finding(known)}"
    if reason == "not_current_session":
        return f"{who} wanted it stopped{at}, but {GONE}: {finding(known)}"
    return f"{_DONE.get(reason, 'Decided')} by {who}{at}: {found}"


def _stopped(known: Known, reason: str) -> str:
    decision, found = known.decision, finding(known)
    if reason == "already_offline":
        by = f"by {person(decision)} " if decision.get("status") == "decided" else ""
        live = known.slot("stop").get("live_session") or known.review.get("live_session")
        more = "; another session of the channel is on air" if live else ""
        return f"The stop {by}found its session ended already{more}: {found}"
    stopped = stop_words(known)
    if reason == "by_person":
        verb, _, rest = stopped.partition(" ")
        return f"{verb} by {person(decision)}{f' {rest}' if rest else ''}: {found}"
    if reason == "by_default":
        return f"{stopped}, by default, since nobody decided in time: {found}"
    if reason != "by_policy":
        return f"{stopped}, as the policy wants where nobody can look: {failure(None, reason)}"
    if decision.get("decision") != "uphold":
        return f"{stopped}: {found}"
    if decision.get("status") == "expired":
        return f"{stopped}: {found}; nobody took it back in time"
    return f"{stopped}: {found}; upheld by {person(decision)}"


def _unscreened(known: Known, reason: str) -> str:
    decision = known.decision
    found = f"{finding(known)}{not_stopped(known)}"
    if reason in _BY_DEFAULT:
        at = known.after(decision.get("decided_at"))
        done = _BY_DEFAULT[reason]
        return f"Nobody decided in time, so {done}{at} and counts as not looked at: {found}"
    if reason == "stop_failed":
        error = known.slot("stop_error").get("Error") or known.review.get("stop_error")
        _, still = stop_failure_words(str(error) if error else None)
        return f"The stop failed, and {still}: {failure(error)}; {finding(known)}"
    if reason == "breaker_open":
        return f"Not stopped, since {BREAKER}, and nobody decided in time: {finding(known)}"
    if reason == "not_current_session":
        return f"Not stopped, since {GONE}, and nobody decided in time: {finding(known)}"
    if reason == "ban_lifted":
        return f"Not stopped, since the ban had been lifted meanwhile: {finding(known)}"
    if reason.startswith("execution_"):
        return died(known, reason.removeprefix("execution_"), None)
    return _held(known, reason)


def _held(known: Known, reason: str) -> str:
    """Say why nobody could judge it; a person may have decided before something failed."""
    held, decision = known.slot("unscreened"), known.slot("decision")
    failed = _SURPRISE if reason == UNFORESEEN else failure(held.get("error"), reason)
    held_at, decided_at = moment_of(held.get("held_at")), moment_of(decision.get("decided_at"))
    if decision.get("status") == "decided" and held_at and decided_at and decided_at < held_at:
        chosen = str(decision.get("decision"))
        return f"{person(decision)} chose {chosen}, which could not be carried out: {failed}"
    if known.slot("verdict").get("matched"):
        return f"Nobody decided: {failed}; {known.held}, although {finding(known)}"
    late = "; nobody decided in time either" if decision.get("status") == "expired" else ""
    return f"Nobody looked: {failed}{late}{not_stopped(known)}; {known.held}"
