"""Say in a few words how an execution stands, and how its frame ended."""

from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class Status:
    """How something stands; the mark is beside the word, so that colour never tells alone."""

    word: str
    mark: str


STATUSES = {
    "RUNNING": Status("running", "▸"),
    "SUCCEEDED": Status("succeeded", "✓"),
    "FAILED": Status("failed", "✕"),
    "TIMED_OUT": Status("timed out", "✕"),
    "ABORTED": Status("aborted", "■"),
    "PENDING_REDRIVE": Status("waits for a redrive", "↻"),
}
NEVER_STARTED = Status("never started", "○")
# Of what nobody looked at no mark may say that it is well.
MARKS = {"cleared": "✓", "reviewed": "✓", "stopped": "■", "skipped": "○", "unscreened": "!"}

REASONS = {
    "severity_none": "nothing found",
    "severity_low": "low severity",
    "by_policy": "by the policy",
    "by_person": "by a person",
    "by_default": "nobody decided in time",
    "already_offline": "was off air already",
    "allow": "allowed",
    "block": "blocked",
    "reinstate": "reinstated",
    "not_current_session": "another session was on air",
    "review_expired": "nobody decided in time",
    "review_expired_blocked": "nobody decided; blocked",
    "stop_failed": "the stop failed",
    "breaker_open": "too many automatic stops",
    "ban_lifted": "the ban had been lifted",
    "unforeseen": "something unforeseen",
    "execution_failed": "its execution failed",
    "execution_timed_out": "its execution timed out",
    "execution_aborted": "somebody aborted it",
    "tried_again": "tried again",
    "foreign_account": "of another account",
    "not_a_frame": "not a frame",
    "duplicate": "a copy of another",
    "second_pipeline": "its twin is looked at",
    "stream_already_stopped": "the stream was stopped",
    "sampled": "another stands for it",
}


def status_words(status: str | None) -> Status:
    """Say how an execution stands; one that nobody foresaw as Step Functions says it."""
    if status is None:
        return NEVER_STARTED
    return STATUSES.get(status) or Status(status.replace("_", " ").lower(), "?")


def reason_words(reason: Any) -> str:
    """Say why; of what is not foreseen here its name as words."""
    return REASONS.get(str(reason or ""), str(reason or "").replace("_", " "))


def outcome_words(outcome: Any, reason: Any) -> Status | None:
    """Say how a frame ended, and why; None where it has not."""
    if not outcome:
        return None
    why = reason_words(reason)
    return Status(f"{outcome} ({why})" if why else str(outcome), MARKS.get(str(outcome), "?"))
