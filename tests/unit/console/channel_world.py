"""A channel's desk on fakes that record, and the rows that a channel may have."""

from base64 import b64encode
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from hashlib import sha1

from framewarden.aws.ivs import Session
from framewarden.console import session
from framewarden.console.channel import ChannelDesk, routes
from framewarden.console.site import site
from framewarden.console.visitors import Visitors
from framewarden.domain import links
from framewarden.domain.times import iso
from framewarden.overview import Overview
from tests.unit.console.browser import FORM, FUNCTION_ARN, ask, typed

NOW = datetime(2026, 11, 22, 8, 6, 31, tzinfo=UTC)
KEY = "k" * 32
DAY = 86_400
ARN = "arn:aws:ivs:us-east-1:111122223333:channel/AbCdef1G2hij"
MEDIALIVE = "arn:aws:medialive:us-east-1:111122223333:channel:1234567"
SESSION = "st-1A2b3c4D5e6F78ghij9Klmn"
PATHS = {ARN: "/channels/ivs/AbCdef1G2hij", MEDIALIVE: "/channels/medialive/1234567"}
TERMS = {
    "ban_for": None,
    "revoke_keys": False,
    "medialive": "stop_channel",
    "slate_input": None,
    "rooms": {"viewers": None, "moderators": None},
    "breaker": {"stops": 20, "within": 600},
}


def at(seconds):
    """Return a stored moment, so many seconds from now."""
    return iso(NOW + timedelta(seconds=seconds))


def ban(**changes):
    """Return the row of a ban that stands until somebody reinstates."""
    return {
        "channel": ARN,
        "item": "ban",
        "status": "standing",
        "since": at(-300),
        "until": None,
        "by": "Ana",
        "via": "link",
        "note": None,
        "session": SESSION,
        "session_started_at": at(-900),
        "recording": None,
        "stopped_at": at(-298),
        "keys": "kept",
        "terms": TERMS,
        "action": "stop_stream",
        "input": None,
        "restops": 0,
        **changes,
    }


def stop(status="stopped", session=SESSION, **changes):
    """Return the row of a session's stop."""
    ends = {"stopped": "stopped_at", "failed": "failed_at"}
    return {
        "channel": ARN,
        "item": f"stop#{session}",
        "status": status,
        "stream_id": session,
        "owner": "e1",
        "lease_until": int(NOW.timestamp()) + 30,
        "begun_at": at(-300),
        "by": "policy: explicit-stop",
        "action": "stop_stream",
        "frame_key": "ivs/v1/thumb47.jpg",
        **({ends[status]: at(-298)} if status in ends else {}),
        **changes,
    }


def act(action="stop", **changes):
    """Return the record of an order."""
    moment, execution = changes.get("at", at(-299)), changes.get("execution", "order-" + "0" * 40)
    return {
        "channel": ARN,
        "item": f"act#{moment}#{execution}",
        "action": action,
        "by": "Ana",
        "via": "link",
        "note": "",
        "at": moment,
        "execution": execution,
        "status": "done",
        "result": "stopped",
        "error": None,
        "session": SESSION,
        "ended_at": at(-298),
        **changes,
    }


def unseen(**changes):
    """Return the row of a live channel whose frames do not come."""
    row = {"item": "unseen", "open": "unseen", "reason": "no_frames", "session": SESSION}
    return row | {"since": at(-40), "last_frame_at": at(-60)} | changes


@dataclass
class ChannelWorld:
    """Everything outside a channel's page, as fakes that record."""

    arn: str = ARN
    live: Session | None = None
    silence: str | None = None
    ban_row: dict | None = None
    unseen_row: dict | None = None
    stops: list = field(default_factory=list)
    acts: list = field(default_factory=list)
    now: datetime = NOW
    keys: list = field(default_factory=lambda: [KEY])
    looked: list = field(default_factory=list)
    placed: list = field(default_factory=list)
    fails: Exception | None = None
    link_may: str = "stop"
    role: str | None = None

    def __post_init__(self):
        self.handler = site("channel_page", routes(lambda: self.desk))

    @property
    def desk(self):
        visitors = Visitors(self, self.link_may, lambda refresh: None, lambda: self.now)
        return ChannelDesk(self.look, self.place, visitors, lambda: self.now)

    def goes_live(self, session=SESSION, seconds=-120, shows=None):
        self.live = Session(session, NOW + timedelta(seconds=seconds), shows)

    @property
    def overview(self):
        return Overview(
            channel_arn=self.arn,
            live=self.live,
            silence=self.silence,
            ban_row=self.ban_row,
            unseen_row=self.unseen_row,
            stops=self.stops,
            acts=self.acts,
        )

    def look(self, channel_arn, now):
        assert (channel_arn, now) == (self.arn, self.now)
        self.looked.append(channel_arn)
        if self.fails:
            raise self.fails
        return self.overview

    def place(self, order, unique):
        if self.fails:
            raise self.fails
        self.placed.append((order, unique))
        return "order-" + sha1(f"{order['action']}{unique}".encode()).hexdigest()

    def accepted(self):
        return self.keys

    def refreshed(self):
        return None

    def query(self, life=3_600, arn=None, key=KEY):
        """Return what a link carries that acts for so many seconds, and then looks for a day."""
        exp = int(NOW.timestamp()) + life + DAY
        sig = links.sign_channel(key, arn or self.arn, exp)
        return {"exp": str(exp), "sig": sig}

    @property
    def held(self):
        """Return what a visitor holds: a link, or the cookie of somebody who signed in."""
        return (self.query(), {}) if self.role is None else ({}, self.cookie(self.role))

    def cookie(self, role, name="Dana", key=KEY, until=900):
        """Return the header of somebody who signed in."""
        until += int(NOW.timestamp())
        held = session.Session(f"sub-{name}", name.lower(), name, (role,), until)
        return {"Cookie": f"{session.COOKIE}={session.seal(held, key)}"}

    def ask(self, method, path, query=None, body=None, headers=None, arn=FUNCTION_ARN, **event):
        return ask(self.handler, method, path, query, body, headers, arn, **event)

    def get(self, method="GET", **watched):
        query, headers = self.held
        return self.ask(method, PATHS[self.arn], query | watched, headers=headers)

    def post(self, headers=None, encode=False, **fields):
        (query, cookie), body = self.held, typed(fields)
        return self.ask(
            "POST",
            PATHS[self.arn],
            query,
            b64encode(body.encode()).decode() if encode else body,
            {**FORM, **cookie, **(headers or {})},
            isBase64Encoded=encode,
        )

    @property
    def nonce(self):
        """Return a nonce that whoever looks could have been given just now."""
        whose = "link" if self.role is None else "dana"
        return links.make_nonce(KEY, f"{self.arn}|{whose}", self.now)

    def press(self, action, **written):
        """Open the page and press one of its buttons, or send what a button would have sent."""
        shown = self.get().fields
        form = shown if "once" in shown else {"nonce": self.nonce}
        return self.post(**form, action=action, **written)
