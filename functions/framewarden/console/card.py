"""Turn a row of the index of open reviews into a card of the queue."""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, fields
from datetime import UTC, datetime
from typing import Any

from framewarden.console.authority import Authority
from framewarden.console.batch_address import sheet_of
from framewarden.console.moments import Moment, moment
from framewarden.console.words import words_for
from framewarden.domain import roles
from framewarden.domain.batch_lists import FlaggedList, of_review
from framewarden.domain.incidents import UNCATEGORISED, next_rung
from framewarden.domain.times import parse

Row = Mapping[str, Any]

SEVERITIES = ("critical", "high", "medium", "low")
"""The tabs of the queue, in its order."""

LABELS = 3
# A card is a line or two: an object's key can be a thousand characters long.
LONGEST, SHORT = 50, 30
NOW = 120  # seconds


@dataclass(frozen=True)
class Card:
    """What one card shows; the texts are for people, `mark` tells when any of them has changed.

    `hurry` is late (nobody can decide any more), now or nothing; `action` is what a button
    would do for whoever looks: claim, takeover or nothing; `lapsed` names whose claim ran out.
    Of a batch's list, `sheet` is the address of its first images in one picture.
    """

    review_id: str
    severity: str
    what: str
    confidence: float | None
    unscreened: str
    others: tuple[tuple[str, float], ...]
    stream: bool
    channel: str
    listed: FlaggedList | None
    sheet: str
    frames: int
    first: Moment
    last: Moment
    deadline: Moment
    hurry: str
    then: str
    reminded: Moment | None
    escalated: bool
    holder: str
    mine: bool
    until: Moment | None
    lapsed: str
    action: str
    stop_failed: bool
    breaker_open: bool
    confirms: bool

    @property
    def mark(self) -> str:
        """Return a digest of everything shown but how long ago it was."""
        shown = [getattr(self, field.name) for field in fields(self)]
        lasting = [part.iso if isinstance(part, Moment) else part for part in shown]
        return hashlib.sha256(repr(lasting).encode()).hexdigest()[:8]


def card_of(row: Row, authority: Authority, now: datetime) -> Card:
    """Read a row as seen now by somebody."""
    stream = bool(row.get("channel_arn"))
    labels = _strongest(row)
    claimed = _claimed(row, now)
    left, listed = row["deadline"] - now.timestamp(), of_review(row)
    return Card(
        review_id=str(row["review_id"]),
        severity=severity_of(row),
        what=labels[0][0] if labels else _unlabelled(row),
        confidence=labels[0][1] if labels else None,
        unscreened=_unscreened(row) if not labels else "",
        others=tuple((clipped(name, SHORT), confidence) for name, confidence in labels[1:]),
        stream=stream,
        channel=clipped(row["channel"]),
        listed=listed,
        sheet=sheet_of(listed) if listed else "",
        frames=int(row.get("frames", 1)),
        first=moment(parse(row["opened_at"]), now),
        last=moment(parse(row.get("last_seen_at") or row["opened_at"]), now),
        deadline=moment(datetime.fromtimestamp(row["deadline"], UTC), now),
        hurry="late" if left <= 0 else "now" if left < NOW else "",
        then=_then(row),
        reminded=moment(parse(row["reminded_at"]), now) if row.get("reminded_at") else None,
        escalated=escalated(row),
        holder=_holder(row) if claimed else "",
        mine=mine(row, authority, now),
        until=moment(datetime.fromtimestamp(row["claimed_until"], UTC), now) if claimed else None,
        lapsed=_holder(row) if row.get("claimed_by") and not claimed else "",
        action=_action(row, authority, now) if left > 0 else "",
        stop_failed=bool(row.get("stop_failed")),
        breaker_open=bool(row.get("breaker_open")),
        confirms=row["default"] == "uphold",
    )


def severity_of(row: Row) -> str:
    """Return the severity; one that nobody foresaw stands in the middle, as on the case's page."""
    return str(row["severity"]) if row["severity"] in SEVERITIES else "medium"


def escalated(row: Row) -> bool:
    """Tell whether a lead is asked."""
    return int(row.get("rung", 0)) > 0


def free(row: Row, now: datetime) -> bool:
    """Tell whether nobody works on it: never claimed, or the claim ran out."""
    return not _claimed(row, now)


def mine(row: Row, authority: Authority, now: datetime) -> bool:
    """Tell whether whoever looks has claimed it."""
    return _claimed(row, now) and row["claimed_by"] == authority.account


def clipped(text: Any, longest: int = LONGEST) -> str:
    """Shorten a text to what a card has room for."""
    whole = str(text)
    return whole if len(whole) <= longest else f"{whole[: longest - 1]}…"


def _strongest(row: Row) -> tuple[tuple[str, float], ...]:
    surest = sorted(row.get("labels") or (), key=lambda label: -label["confidence"])
    return tuple((clipped(one["name"]), float(one["confidence"])) for one in surest[:LABELS])


def _unlabelled(row: Row) -> str:
    category = row.get("category") or UNCATEGORISED
    return "Not analysed" if category == UNCATEGORISED else clipped(category)


def _unscreened(row: Row) -> str:
    """Say why nobody knows what it shows."""
    if (row.get("category") or UNCATEGORISED) != UNCATEGORISED:
        return ""
    return clipped(str(row.get("reason") or "unknown reason").replace("_", " "))


def _then(row: Row) -> str:
    """Say what happens if nobody decides."""
    if next_rung(row["ladder"], int(row["rung"])) is not None:
        return "a lead is asked"
    return words_for(row, row["default"]).default


def _claimed(row: Row, now: datetime) -> bool:
    return bool(row.get("claimed_by")) and row.get("claimed_until", 0) > now.timestamp()


def _holder(row: Row) -> str:
    return clipped(row.get("claimed_name") or row["claimed_by"], SHORT)


def _action(row: Row, authority: Authority, now: datetime) -> str:
    if not authority.may(roles.CLAIM) or mine(row, authority, now):
        return ""
    if free(row, now):
        return "claim"
    return "takeover" if authority.may(roles.LEAD) else ""
