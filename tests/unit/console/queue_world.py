"""Rows of the index of open reviews, and a queue on fakes that record."""

from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from types import SimpleNamespace

from framewarden.console import session
from framewarden.console.authority import Authority
from framewarden.console.queue import QueueDesk, routes
from framewarden.console.site import site
from framewarden.console.visitors import Visitors
from framewarden.domain.incidents import place
from framewarden.domain.roles import acts_of
from framewarden.domain.times import iso
from tests.unit.console.browser import ask

NOW = datetime(2026, 11, 22, 8, 6, 31, tzinfo=UTC)
SECOND = int(NOW.timestamp())
KEY = "k" * 32
ARN = "arn:aws:ivs:us-east-1:111122223333:channel/AbCdef1G2hij"
KINDS = ("critical", "high", "medium", "low")


def at(seconds):
    """Return a stored moment, so many seconds from now."""
    return iso(NOW + timedelta(seconds=seconds))


def label(name="Explicit", confidence=92.34):
    return {"name": name, "parent": "", "level": 1, "confidence": confidence}


def row(review_id="r1", severity="high", left=240, **changes):
    """Return an open review as the index holds it, a minute old, with four minutes to go."""
    return {
        "review_id": review_id,
        "severity": severity,
        "deadline": SECOND + left,
        "channel": "AbCdef1G2hij",
        "channel_arn": ARN,
        "category": "Explicit",
        "reason": None,
        "labels": [label()],
        "frames": 2,
        "opened_at": at(-60),
        "last_seen_at": at(-5),
        "rung": 0,
        "ladder": [300],
        "default": "stop",
        "stop_failed": False,
        "breaker_open": False,
        **changes,
    }


def claimed(account="ben", name="Ben", left=60):
    return {"claimed_by": account, "claimed_name": name, "claimed_until": SECOND + left}


def somebody(*roles, account="ana"):
    """Return who has signed in with these roles."""
    return Authority("desk", acts_of(roles), KEY, account, account.title(), roles)


@dataclass
class Queue:
    """The queue and whoever looks at it; `read` are its queries, `counted` its other reads."""

    rows: list = field(default_factory=list)
    counts: dict | None = None
    now: datetime = NOW
    roles: tuple = ("moderator",)
    account: str = "ana"
    read: list = field(default_factory=list)
    counted: int = 0

    def __post_init__(self):
        self.handler = site("desk_page", routes(lambda: self.desk))

    @property
    def desk(self):
        visitors = Visitors(self, "stop", lambda refresh: None, lambda: self.now)
        return QueueDesk(self.page, self.count, visitors, lambda: self.now)

    def accepted(self):
        return [KEY]

    def refreshed(self):
        return None

    def page(self, limit, severity, after):
        self.read.append((limit, severity, after))
        if after and "@" not in after:
            raise ValueError("no place of ours")
        rows = [one for one in sorted(self.rows, key=_place) if severity in (None, one["severity"])]
        if after:
            rows = [one for one in rows if _place(one) > after]
        after = _place(rows[limit - 1]) if len(rows) > limit else None
        return SimpleNamespace(rows=rows[:limit], after=after)

    def count(self):
        self.counted += 1
        return self.counts

    def add(self, *rows):
        self.rows.extend(rows)
        return self

    def fill(self, number, **changes):
        """Add so many cases, every severity as often as the others."""
        return self.add(*(row(f"r{n:03}", KINDS[n % 4], 600 + n, **changes) for n in range(number)))

    def ask(self, method="GET", path="/queue", headers=None, **query):
        until = int(self.now.timestamp()) + 900
        held = session.Session("s-1", self.account, "Ana", self.roles, until)
        cookie = {"Cookie": f"{session.COOKIE}={session.seal(held, KEY)}"} if self.roles else {}
        return ask(self.handler, method, path, query, headers=cookie | (headers or {}))

    def cards(self, etag="", **query):
        headers = {"If-None-Match": etag} if etag else {}
        return self.ask(path="/queue/cards", headers=headers, **query)


def _place(one):
    return f"{place(one['severity'], one['deadline'])}@{one['review_id']}"
