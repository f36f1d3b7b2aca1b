"""Turn a read of the open reviews into what the queue shows, and say honestly what was read."""

import hashlib
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from framewarden.console.authority import Authority
from framewarden.console.card import SEVERITIES, Card, card_of, severity_of
from framewarden.console.moments import Moment, moment
from framewarden.console.queue_asked import WHO, Asked
from framewarden.domain.times import parse

Row = Mapping[str, Any]

ALL = "all"


@dataclass(frozen=True)
class Tab:
    """One tab and how many wait there; `number` says itself whether there may be more."""

    name: str
    number: str
    address: str
    here: bool


@dataclass(frozen=True)
class QueueView:
    """Everything that the queue shows.

    `counted` is when the numbers were counted that this read could not tell. `empty` names why no
    card is shown: nobody, severity, end or filter.
    """

    asked: Asked
    cards: tuple[Card, ...]
    tabs: tuple[Tab, ...]
    who: tuple[Tab, ...]
    counted: Moment | None
    shown: str
    empty: str
    more: str | None
    lost: bool
    live: str
    looked_at: Moment

    def digest(self, authority: Authority) -> str:
        """Return a digest of everything shown to somebody but how long ago it was."""
        numbers = [(tab.name, tab.number) for tab in self.tabs]
        counted = self.counted.iso if self.counted else None
        marks = [(card.review_id, card.mark) for card in self.cards]
        shown = (self.asked, numbers, counted, marks, self.shown, self.more, authority.account)
        return hashlib.sha256(repr((*shown, sorted(authority.acts))).encode()).hexdigest()[:16]


def view_of(
    asked: Asked,
    rows: Sequence[Row],
    after: str | None,
    counts: Row | None,
    authority: Authority,
    now: datetime,
    *,
    lost: bool = False,
) -> QueueView:
    """Word a read of the queue; `after` is where it goes on, `lost` that its start was unknown."""
    kept = [row for row in rows if asked.keeps(row, authority, now)]
    numbers, exact = _numbers(asked, rows, after, counts)
    return QueueView(
        asked=asked,
        cards=tuple(card_of(row, authority, now) for row in kept),
        tabs=_tabs(asked, numbers),
        who=tuple(
            Tab(name, label, asked.address("queue", who=name), asked.who == name)
            for name, label in WHO.items()
        ),
        counted=moment(parse(counts["counted_at"]), now) if counts and not exact else None,
        shown=_shown(asked, len(kept), len(rows), after) if rows else "",
        empty="" if kept else _why_empty(asked, rows),
        more=asked.address("queue", after=after) if after else None,
        lost=lost,
        live=asked.address("queue/cards", after=asked.after),
        looked_at=moment(now, now),
    )


def counted_whole(asked: Asked, after: str | None) -> bool:
    """Tell whether a read counts every tab by itself: it began at the beginning and met the end."""
    return asked.severity is None and asked.after is None and after is None


def _numbers(
    asked: Asked, rows: Sequence[Row], after: str | None, counts: Row | None
) -> tuple[dict[str, str], bool]:
    """Return each tab's number, and whether all of them are from this read.

    The most severe come first: what is more severe than the last row was read to its end.
    """
    if counted_whole(asked, after):
        exact: Sequence[str] = SEVERITIES
    elif asked.after is not None:
        exact = ()
    elif asked.severity:
        exact = () if after else (asked.severity,)
    else:
        exact = SEVERITIES[: SEVERITIES.index(severity_of(rows[-1]))] if rows else ()
    seen = Counter(severity_of(row) for row in rows)
    numbers: dict[str, str] = {}
    least, known = 0, True
    for name in SEVERITIES:
        counted = 0 if counts is None else int(counts.get(name, 0))
        number = seen[name] if name in exact else max(seen[name], counted)
        sure = name in exact or (counts is not None and counted >= seen[name])
        numbers[name] = _number(number, sure)
        least, known = least + number, known and sure
    return {ALL: _number(least, known), **numbers}, len(exact) == len(SEVERITIES)


def _number(number: int, sure: bool) -> str:
    if sure:
        return str(number)
    return f"{number}+" if number else "?"


def _tabs(asked: Asked, numbers: Mapping[str, str]) -> tuple[Tab, ...]:
    return tuple(
        Tab(
            name,
            number,
            asked.address("queue", severity=None if name == ALL else name),
            name == (asked.severity or ALL),
        )
        for name, number in numbers.items()
    )


def _shown(asked: Asked, shown: int, read: int, after: str | None) -> str:
    """Say what the cards are a part of."""
    cases = f"{asked.severity or ''} {'case' if read == 1 else 'cases'}".strip()
    if asked.after:
        part = f"the next {read} {cases}"
    elif after and asked.severity:
        part = f"the {read} {cases} with the nearest deadlines"
    elif after:
        part = f"the {read} most urgent {cases}"
    else:
        part = f"the one {cases} that waits" if read == 1 else f"all {read} {cases} that wait"
    return f"{shown} shown of {part}." if asked.filtered else f"{part[0].upper()}{part[1:]}."


def _why_empty(asked: Asked, rows: Sequence[Row]) -> str:
    if rows:
        return "filter"
    if asked.after:
        return "end"
    return "severity" if asked.severity else "nobody"
