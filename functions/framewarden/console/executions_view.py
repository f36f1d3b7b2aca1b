"""Turn what was found into the list that the page shows, and say why there is nothing."""

from dataclasses import dataclass
from datetime import datetime

from framewarden.console.execution_line import Line, line_of
from framewarden.console.executions_asked import ALL, MACHINES, UNSCREENED, Asked, statuses
from framewarden.console.moments import Moment, moment
from framewarden.console.outcome_words import status_words
from framewarden.looking import ADAPTER, BATCH, MODERATE, ORDER
from framewarden.searching import LIMIT, Found

MACHINE_WORDS = {MODERATE: "Frames", ORDER: "Orders", BATCH: "Batches", ADAPTER: "Adapters"}
STATUS_WORDS = {ALL: "All", UNSCREENED: "Unscreened"}


@dataclass(frozen=True)
class Tab:
    """One tab."""

    name: str
    words: str
    address: str
    here: bool


@dataclass(frozen=True)
class ListView:
    """Everything that the list shows; `empty` names why no line is shown."""

    asked: Asked
    lines: tuple[Line, ...]
    machines: tuple[Tab, ...]
    statuses: tuple[Tab, ...]
    older: str | None
    newest: str | None
    lost: bool
    shown: str
    empty: str
    review: str
    looked_at: Moment


def view_of(asked: Asked, found: Found, now: datetime) -> ListView:
    """Word what was found."""
    return ListView(
        asked=asked,
        lines=tuple(line_of(entry, now) for entry in found.entries),
        machines=tuple(
            Tab(name, MACHINE_WORDS[name], _of_machine(name), asked.machine == name)
            for name in MACHINES
        ),
        statuses=tuple(
            Tab(name, _tab_words(name), _of_status(asked, name), asked.status == name)
            for name in statuses(asked.machine)
        ),
        older=asked.address(after=found.after) if found.after else None,
        newest=asked.address() if asked.after and not found.lost else None,
        lost=found.lost,
        shown=_shown(asked, found),
        empty="" if found.entries else _why_empty(asked, found),
        review=asked.wanted.review_id if asked.wanted.review_id and found.known else "",
        looked_at=moment(now, now),
    )


def _of_machine(name: str) -> str:
    return Asked(machine=name).address()


def _of_status(asked: Asked, name: str) -> str:
    return asked.address(status=None if name == ALL else name)


def _tab_words(name: str) -> str:
    return STATUS_WORDS.get(name) or status_words(name).word.capitalize()


def _shown(asked: Asked, found: Found) -> str:
    """Say what the lines are a part of."""
    kept, read = len(found.entries), found.read
    parts = []
    if kept < read:
        parts.append(f"{kept} of the {read} that were read are shown: the others stand otherwise.")
    elif kept == LIMIT and found.after:
        parts.append(f"{kept} at a time.")
    if found.came_to:
        parts.append(f"No day before {found.came_to} was looked at yet; “Older” does so.")
    return " ".join(parts)


def _why_empty(asked: Asked, found: Found) -> str:
    """Name why there is no line, for the page to say what may be tried."""
    wanted = asked.wanted
    if asked.faults:
        return "fault"
    if not found.known:
        return "no_review"
    if found.read:
        return "narrowed"
    if found.after:
        return "further"
    if asked.after and not found.lost:
        return "end"
    searched = ("key", wanted.key), ("review", wanted.review_id), ("channel", wanted.channel_arn)
    named = next((name for name, value in searched if value), "time" if wanted.when else "")
    if named or wanted.unscreened:
        return named or UNSCREENED
    return "status" if wanted.status else "nothing"
