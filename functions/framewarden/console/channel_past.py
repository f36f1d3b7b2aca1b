"""Tell what was seen of a case's channel lately: reviews, its ban, its stops and orders."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from framewarden.console import channel_words
from framewarden.console.ending import outcome_of
from framewarden.console.moments import Moment, moment
from framewarden.console.words import words_of
from framewarden.domain.bans import stands
from framewarden.domain.times import parse

if TYPE_CHECKING:
    from framewarden.casework import Past

Row = Mapping[str, Any]

EXCERPT, LINES = 160, 12
ENDS = ("stopped_at", "failed_at", "ended_at", "begun_at")


@dataclass(frozen=True)
class PastCase:
    """An earlier review of the channel, in a line."""

    review_id: str
    severity: str
    what: str
    opened: Moment
    ending: str
    by: str
    outcome: str | None


@dataclass(frozen=True)
class Line:
    """A stop or an order."""

    title: str
    at: Moment | None
    by: str
    note: str


@dataclass(frozen=True)
class History:
    """What is known of a channel besides the case itself; `more` is on the channel's own page."""

    cases: tuple[PastCase, ...]
    ban: str
    lines: tuple[Line, ...]
    more: bool


def history_of(past: "Past", review_id: str, now: datetime) -> History:
    """Read a channel's past, the newest first."""
    others = (row for row in past.reviews if row["review_id"] != review_id)
    told = sorted(_lines(past.rows), key=lambda line: line[0], reverse=True)
    return History(
        cases=tuple(_case(row, now) for row in others),
        ban=_ban(past.ban, now),
        lines=tuple(
            Line(title, moment(parse(at), now) if at else None, by, note)
            for at, title, by, note in told[:LINES]
        ),
        more=past.more or len(told) > LINES,
    )


def _case(row: Row, now: datetime) -> PastCase:
    strongest = max(row.get("labels") or (), key=lambda label: label["confidence"], default=None)
    ending = "still open"
    if row["status"] == "expired":
        ending = "nobody decided in time"
    elif row["status"] == "decided":
        # A channel's reviews are all of a stream.
        ending = words_of(str(row.get("decision")), stream=True).button
    return PastCase(
        review_id=str(row["review_id"]),
        severity=str(row["severity"]),
        what=str(strongest["name"]) if strongest else "not analysed",
        opened=moment(parse(row["opened_at"]), now),
        ending=ending,
        by=str(row.get("by") or "") if row["status"] == "decided" else "",
        outcome=outcome_of(row),
    )


def _ban(row: Row | None, now: datetime) -> str:
    """Say in a line whether the channel is banned."""
    if row is None:
        return "Never banned, and never stopped."
    until = row.get("until")
    if stands(row, now):
        if until is None:
            return "Banned until somebody reinstates it."
        return f"Banned until {_absolute(until)}."
    if row["status"] != "standing":
        return "Not banned now: it was reinstated."
    if (row.get("terms") or {}).get("ban_for") == 0:
        return "Not banned; a session of it was stopped."
    return f"Not banned now: its ban ended {_absolute(until)}."


def _absolute(epoch: Any) -> str:
    at = datetime.fromtimestamp(int(epoch), tz=UTC)
    return moment(at, at).absolute


def _lines(rows: list[dict[str, Any]]) -> Iterator[tuple[str, str, str, str]]:
    for row in rows:
        kind = str(row["item"]).partition("#")[0]
        if kind == "stop":
            at = next((str(row[name]) for name in ENDS if row.get(name)), "")
            title = channel_words.STOPS.get(row["status"], str(row["status"]))
            yield at, title, str(row.get("by") or ""), ""
        elif kind == "act":
            title = channel_words.ORDERS.get(row["action"], str(row["action"]))
            failed = ": it failed" if row["status"] == "failed" else ""
            note = str(row.get("note") or "")
            short = note if len(note) <= EXCERPT else f"{note[:EXCERPT]}…"
            yield str(row["at"]), f"Order: {title}{failed}", str(row.get("by") or ""), short
