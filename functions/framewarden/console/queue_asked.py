"""Read which part of the queue somebody wants, and address the other parts from there."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from urllib.parse import urlencode

from framewarden.console.authority import Authority
from framewarden.console.card import LONGEST, SEVERITIES, escalated, free, mine

Row = Mapping[str, Any]

WHO = {"": "Everything", "mine": "Mine", "free": "Free", "escalated": "Escalated"}
"""The filters by who works on a case, and what their links say."""


@dataclass(frozen=True)
class Asked:
    """Which part of the queue somebody wants; what cannot be read asks for all of it."""

    severity: str | None = None
    who: str = ""
    channel: str = ""
    after: str | None = None

    @classmethod
    def of(cls, query: Mapping[str, str]) -> "Asked":
        """Read an address's query."""
        severity, who = query.get("severity"), query.get("who", "")
        return cls(
            severity=severity if severity in SEVERITIES else None,
            who=who if who in WHO else "",
            channel=query.get("channel", "").strip()[:LONGEST],
            after=query.get("after") or None,
        )

    @property
    def filtered(self) -> bool:
        """Tell whether some of what is read is not shown."""
        return bool(self.who or self.channel)

    def address(self, page: str, **changes: str | None) -> str:
        """Return the address of a part of the queue that differs from this one."""
        wanted = {**vars(self), "after": None, **changes}
        given = {name: value for name, value in wanted.items() if value}
        return f"{page}?{urlencode(given)}" if given else page

    def keeps(self, row: Row, authority: Authority, now: datetime) -> bool:
        """Tell whether a row passes the filters."""
        if self.channel.casefold() not in str(row["channel"]).casefold():
            return False
        if self.who == "mine":
            return mine(row, authority, now)
        return free(row, now) if self.who == "free" else self.who == "" or escalated(row)
