"""A desk on fakes that record, and a way to ask it as API Gateway does."""

import io
import json
from base64 import b64encode
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from types import SimpleNamespace

import pytest

from framewarden.console.review import ReviewDesk, routes
from framewarden.console.site import site
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
    decided: list = field(default_factory=list)
    pictured: list = field(default_factory=list)
    picture: str | None = PICTURE
    fails: Exception | None = None
    before_decide: object = None

    KEY = KEY
    review = staticmethod(review)
    at = staticmethod(at)

    def __post_init__(self):
        self.handler = site("review_page", routes(lambda: self.desk))

    @property
    def desk(self):
        return ReviewDesk(self.find, self.decide, self, self.lend, lambda: self.now)

    def find(self, review_id):
        if self.fails:
            raise self.fails
        return self.rows.get(review_id)

    def accepted(self):
        return self.keys

    def refreshed(self):
        self.refreshes += 1
        if self.rotated:
            self.keys = self.rotated
        return self.rotated

    def lend(self, frame):
        self.pictured.append(frame)
        return self.picture

    def decide(self, review_id, decision, **chosen):
        if self.before_decide:
            self.before_decide()
        row = self.rows[review_id]
        self.decided.append((review_id, decision, chosen))
        if row["status"] != "pending" or row["deadline"] <= chosen["now"].timestamp():
            return SimpleNamespace(review=row, first=False)
        del chosen["now"]
        row.update(chosen, status="decided", decision=decision, decided_at=iso(self.now))
        return SimpleNamespace(review=row, first=True)

    def add(self, **changes):
        row = review(**changes)
        self.rows[row["review_id"]] = row
        return row

    def query(self, review_id="r1", life=86_400, key=KEY):
        exp = int(NOW.timestamp()) + life
        return {"exp": str(exp), "sig": links.sign_link(key, review_id, exp)}

    def ask(self, method, path, query=None, body=None, headers=None, **event):
        return ask(self.handler, method, path, query, body, headers, **event)

    def get(self, review_id="r1", method="GET", **asked):
        return self.ask(method, f"/reviews/{review_id}", self.query(review_id), **asked)

    def post(self, review_id="r1", headers=None, query=None, encode=False, **fields):
        body = typed(fields)
        return self.ask(
            "POST",
            f"/reviews/{review_id}",
            query or self.query(review_id),
            b64encode(body.encode()).decode() if encode else body,
            {**FORM, **(headers or {})},
            isBase64Encoded=encode,
        )

    def press(self, decision, review_id="r1", **typed):
        """Open the page and press one of its buttons, as a browser does."""
        page = self.get(review_id)
        return self.post(review_id, **page.fields, decision=decision, **typed)


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
