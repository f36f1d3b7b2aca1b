"""Tell what people did with a case: notes, reveals, claims, and decisions that came too late."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from html import escape
from typing import Any

from framewarden.console.moments import Moment, moment
from framewarden.console.words import words_for
from framewarden.domain.times import parse

Row = Mapping[str, Any]

# What a page shows of a record at first; the rest is one link away.
ENTRIES, BYTES = 30, 12_000
TITLES = {
    "note": "Note",
    "reveal": "Looked at the picture unblurred",
    "claim": "Claimed the case",
    "takeover": "Took the case over",
    "release": "Released the case",
}


@dataclass(frozen=True)
class Entry:
    """One thing that somebody did."""

    title: str
    at: Moment
    by: str
    via: str
    note: str


@dataclass(frozen=True)
class Record:
    """The entries that are shown, the newest first, and how many older ones are not."""

    entries: tuple[Entry, ...]
    hidden: int


def record_of(row: Row, events: Sequence[Row], now: datetime, *, whole: bool) -> Record:
    """Read the record of a case, and its decision, which lies on the case itself."""
    told = sorted((*events, *_ending(row)), key=lambda event: str(event["at"]), reverse=True)
    shown = told if whole else list(_fitting(told))
    entries = (
        Entry(
            title=_title(event, row),
            at=moment(parse(event["at"]), now),
            by=str(event.get("by") or ""),
            via=str(event.get("via") or ""),
            note=str(event.get("note") or ""),
        )
        for event in shown
    )
    return Record(tuple(entries), len(told) - len(shown))


def _ending(row: Row) -> Iterator[Row]:
    if row["status"] == "decided" and row.get("decided_at"):
        kept = {name: row.get(name) for name in ("by", "via", "note", "decision")}
        yield {"kind": "decided", "at": row["decided_at"], **kept}


def _title(event: Row, row: Row) -> str:
    kind, decision = str(event["kind"]), str(event.get("decision") or "")
    if kind == "late":
        return f"Too late: {words_for(row, decision).button}"
    if kind == "decided":
        return f"Decided: {words_for(row, decision).button}"
    return TITLES.get(kind, kind)


def _fitting(told: Sequence[Row]) -> Iterator[Row]:
    room = BYTES
    for event in told[:ENTRIES]:
        # As it stands in the page: of some notes every character is escaped.
        room -= len(escape(str(event.get("note") or "")).encode())
        if room < 0:
            return
        yield event
