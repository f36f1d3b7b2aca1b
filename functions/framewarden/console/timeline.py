"""Turn an execution's visits into a timeline: when, for how long, how often tried, and why not."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import groupby
from typing import Final

from framewarden.console.moments import Moment, moment
from framewarden.console.timeline_scale import WIDTH, Scale
from framewarden.console.took import took
from framewarden.domain.failures import failure_words
from framewarden.domain.history import RUNNING, History, Try, Visit
from framewarden.domain.machines import Machine

LEAST: Final = 2
"""Units of a bar's room that the shortest thing takes which can be seen."""

DEADLINE: Final = ("States.Timeout", "States.HeartbeatTimeout")


@dataclass(frozen=True)
class Part:
    """One part of a bar: a try, a wait between two (a "gap"), or a wait for a person."""

    kind: str
    x: float
    width: float


@dataclass(frozen=True)
class Failure:
    """Tries in a row that failed of the same; `tries` names them."""

    tries: str
    error: str
    what: str
    cause: str | None


@dataclass(frozen=True)
class Row:
    """One visit; `words` are those in its bar, at `words_at`. `since` is there while it lasts."""

    number: int
    state: str
    kind: str
    inside: str
    ended: str
    offset: str
    at: Moment
    took: str
    since: Moment | None
    tries: str
    failures: tuple[Failure, ...]
    parts: tuple[Part, ...]
    words: str
    words_at: float
    waits: bool


@dataclass(frozen=True)
class Timeline:
    """Every visit; `scale` says what a bar's whole room stands for, `waits` that some are cut."""

    rows: tuple[Row, ...]
    scale: str
    waits: bool


def timeline_of(
    history: History, machine: Machine | None, start: datetime, now: datetime
) -> Timeline:
    """Make the timeline of an execution that began at `start`."""
    waiting = {state.name for state in machine.states if state.waits} if machine else set()
    known = [visit.exited_at or visit.entered_at for visit in history.visits]
    lasts = any(visit.exited_at is None for visit in history.visits)
    end = max([start, *known, *([now] if lasts else [])])
    waits = [
        (visit.entered_at, visit.exited_at or end)
        for visit in history.visits
        if visit.state in waiting
    ]
    scale = Scale(start, end, waits)
    rows = tuple(
        _row(visit, machine, visit.state in waiting, scale, start, end, now)
        for visit in history.visits
    )
    return Timeline(rows, took(scale.seconds), bool(waits))


def _row(
    visit: Visit,
    machine: Machine | None,
    waits: bool,
    scale: Scale,
    start: datetime,
    end: datetime,
    now: datetime,
) -> Row:
    holder = machine.state(visit.state) if machine else None
    lasted = "" if visit.seconds is None else took(visit.seconds)
    parts = _parts(visit, scale, end, waits)
    return Row(
        number=visit.number,
        state=visit.state,
        kind=visit.kind,
        inside=holder.name if holder and holder.name != visit.state else "",
        ended=visit.ended,
        offset=f"+{took((visit.entered_at - start).total_seconds())}",
        at=moment(visit.entered_at, now),
        took=lasted,
        since=moment(visit.entered_at, now) if visit.ended == RUNNING else None,
        tries=_tries(visit),
        failures=tuple(_failures(visit, waits)),
        parts=parts,
        words=lasted if waits else "",
        words_at=round(parts[0].x + parts[0].width / 2, 1),
        waits=waits,
    )


def _parts(visit: Visit, scale: Scale, end: datetime, waits: bool) -> tuple[Part, ...]:
    """Return a bar's parts; whatever was too short to be seen is as wide as can just be."""
    kind = "wait" if waits else "gap" if visit.retries else visit.ended.replace(" ", "-")
    parts = [_part(kind, scale.at(visit.entered_at), scale.at(visit.exited_at or end))]
    if visit.retries and not waits:
        for one in visit.tries:
            kind = "failed" if one.error else visit.ended.replace(" ", "-")
            parts.append(_part(kind, scale.at(one.at), scale.at(one.ended_at or end)))
    return tuple(parts)


def _part(kind: str, begins: float, ends: float) -> Part:
    width = max(LEAST, round(ends - begins, 1))
    return Part(kind, min(begins, WIDTH - width), width)


def _tries(visit: Visit) -> str:
    if not visit.retries:
        return ""
    between = f", {took(visit.backoff)} between them" if visit.backoff else ""
    return f"{len(visit.tries)} tries{between}"


def _failures(visit: Visit, waits: bool) -> Iterable[Failure]:
    """Give what failed, tries in a row that failed of the same told once."""
    numbered = enumerate(visit.tries, 1)
    for (error, cause), same in groupby(numbered, lambda one: (one[1].error, one[1].cause)):
        if error is not None:
            yield Failure(_named(list(same)), error, what_failed(error, waits), cause)


def what_failed(error: str, waits: bool) -> str:
    """Say what an error means; where people are waited for, a time-out is a deadline."""
    if waits and error in DEADLINE:
        return "nobody decided before the deadline"
    return failure_words(error)[0]


def _named(tries: Sequence[tuple[int, Try]]) -> str:
    first, last = tries[0][0], tries[-1][0]
    return f"Try {first}" if first == last else f"Tries {first} to {last}"
