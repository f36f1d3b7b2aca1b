"""Fold the events of an execution into visits: which states it entered, what came of each try."""

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Final

from framewarden.domain.redaction import redacted_text

Event = Mapping[str, Any]

REDRIVEN: Final = "ExecutionRedriven"
"""Somebody let a dead execution go on: its failed task is scheduled again, in the same visit."""

CAUSE_CHARACTERS: Final = 500
"""What a cause is cut to where it is one of many; a visit's own page shows all of it."""

RUNNING, DONE, CAUGHT, FAILED, BROKEN_OFF = "running", "done", "caught", "failed", "broken off"
"""How a visit ended: it lasts, it went on, its failure was caught, it ended the execution, or the
execution ended around it."""

_FAILURES = ("Failed", "TimedOut", "SubmitFailed", "StartFailed", "ScheduleFailed")
_ENDS = {
    "ExecutionSucceeded": DONE,
    "ExecutionFailed": FAILED,
    "ExecutionTimedOut": BROKEN_OFF,
    "ExecutionAborted": BROKEN_OFF,
}


@dataclass
class Try:
    """One try of a state's task; `cause` is a sentence, without a stack trace or a secret."""

    event: int
    at: datetime
    ended_at: datetime | None = None
    error: str | None = None
    cause: str | None = None


@dataclass
class Visit:
    """One visit of one state; `event` is the id of the event that entered it."""

    number: int
    event: int
    state: str
    kind: str
    entered_at: datetime
    exited_at: datetime | None = None
    tries: list[Try] = field(default_factory=list)
    ended: str = RUNNING

    @property
    def seconds(self) -> float | None:
        """Return how long it lasted; None while it lasts."""
        return span(self.entered_at, self.exited_at)

    @property
    def retries(self) -> int:
        """Return how often its task was tried again."""
        return max(0, len(self.tries) - 1)

    @property
    def failures(self) -> list[Try]:
        """Return the tries that failed."""
        return [one for one in self.tries if one.error is not None]

    @property
    def error(self) -> str | None:
        """Return the last failure's name; None where the last try did not fail."""
        return self.tries[-1].error if self.tries else None

    @property
    def cause(self) -> str | None:
        """Return the last failure's cause."""
        return self.tries[-1].cause if self.tries else None

    @property
    def backoff(self) -> float:
        """Return the seconds that it waited between a failure and the next try."""
        pairs = zip(self.tries, self.tries[1:], strict=False)
        waits = (span(before.ended_at, after.at) for before, after in pairs if before.ended_at)
        return round(sum(wait or 0 for wait in waits), 3)


@dataclass
class History:
    """What an execution did; `whole` is False where there were more events than were read."""

    visits: list[Visit]
    events: int
    whole: bool = True
    error: str | None = None
    cause: str | None = None


def span(start: datetime | None, end: datetime | None) -> float | None:
    """Return the seconds between two moments; None where one of them is not known."""
    return None if start is None or end is None else round((end - start).total_seconds(), 3)


def fold(events: Iterable[Event], *, whole: bool = True) -> History:
    """Fold events, the oldest first; their inputs and outputs are not needed.

    An event belongs to the visit that its chain of `previousEventId` leads to (states of a Parallel
    or a Map run side by side); without one, to the visit that was entered last.
    """
    history, owners = History([], 0, whole), Owners()
    for event in events:
        history.events += 1
        visit = owners.take(event, history.visits)
        if str(event["type"]) in _ENDS:
            _end(history, event)
        elif event["type"] == REDRIVEN:
            history.error = history.cause = None
        elif visit is not None and not event["type"].endswith("StateEntered"):
            _note(visit, event)
    return history


class Owners:
    """Tell which visit an event belongs to."""

    def __init__(self) -> None:
        self._visits: dict[int, Visit] = {}
        self._last: Visit | None = None

    def take(self, event: Event, visits: list[Visit]) -> Visit | None:
        """Return the visit of an event; an entered state's is made, and put with the others."""
        kind, number = str(event["type"]), int(event["id"])
        if kind.endswith("StateEntered"):
            visit = Visit(
                number=len(visits) + 1,
                event=number,
                state=str((event.get("stateEnteredEventDetails") or {}).get("name") or ""),
                kind=kind.removesuffix("StateEntered"),
                entered_at=event["timestamp"],
            )
            visits.append(visit)
            self._last = self._visits[number] = visit
            return visit
        owner = self._visits.get(event.get("previousEventId") or 0) or self._last
        name = (event.get("stateExitedEventDetails") or {}).get("name")
        if name and (owner is None or owner.state != name or owner.exited_at):
            still = (one for one in reversed(visits) if one.state == name and not one.exited_at)
            owner = next(still, owner)
        if owner is not None:
            self._visits[number] = owner
        return owner


def _note(visit: Visit, event: Event) -> None:
    kind, at = str(event["type"]), event["timestamp"]
    if kind.endswith("StateExited"):
        visit.exited_at = at
        visit.ended = CAUGHT if visit.error is not None else DONE
    elif kind.endswith("StateAborted"):
        visit.exited_at, visit.ended = at, BROKEN_OFF
    elif kind.endswith("Scheduled"):
        visit.tries.append(Try(int(event["id"]), at))
        visit.exited_at, visit.ended = None, RUNNING
    elif kind.endswith("StateFailed") and visit.error is not None:
        pass  # what failed inside it, or its Map Run, was told already
    elif kind.endswith(_FAILURES):
        error, cause = failure_of(event)
        if not visit.tries or visit.tries[-1].ended_at:
            visit.tries.append(Try(int(event["id"]), at))  # it failed before it was scheduled
        visit.tries[-1].ended_at = at
        visit.tries[-1].error, visit.tries[-1].cause = error, cause
    elif kind.endswith("Succeeded") and visit.tries:
        visit.tries[-1].ended_at = at


def _end(history: History, event: Event) -> None:
    """Close what is open: the execution ended around it, or because of it."""
    ended = _ENDS[event["type"]]
    if ended != DONE:
        history.error, history.cause = failure_of(event)
    for visit in history.visits:
        if visit.ended == RUNNING:
            visit.exited_at, visit.ended = event["timestamp"], ended


def failure_of(event: Event) -> tuple[str, str | None]:
    """Return a failure's name and its cause as a sentence."""
    details: Mapping[str, Any] = {}
    for name, found in event.items():
        if name.endswith("EventDetails") and isinstance(found, Mapping):
            details = found
    named = "States.Timeout" if str(event["type"]).endswith("TimedOut") else "unknown"
    return str(details.get("error") or named), readable_cause(details.get("cause"))


def readable_cause(cause: str | None) -> str | None:
    """Cut a cause to its message: no stack trace, nothing that looks like a secret."""
    if cause is None:
        return None
    try:
        parsed = json.loads(cause)
    except (ValueError, RecursionError):
        parsed = None
    if isinstance(parsed, dict):
        cause = str(parsed.get("errorMessage", "a failure with a payload"))
    return redacted_text(cause)[:CAUSE_CHARACTERS]
