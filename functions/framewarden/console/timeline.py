"""Turn an execution's visits into a timeline: when, for how long, how often tried, and why not."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import groupby
from typing import Final

from framewarden.console.moments import Moment, moment
from framewarden.console.took import took
from framewarden.domain.failures import failure_words
from framewarden.domain.history import RUNNING, History, Try, Visit
from framewarden.domain.machines import Machine

WIDTH, BREAK, LEAST = 240, 76, 2
"""Units of a bar's room, of a wait for a person in it, and of the shortest thing that is seen."""

MOST_BREAKS: Final = 0.6  # of the room, however many waits there are
DEADLINE: Final = ("States.Timeout", "States.HeartbeatTimeout")


@dataclass(frozen=True)
class Part:
    """One part of a bar: a try, a wait between two (`kind` is then "gap"), or a wait for a person."""

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


class Scale:
    """Place moments in a bar's room: waits for a person take a fixed part, the rest is to scale."""

    def __init__(self, start: datetime, end: datetime, waits: Iterable[tuple[datetime, datetime]]):
        self._start = start
        self._waits = [
            ((begun - start).total_seconds(), (over - start).total_seconds())
            for begun, over in _merged(waits)
        ]
        whole = (end - start).total_seconds()
        self.seconds = max(0.0, whole - sum(over - begun for begun, over in self._waits))
        count = len(self._waits)
        self._break = min(BREAK, WIDTH * MOST_BREAKS / count) if count else 0.0
        self._second = (WIDTH - self._break * count) / self.seconds if self.seconds else 0.0

    def at(self, when: datetime) -> float:
        """Return where a moment is."""
        seconds = (when - self._start).total_seconds()
        waited, breaks = 0.0, 0.0
        for begun, over in self._waits:
            if seconds > begun:
                inside = min(seconds, over) - begun
                waited += inside
                breaks += inside / (over - begun)
        place = (seconds - waited) * self._second + breaks * self._break
        return round(min(max(place, 0.0), WIDTH), 1)


def _merged(spans: Iterable[tuple[datetime, datetime]]) -> list[tuple[datetime, datetime]]:
    """Return spans, the earliest first, those that overlap as one; an empty one is none."""
    merged: list[tuple[datetime, datetime]] = []
    for begun, over in sorted(spans):
        if merged and begun <= merged[-1][1]:
            merged[-1] = merged[-1][0], max(merged[-1][1], over)
        elif over > begun:
            merged.append((begun, over))
    return merged


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
