"""The pages of reviews on fakes that record, and people who use them."""

import io
import json
from base64 import b64encode
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from types import SimpleNamespace

import pytest

from framewarden.casework import Past
from framewarden.console import session
from framewarden.console.problems import Problem, RefusedError
from framewarden.console.review import ReviewDesk, routes
from framewarden.console.site import site
from framewarden.console.visitors import Visitors
from framewarden.domain import links
from framewarden.domain.times import iso
from framewarden.observability import logger
from tests.unit.console.browser import FORM, ask, typed
from tests.unit.console.channel_world import ChannelWorld

NOW = datetime(2026, 11, 22, 8, 6, 31, tzinfo=UTC)
KEY = "k" * 32
PICTURE = "https://frames.s3.us-east-1.amazonaws.com/thumb47.jpg?X-Amz-Expires=60"
CHANNEL_ARN = "arn:aws:ivs:us-east-1:111122223333:channel/AbCdef1G2hij"


def review(**changes):
    """Return a pending review of a stream, a minute old, with four minutes to go."""
    return {
        "review_id": "r1",
        "status": "pending",
        "asks": "decide",
        "stop_failed": False,
        "incident": f"{CHANNEL_ARN}#Explicit",
        "category": "Explicit",
        "severity": "high",
        "channel": "AbCdef1G2hij",
        "channel_arn": CHANNEL_ARN,
        "source": "ivs",
        "frame": {"frame_id": "f", "bucket": "frames", "key": "ivs/thumb47.jpg", "version_id": "v"},
        "frames": 2,
        "samples": [
            {"key": "ivs/thumb47.jpg", "version_id": "v", "at": at(-62), "confidence": 92.34},
            {"key": "ivs/thumb48.jpg", "version_id": "w", "at": at(-61), "confidence": 85},
        ],
        "labels": [
            {
                "name": "Exposed Female Nipple",
                "parent": "Explicit Nudity",
                "level": 3,
                "confidence": 92.34,
            },
        ],
        "matched": [
            {
                "rule": "explicit-high",
                "label": "Exposed Female Nipple",
                "confidence": 92.34,
                "threshold": 80,
                "severity": "high",
            }
        ],
        "margin": 4.66,
        "policy_hash": "9f86d081884c7d659a2feaa0c55ad015",
        "opened_at": at(-60),
        "last_seen_at": at(-59),
        "deadline": int(NOW.timestamp()) + 240,
        "rung": 0,
        "ladder": [300],
        "default": "stop",
        "model_version": "7.0",
        "rung_times": [at(-60)],
        "execution": "e1",
        "task_token": "THE-TASK-TOKEN",
        **changes,
    }


def at(seconds):
    """Return a stored moment, so many seconds from now."""
    return iso(NOW + timedelta(seconds=seconds))


@dataclass
class World:
    """Everything outside the pages, as fakes that record."""

    rows: dict = field(default_factory=dict)
    now: datetime = NOW
    keys: list = field(default_factory=lambda: [KEY])
    rotated: list | None = None
    refreshes: int = 0
    link_may: str = "stop"
    link_life: int = 86_400 + 240
    decided: list = field(default_factory=list)
    claims: list = field(default_factory=list)
    told: list = field(default_factory=list)
    pictured: list = field(default_factory=list)
    picture_at: str | None = PICTURE
    lies: bool = True
    record: list = field(default_factory=list)
    is_full: bool = False
    channel_past: Past | None = None
    neighbours: tuple | None = None
    fails: Exception | None = None
    before_decide: object = None
    nobody_waits: bool = False

    KEY = KEY
    review = staticmethod(review)
    at = staticmethod(at)

    def __post_init__(self):
        self.visitors = Visitors(self, self.link_may, lambda refresh: None, lambda: self.now)
        self.desk = ReviewDesk(self, self.visitors, lambda: self.now)
        self.handler = site("review_page", routes(lambda: self.desk))

    # What keys, store and pictures say.

    def accepted(self):
        return self.keys

    def refreshed(self):
        self.refreshes += 1
        if self.rotated:
            self.keys = self.rotated
        return self.rotated

    def find(self, review_id):
        if self.fails:
            raise self.fails
        return self.rows.get(review_id)

    def past(self, row):
        return self.channel_past

    def events(self, review_id):
        return self.record

    def around(self, row):
        return self.neighbours

    def lies_there(self, frame):
        return self.lies

    def picture(self, frame):
        self.pictured.append((frame, len(self.told)))
        return self.picture_at

    def decide(self, review_id, decision, **chosen):
        if self.before_decide:
            self.before_decide()
        row = self.rows[review_id]
        self.decided.append((review_id, decision, chosen))
        if row["status"] != "pending" or row["deadline"] <= chosen["now"].timestamp():
            return SimpleNamespace(review=row, first=False, claimed=False)
        held = row.get("claimed_by") not in (None, chosen["account"])
        mild = decision not in ("stop", "block") and chosen["via"] == "desk"
        if held and mild and not chosen["may_overrule"]:
            return SimpleNamespace(review=row, first=False, claimed=True)
        kept = {name: chosen[name] for name in ("by", "via", "note")}
        row.update(kept, status="decided", decision=decision, decided_at=iso(self.now))
        row["labels_judged"] = chosen["labels"]
        if self.nobody_waits:
            row["nobody_waited_at"] = iso(self.now)
        return SimpleNamespace(review=row, first=True, claimed=False)

    def claim(self, action, review_id, account, name, now, *, force):
        self._keeps()
        self.claims.append((action, account, force))
        row = self.rows[review_id]
        lease = {"claimed_by": account, "claimed_name": name, "claimed_until": self.second + 120}
        free = row.get("claimed_by") in (None, account) or row["claimed_until"] <= self.second
        held = row["status"] == "pending" and action != "release" and (free or force)
        if held:
            row.update(lease)
        elif action == "release":
            row.pop("claimed_by", None)
        return SimpleNamespace(row=row, held=held, kind=action)

    def note(self, review_id, text, **who):
        self._keeps()
        self.told.append(("note", text, who))

    def reveal(self, review_id, **who):
        self._keeps()
        self.told.append(("reveal", who))

    def _keeps(self):
        if self.fails:
            raise self.fails
        if self.is_full:
            raise RefusedError(Problem.RECORD_FULL)

    @property
    def second(self):
        return int(self.now.timestamp())

    @property
    def untouched(self):
        """Tell whether nobody has done anything."""
        return not (self.decided or self.claims or self.told or self.pictured)

    # What people do.

    def add(self, **changes):
        row = review(**changes)
        self.rows[row["review_id"]] = row
        return row

    def cookie(self, *roles, account="ana", name=None, key=KEY):
        """Return the header of somebody who has signed in."""
        until = self.second + 900
        held = session.Session("s-1", account, name or account.capitalize(), roles, until)
        return {"Cookie": f"{session.COOKIE}={session.seal(held, key)}"}

    def query(self, review_id="r1", key=KEY):
        """Return a link's query: until the deadline, and a day more to look."""
        exp = int(NOW.timestamp()) + self.link_life
        return {"exp": str(exp), "sig": links.sign_link(key, review_id, exp)}

    def ask(self, method, path, query=None, body=None, headers=None, **event):
        return ask(self.handler, method, path, query, body, headers, **event)

    def get(self, review_id="r1", method="GET", below="", **asked):
        return self.ask(method, f"/reviews/{review_id}{below}", self.query(review_id), **asked)

    def post(self, review_id="r1", headers=None, query=None, encode=False, below="", **fields):
        body = typed(fields)
        return self.ask(
            "POST",
            f"/reviews/{review_id}{below}",
            self.query(review_id) if query is None else query,
            b64encode(body.encode()).decode() if encode else body,
            {**FORM, **(headers or {})},
            isBase64Encoded=encode,
        )

    def press(self, decision, review_id="r1", **typed):
        """Open the page and press one of its buttons, as a browser does."""
        page = self.get(review_id)
        return self.post(review_id, **page.fields, decision=decision, **typed)

    def signed_in(self, *roles, **who):
        """Return somebody who has signed in, at this desk."""
        return Person(self, self.cookie(*roles, **who))


@dataclass
class Person:
    """Somebody who has signed in: their own window."""

    world: World
    cookie: dict

    def get(self, review_id="r1", below="", headers=None, query=None, method="GET"):
        path = f"/reviews/{review_id}{below}"
        return self.world.ask(method, path, query, headers={**self.cookie, **(headers or {})})

    def post(self, review_id="r1", below="", headers=None, **fields):
        sent = {**self.cookie, **(headers or {})}
        return self.world.post(review_id, sent, query={}, below=below, **fields)

    def press(self, decision, review_id="r1", **typed):
        """Open the page and press a button, whether it has one or not."""
        fields = {"nonce": self.nonce(review_id)} | self.get(review_id).fields
        return self.post(review_id, **fields | {"decision": decision} | typed)

    def act(self, below, review_id="r1", headers=None, **typed):
        """Send one of the page's other forms."""
        return self.post(review_id, below, headers, **{"nonce": self.nonce(review_id)} | typed)

    def nonce(self, review_id="r1"):
        """Return what their page of a review would have in its forms, had it any."""
        account = session.unseal(self.cookie["Cookie"].partition("=")[2], self.world)[0].account
        return links.make_nonce(KEY, f"{review_id}|{account}", self.world.now)


@pytest.fixture
def world():
    return World()


@pytest.fixture
def channel():
    return ChannelWorld()


@pytest.fixture
def logged(monkeypatch):
    """Return what was logged, as CloudWatch would get it: entries, and the text they came from."""
    written = io.StringIO()
    monkeypatch.setattr(logger.registered_handler, "stream", written)

    def entries():
        assert written.getvalue(), "nothing was logged at all"
        return [json.loads(line) for line in written.getvalue().splitlines()]

    return entries
