"""Lay an execution out as a rail of steps: what it visited, which way it took, and which not."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from itertools import groupby, zip_longest
from typing import Any

from framewarden.domain.failures import failure_words
from framewarden.domain.history import (
    BROKEN_OFF,
    CAUGHT,
    DONE,
    FAILED,
    History,
    Try,
    Visit,
    span,
)
from framewarden.domain.machines import CHOICE, Arrow, Machine
from local.execution_words import took

RETRIED, WAITING, NOT_TAKEN = "retried", "waiting", "not taken"
"""Marks of a step that no visit ends with."""


@dataclass(frozen=True)
class Note:
    """Lines below a step: a failure, or a piece of its data."""

    kind: str
    text: str


@dataclass(frozen=True)
class Step:
    """One visit; times are seconds, `lasts` where the second of them still grows.

    `way` are the words of the arrow that was taken from here, `others` those that were not.
    """

    mark: str
    state: str
    way: str
    words: str
    offset: float
    seconds: float
    lasts: bool
    others: tuple[Arrow, ...]
    notes: tuple[Note, ...]


Data = Mapping[int, list[Note]]
"""What to write below a visit, by its number."""


def steps(
    history: History, machine: Machine | None, started_at: datetime, now: datetime, data: Data
) -> Iterator[Step]:
    """Give the steps in the order in which the states were entered."""
    for visit, after in zip_longest(history.visits, history.visits[1:]):
        ways = _ways(machine, visit)
        taken = [way for way in ways if after is not None and way.target == after.state]
        mark, words = _mark(visit, machine)
        yield Step(
            mark=mark,
            state=visit.state,
            way=", ".join(word for one in taken for word in one.words),
            words=words,
            offset=span(started_at, visit.entered_at) or 0.0,
            seconds=span(visit.entered_at, visit.exited_at or now) or 0.0,
            lasts=visit.exited_at is None,
            others=tuple(way for way in ways if way.why == CHOICE and way not in taken),
            notes=(*_failures(visit), *data.get(visit.number, ())),
        )


def _ways(machine: Machine | None, visit: Visit) -> list[Arrow]:
    """Give the ways that have words; the one that is always taken says nothing."""
    arrows = machine.arrows if machine else ()
    return [arrow for arrow in arrows if arrow.source == visit.state and arrow.words]


def _mark(visit: Visit, machine: Machine | None) -> tuple[str, str]:
    """Choose a step's mark, and say in words what the mark cannot."""
    again = _again(visit)
    if visit.ended == DONE:
        return (RETRIED, again) if again else (DONE, "")
    if visit.ended == CAUGHT:
        return CAUGHT, "; ".join(filter(None, ("failed, and was caught", again)))
    if visit.ended == FAILED:
        return FAILED, "; ".join(filter(None, ("failed", again)))
    if visit.ended == BROKEN_OFF:
        return BROKEN_OFF, "; ".join(filter(None, ("broken off", again)))
    return WAITING, "; ".join(filter(None, (_runs(visit, machine), again)))


def _runs(visit: Visit, machine: Machine | None) -> str:
    state = machine.state(visit.state) if machine else None
    if visit.error is not None:
        return "waits to be tried again"
    if state is not None and state.waits:
        return "waits for a person"
    return "waits" if visit.kind == "Wait" else "runs"


def _again(visit: Visit) -> str:
    if not visit.retries:
        return ""
    times = "once" if visit.retries == 1 else f"{visit.retries} times"
    return f"retried {times}" + (f", waited {took(visit.backoff)}" if visit.backoff else "")


def _failures(visit: Visit) -> Iterator[Note]:
    """Give the failures of its tries; the same one many times in a row is one line."""
    for error, group in groupby(visit.failures, lambda one: one.error or ""):
        tries: list[Try] = list(group)
        times = f" ({len(tries)} times)" if len(tries) > 1 else ""
        cause = tries[-1].cause
        says = f": {cause}" if cause else ""
        yield Note("failure", f"{error}{times}, {failure_words(error)[0]}{says}")


def change_of(step: Step) -> dict[str, Any]:
    """Describe a step as one line of JSON, without what moves while nothing happens."""
    return {
        "state": step.state,
        "is": step.mark,
        "words": step.words or None,
        "offset": step.offset,
        "seconds": None if step.lasts else step.seconds,
    }
