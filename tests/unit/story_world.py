"""Frames with everything that the stores keep of them, as fakes that record what was asked."""

import json
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

from framewarden.aws.executions import Execution
from framewarden.domain.frames import execution_name
from framewarden.domain.times import iso
from framewarden.looking import MODERATE, Sources
from tests.unit.scenes import CHANNEL, state

PUT = datetime(2026, 11, 22, 8, 5, 31, tzinfo=UTC)
NOW = PUT + timedelta(minutes=10)
SESSION = "st-1A2b3c4D5e6F78ghij9Klmn"
TOKEN = "AQCkAAAAKgAAAAMAAAAA" + "x9Zq" * 40
REVIEW = "431ccd395429fd9045a3"
FRAME_ID = state("archive/stopped")["frame"]["frame_id"]
OTHER = "0f" * 32


def at(seconds):
    """Return a stored moment, so many seconds after the put."""
    return iso(PUT + timedelta(seconds=seconds))


def row_of(document, **changes):
    """Return the ledger's row of a frame that was looked at."""
    frame, verdict = document["frame"], document.get("verdict") or {}
    kept = ("frame_id", "bucket", "key", "version_id", "source", "channel", "channel_arn")
    return {
        **{name: frame[name] for name in kept if frame[name]},
        "put_at": at(0),
        "day": "2026-11-22",
        "attempt": 1,
        "admitted_at": at(0.1),
        "status": "settled",
        "execution": frame["frame_id"],
        "severity": verdict.get("severity"),
        "judged_at": verdict.get("judged_at"),
        "policy_hash": verdict.get("policy_hash"),
        "settled_at": at(3),
        "evidence": f"critical/AbCdef1G2hij/2026/11/22/{frame['frame_id']}.json",
        **changes,
    }


def review_of(**changes):
    """Return a review's row as the store has it: with the token of whoever waits."""
    return {
        "review_id": REVIEW,
        "status": "decided",
        "decision": "allow",
        "by": "Mia",
        "via": "desk",
        "decided_at": at(34),
        "task_token": TOKEN,
        "channel_arn": CHANNEL,
        "frame": {"frame_id": FRAME_ID},
        "execution": FRAME_ID,
        "frames": 5,
        "matched": state("archive/reviewed")["verdict"]["matched"],
        "opened_at": at(0.6),
        "rung": 0,
        "rung_times": [at(0.6)],
        "notified_rung": 0,
        "deadline": int((PUT + timedelta(minutes=15)).timestamp()),
        **changes,
    }


def stop_of(**changes):
    """Return the row of a session's stop."""
    return {
        "channel": CHANNEL,
        "item": f"stop#{SESSION}",
        "status": "stopped",
        "stream_id": SESSION,
        "owner": FRAME_ID,
        "frame_id": FRAME_ID,
        "incident": "i1",
        "by": "policy: explicit-stop",
        "action": "stop_stream",
        "begun_at": at(0.5),
        "accepted_at": at(0.7),
        "stopped_at": at(1.2),
        **changes,
    }


def ban_of(**changes):
    """Return the ban that a stop made."""
    return {
        "channel": CHANNEL,
        "item": "ban",
        "status": "standing",
        "since": at(0.6),
        "until": None,
        "by": "policy: explicit-stop",
        "via": "policy",
        "session": SESSION,
        "stopped_at": at(1.2),
        "terms": {"ban_for": None},
        "restops": 0,
        **changes,
    }


@dataclass
class StoryWorld:
    """What the stores hold; `calls` are what they were asked."""

    rows: dict = field(default_factory=dict)
    stories: dict = field(default_factory=dict)
    ran: dict = field(default_factory=dict)
    reviews: dict = field(default_factory=dict)
    stops: dict = field(default_factory=dict)
    ban: dict | None = None
    newest: list = field(default_factory=list)
    calls: list = field(default_factory=list)

    @property
    def sources(self):
        return Sources(
            Fake(self, get=lambda machine, name: self.ran.get(name), newest=self._newest),
            Fake(self, get=self.rows.get),
            Fake(self, get=self.reviews.get),
            Fake(self, stop=lambda arn, session: self.stops.get(session), ban=lambda arn: self.ban),
            lambda place: self._asked("story", place) or self.stories.get(place),
        )

    def keeps(self, scenario, outcome, reason, row=None, **slots):
        """Keep a frame as the machine leaves it: its row, its evidence and its execution."""
        document = state(scenario, **slots)
        ended = {"outcome": outcome} if outcome else {}
        kept = row_of(document, reason=reason, **{**ended, **(row or {})})
        self.rows[kept["frame_id"]] = kept
        told = {"outcome": outcome, "reason": reason, "copied": True, "archived_at": at(3)}
        self.stories[kept["evidence"]] = document | told
        self.runs(1, "SUCCEEDED", output=document)
        return kept

    def runs(self, attempt, status="RUNNING", begun=0.2, **changes):
        """Let Step Functions know an execution of the frame."""
        name, documents = execution_name(FRAME_ID, attempt), {"input": {}, **changes}
        texts = {
            name: json.dumps(document) if isinstance(document, dict) else document
            for name, document in documents.items()
        }
        ended = None if status == "RUNNING" else PUT + timedelta(seconds=begun + 3)
        started = PUT + timedelta(seconds=begun)
        arn = f"arn:aws:states:us-east-1:111122223333:execution:m:{name}"
        self.ran[name] = Execution(MODERATE, name, arn, status, started, ended, **texts)

    def _newest(self, execution):
        return self.newest

    def _asked(self, *call):
        self.calls.append(call)


class Fake:
    """A store of which some methods answer; every call is recorded."""

    def __init__(self, world, **methods):
        for name, method in methods.items():
            setattr(self, name, self._recorded(world, name, method))

    def _recorded(self, world, name, method):
        def call(*asked):
            world.calls.append((name, *asked))
            return method(*asked)

        return call
