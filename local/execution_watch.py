"""Watch executions: one until it ends, or every new one as it comes and goes."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime

from framewarden.domain import frame_rows
from framewarden.domain.errors import StoreThrottledError
from framewarden.domain.frames import read_execution_name
from framewarden.inspecting import Inspection, inspect
from framewarden.looking import MODERATE, Sources
from framewarden.searching import Entry, find
from framewarden.wanted import Wanted
from local.execution_choice import unknown
from local.target import Target

EVERY_SECONDS = 1.0
SELDOM_SECONDS = 5.0
SLOWER = 1.25
STRAINED_SECONDS = 10.0
PAGE = 100
MOST_PAGES = 10
# Names that are remembered: more than one look can bring.
REMEMBERED = 2 * PAGE * MOST_PAGES

STARTED, ENDED = "started", "ended"


Sleep = Callable[[float], None]


def wait(seconds: float) -> None:
    """Wait, as long as nobody presses Ctrl-C."""
    time.sleep(seconds)


def utc_now() -> datetime:
    """Return the time."""
    return datetime.now(UTC)


def until_it_ends(
    target: Target, sources: Sources, machine: str, name: str, sleep: Sleep = wait
) -> Iterator[Inspection]:
    """Look into an execution once a second until it has ended.

    Where AWS refuses a look as one too many, it is looked less often for a while.

    Raises
    ------
    OperatorError
        Step Functions has no such execution (any more).
    """
    pause = EVERY_SECONDS
    while True:
        try:
            seen = inspect(sources, machine, name, utc_now())
        except StoreThrottledError:
            pause = min(2 * pause, STRAINED_SECONDS)
        else:
            if seen is None:
                raise unknown(target, name)
            pause = EVERY_SECONDS
            yield seen
            if not seen.execution.running:
                return
        sleep(pause)


@dataclass(frozen=True)
class Change:
    """An execution started, or ended."""

    what: str
    entry: Entry


class Tail:
    """New executions of a machine; a look is a few calls, however many executions there are."""

    def __init__(self, sources: Sources, machine: str) -> None:
        self._sources, self._wanted = sources, Wanted(machine=machine)
        self._known: dict[str, None] = {}
        self._open: dict[str, Entry] = {}
        running = replace(self._wanted, status="RUNNING")
        for wanted in (self._wanted, running):  # one that waits for days is on no first page
            for entry in find(sources, wanted, PAGE).entries:
                self._remember(entry)

    def follow(self, sleep: Sleep = wait) -> Iterator[Change]:
        """Give changes for ever; where nothing happens it is looked less often."""
        pause = EVERY_SECONDS
        while True:
            sleep(pause)
            try:
                changes = list(self.look())
            except StoreThrottledError:
                pause = STRAINED_SECONDS
                continue
            yield from changes
            pause = EVERY_SECONDS if changes else min(pause * SLOWER, SELDOM_SECONDS)

    def look(self) -> Iterator[Change]:
        """Give what changed since the last look, the oldest first."""
        seen = self._newest()
        listed = {entry.name for entry in seen}
        yield from self._ended_long_after(listed)
        for entry in reversed(seen):
            name = str(entry.name)
            if name not in self._known:
                yield Change(STARTED, entry)
                if entry.status != "RUNNING":
                    yield Change(ENDED, entry)
            elif name in self._open and entry.status != "RUNNING":
                yield Change(ENDED, entry)
            self._remember(entry)

    def _newest(self) -> list[Entry]:
        """Read back to what is known: one page, or more after a burst."""
        seen: list[Entry] = []
        wanted = self._wanted
        for _ in range(MOST_PAGES):
            found = find(self._sources, wanted, PAGE)
            seen += found.entries
            known = any(entry.name in self._known for entry in found.entries)
            if known or found.after is None:
                break
            wanted = replace(wanted, after=found.after)
        return seen

    def _ended_long_after(self, listed: set[str | None]) -> Iterator[Change]:
        """Give those that ended after they had left the list's first page, from the ledger."""
        if self._wanted.machine != MODERATE:
            return
        names = [name for name in self._open if name not in listed][:PAGE]
        for name in names:  # where there are more, the others are looked at next time
            self._open[name] = self._open.pop(name)
        ours = {name: named for name in names if (named := read_execution_name(name))}
        rows = self._sources.frames.many({frame_id for frame_id, _ in ours.values()})
        for name, (frame_id, attempt) in ours.items():
            row = rows.get(frame_id)
            status = frame_rows.status_of(row) if row else None
            if row and status != "RUNNING":
                outcome, reason = frame_rows.outcome_of(row, None, attempt)
                entry = self._open.pop(name)
                yield Change(
                    ENDED,
                    replace(entry, status=status, row=row, outcome=outcome, reason=reason),
                )

    def _remember(self, entry: Entry) -> None:
        name = str(entry.name)
        self._known[name] = None
        if entry.status == "RUNNING":
            self._open[name] = entry
        else:
            self._open.pop(name, None)
        while len(self._known) > REMEMBERED:
            self._known.pop(next(iter(self._known)))
