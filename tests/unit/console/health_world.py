"""An installation as somebody sees it, on fakes that record."""

from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

from framewarden.console import session
from framewarden.console.health import HealthDesk, routes
from framewarden.console.site import site
from framewarden.console.visitors import Visitors
from framewarden.domain import attention, live_adapter, troubles
from framewarden.domain.times import iso
from framewarden.health import Health, LiveChannel
from tests.unit.console.browser import ask

NOW = datetime(2026, 11, 22, 8, 6, 31, tzinfo=UTC)
KEY = "k" * 32
IVS = "arn:aws:ivs:us-east-1:111122223333:channel/"
MEDIALIVE = "arn:aws:medialive:us-east-1:111122223333:channel:1234567"
HASH = "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08"


def at(seconds):
    """Return a stored moment, so many seconds from now."""
    return iso(NOW + timedelta(seconds=seconds))


def live(name="studio", last=-3, trouble="", banned=False, **more):
    """Return a live channel; `last` is when its last frame came."""
    put = None if last is None else at(last)
    arn = name if name.startswith("arn:") else IVS + name
    return LiveChannel(arn, "st-1", more.get("since", at(-600)), put, trouble, banned)


def unseen(name="studio", reason="no_frames", last=-130):
    """Return what is told of a channel from which no frames come."""
    row = {"channel": IVS + name, "session": "st-1", "reason": reason, "since": at(-100)}
    return attention.unseen_entry(row | {"last_frame_at": None if last is None else at(last)})


def stop(name="studio", error="StopDeniedError"):
    """Return what is told of a stop that failed."""
    row = {"channel": IVS + name, "stream_id": "st-1", "status": "failed", "error": error}
    row |= {"failed_at": at(-20), "since": at(-40), "by": "policy: nudity"}
    return attention.stop_entry(row, NOW)


def ban(name="studio", until=None, by="Ada"):
    """Return what is told of a ban."""
    row = {"channel": IVS + name, "status": "standing", "since": at(-90), "until": until, "by": by}
    return attention.ban_entry(row, NOW)


def adapter(status="TRAINING_COMPLETED", **more):
    """Return what is told of the adapter that is live."""
    seen = {"arn": "arn-2", "status": status, "checked_at": at(-60)} | more
    return live_adapter.entry({"name": "v2", "arn": "arn-2"}, seen)


def message(row_id="notice#n1", kind="notice", attempts=3, given_up=False):
    """Return what is told of a message."""
    row = {"id": row_id, "kind": kind, "attempts": attempts, "last_error": "RoomNotFoundError"}
    if not given_up:
        return attention.undelivered_entry(row | {"due": int(NOW.timestamp()) + 60})
    gone = {"given_up_at": at(-60), "expires_at": int(NOW.timestamp()) + 86_400}
    return attention.given_up_entry(row | gone)


def oldest(left=240, **more):
    """Return what is told of the review with the nearest deadline."""
    row = {"review_id": "r1", "severity": "high", "channel": "studio"}
    deadline = int(NOW.timestamp()) + left
    return attention.oldest_entry(row | {"deadline": deadline} | more, NOW)


def health(unread=(), policy=True, **parts):
    """Return a quiet installation in which some parts are otherwise; `unread` did not answer."""
    quiet = {
        "place": "guard in eu-west-1",
        "looked_at": NOW,
        "policy": {"name": "default", "hash": HASH},
        "adapter": live_adapter.entry(None, None),
        "live": [],
        "live_more": 0,
        "unscreened": 0,
        "dead_letters": 0,
        "open_reviews": 0,
        "oldest": None,
        "failed_stops": [],
        "unseen": [],
        "bans": [],
        "undelivered": [],
        "given_up": [],
        "unknown": list(unread),
        "cut": frozenset(),
    }
    if not policy:
        quiet["policy"] = None
    seen = quiet | parts | dict.fromkeys(unread)
    wrong = [
        *troubles.of_stops(seen["failed_stops"] or ()),
        *troubles.of_unseen(seen["unseen"] or ()),
        *(() if policy else [troubles.of_policy("no policy is published")]),
        *(troubles.of_unread(part, "ThrottlingException") for part in unread),
        *troubles.of_adapter(seen["adapter"]),
        *troubles.of_oldest(seen["oldest"]),
        *troubles.of_dead_letters(seen["dead_letters"] or 0),
        *troubles.of_given_up(seen["given_up"] or ()),
    ]
    return Health(**seen, troubles=wrong)


@dataclass
class HealthWorld:
    """The page of health and whoever looks at it; `looks` are the moments it was looked at."""

    seen: Health = field(default_factory=health)
    now: datetime = NOW
    roles: tuple = ("engineer",)
    looks: list = field(default_factory=list)

    def __post_init__(self):
        visitors = Visitors(self, "stop", lambda refresh: None, lambda: self.now)
        self.desk = HealthDesk(self.look, visitors, lambda: self.now)
        self.handler = site("health_page", routes(lambda: self.desk))

    def accepted(self):
        return [KEY]

    def refreshed(self):
        return None

    def look(self, now):
        self.looks.append(now)
        return Health(**{**self.seen.__dict__, "looked_at": now})

    def later(self, seconds):
        self.now += timedelta(seconds=seconds)

    def ask(self, method="GET", path="/health", headers=None, **query):
        until = int(self.now.timestamp()) + 900
        held = session.Session("s-1", "ana", "Ana", self.roles, until)
        cookie = {"Cookie": f"{session.COOKIE}={session.seal(held, KEY)}"} if self.roles else {}
        return ask(self.handler, method, path, query, headers=cookie | (headers or {}))

    def live(self, etag=""):
        return self.ask(path="/health/live", headers={"If-None-Match": etag} if etag else {})
