"""Executions on fakes that record, their events as AWS or an emulator tells them, and who looks."""

import json
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from types import SimpleNamespace

from framewarden.aws.executions import MOST_EVENTS, Definition, Execution
from framewarden.console import execution, session
from framewarden.console.inspector import Inspector
from framewarden.console.site import site
from framewarden.console.visitors import Visitors
from framewarden.domain.times import iso
from framewarden.looking import Sources
from tests.unit.console.browser import ask

START = datetime(2026, 11, 22, 8, 5, 0, tzinfo=UTC)
NOW = START + timedelta(minutes=1)
KEY = "k" * 32
FRAME_ID = "5e" * 32
ARN = "arn:aws:ivs:us-east-1:111122223333:channel/AbCdef1G2hij"
POLICY = "ab" * 32
TOKEN = "AQCkAAAAKgAAAAMAAAAA" + "x9Zq" * 40
MACHINES = Path(__file__).parents[3] / "statemachines"
MODERATE = json.loads((MACHINES / "moderate.asl.json").read_text())
ORDER = json.loads((MACHINES / "order.asl.json").read_text())
BATCH = json.loads((MACHINES / "batch.asl.json").read_text())
ADAPTER = json.loads((MACHINES / "adapter.asl.json").read_text())
ARN_OF = "arn:aws:states:us-east-1:111122223333:stateMachine:"
FRAME = {
    "frame_id": FRAME_ID,
    "bucket": "frames",
    "key": "ivs/v1/111122223333/AbCdef1G2hij/2026/11/22/8/5/s/media/thumbnails/thumb1.jpg",
    "version_id": "v1",
    "source": "ivs",
    "channel": "AbCdef1G2hij",
    "channel_arn": ARN,
    "session": "s",
    "put_at": iso(START - timedelta(seconds=0.4)),
}
VERDICT = {
    "severity": "critical",
    "may_stop": True,
    "mode": "enforce",
    "category": "Explicit",
    "matched": [
        {"rule": "explicit-stop", "label": "Explicit", "confidence": 98.5, "threshold": 97.0}
    ],
    "labels": [{"name": "Explicit", "confidence": 98.5}],
    "policy_hash": POLICY,
}


@dataclass
class Told:
    """The events of one execution; `linked` ones name the event before them, as AWS's do."""

    linked: bool = True
    document: dict = field(default_factory=lambda: {"frame": FRAME, "attempt": 1})
    events: list = field(default_factory=list)
    seconds: float = 0.0
    last: int = 0

    def __post_init__(self):
        self.tell("ExecutionStarted", "executionStarted", input=self.text)

    @property
    def text(self):
        return json.dumps(self.document)

    def tell(self, kind, details="", after=0.0, of=None, **about):
        """Add an event, so many seconds after the one before."""
        self.seconds += after
        event = {
            "id": len(self.events) + 1,
            "type": kind,
            "timestamp": START + timedelta(seconds=self.seconds),
        }
        if self.linked:
            event["previousEventId"] = self.last if of is None else of
        if details:
            event[f"{details}EventDetails"] = about
        self.events.append(event)
        self.last = event["id"]
        return event["id"]

    def enter(self, name, kind="Task", **how):
        return self.tell(f"{kind}StateEntered", "stateEntered", name=name, input=self.text, **how)

    def leave(self, name, kind="Task", **how):
        return self.tell(f"{kind}StateExited", "stateExited", name=name, output=self.text, **how)

    def schedule(self, after=0.0, **parameters):
        text = json.dumps({"Payload": parameters})
        return self.tell("TaskScheduled", "taskScheduled", after, parameters=text)

    def succeed(self, after=0.1, **result):
        return self.tell("TaskSucceeded", "taskSucceeded", after, output=json.dumps(result))

    def fail(self, error, cause=None, after=0.1):
        about = {"error": error} | ({"cause": cause} if cause else {})
        return self.tell("TaskFailed", "taskFailed", after, **about)

    def choose(self, *names):
        for name in names:
            self.enter(name, "Choice")
            self.leave(name, "Choice")
        return self

    def task(self, name, after=0.1, **slots):
        """Run a task that succeeds, and keep what it gives under the document's names."""
        self.enter(name)
        self.schedule(state="$")
        self.succeed(after, **slots)
        self.document |= slots
        self.leave(name)
        return self

    def end(self):
        self.tell("ExecutionSucceeded", "executionSucceeded", output=self.text)
        return self

    def die(self, kind="ExecutionFailed", **about):
        self.tell(kind, f"execution{kind.removeprefix('Execution')}", **about)
        return self


def judged(told, verdict=VERDICT):
    told.choose("IsAnalyzed?").task("Analyze", analysis={"labels": verdict["labels"]})
    return told.task("Classify", 0.01, verdict=verdict).choose("RouteBySeverity")


def stopped(**how):
    """Tell of a frame whose stream was stopped at the third try."""
    told = judged(Told(**how))
    told.enter("StopStream")
    for _ in range(2):
        told.schedule(0.5, state="$")
        told.fail("StreamStillLiveError", '{"errorMessage": "it is still there"}')
    told.schedule(0.5, state="$")
    told.succeed(0.2, status="stopped")
    told.document["stop"] = {
        "status": "stopped",
        "accepted_at": iso(START),
        "stopped_at": iso(START + timedelta(seconds=2)),
        "by": "policy: explicit-stop",
    }
    told.leave("StopStream")
    told.choose("ConfirmStop?").task(
        "Archive", archive={"outcome": "stopped", "reason": "by_policy", "evidence": "e"}
    )
    return told.end()


def waiting(**how):
    """Tell of a frame that waits for a person."""
    verdict = VERDICT | {"severity": "high", "may_stop": False}
    told = judged(Told(**how), verdict)
    told.task("OpenReview", review={"review_id": "r1", "opener": True, "rung": 0})
    told.choose("IsOpener?")
    told.enter("RequestReview")
    told.schedule(task_token=TOKEN)
    return told


def reviewed(hours=4.0, **how):
    """Tell of a frame that a person let go on."""
    told = waiting(**how)
    told.succeed(hours * 3600, decision="allow")
    told.document["decision"] = {"decision": "allow", "status": "decided", "by": "Ana"}
    told.leave("RequestReview")
    told.choose("RouteByDecision").task(
        "Archive", archive={"outcome": "reviewed", "reason": "allow", "evidence": "e"}
    )
    return told.end()


def long_one(events=200):
    """Tell of a stop that was tried for as many events as were asked for."""
    told = judged(Told())
    told.enter("StopStream")
    while len(told.events) < events - 12:
        told.schedule(0.5)
        told.fail("StreamStillLiveError", "it is still there")
    told.schedule(0.5)
    told.succeed()
    told.leave("StopStream")
    told.choose("ConfirmStop?").task("Archive", archive={"outcome": "stopped"})
    return told.end()


@dataclass
class FakeExecutions:
    """Step Functions with one execution; `calls` are what it was asked."""

    told: Told | None = None
    status: str = "SUCCEEDED"
    machine: str = "moderate"
    name: str = FRAME_ID
    document: dict | None = field(default_factory=lambda: MODERATE)
    today: dict | None = None
    updated_at: datetime = START - timedelta(days=1)
    changes: dict = field(default_factory=dict)
    calls: list = field(default_factory=list)
    machines: dict = field(
        default_factory=lambda: {
            "moderate": f"{ARN_OF}fw-Moderate",
            "order": f"{ARN_OF}fw-Order",
            "batch": f"{ARN_OF}fw-Batch",
            "adapter": f"{ARN_OF}fw-Adapter",
        }
    )

    def get(self, machine, name):
        self.calls.append("get")
        if self.told is None or (machine, name) != (self.machine, self.name):
            return None
        events, over = self.told.events, self.status != "RUNNING"
        last = events[-1].get("executionSucceededEventDetails", {})
        arn = self.machines[machine].replace("stateMachine", "execution")
        return replace(
            Execution(
                machine=machine,
                name=name,
                arn=f"{arn}:{name}",
                status=self.status,
                started_at=START,
                stopped_at=events[-1]["timestamp"] if over else None,
                input=events[0]["executionStartedEventDetails"]["input"],
                output=last.get("output"),
            ),
            **self.changes,
        )

    def definition(self, execution):
        self.calls.append("definition")
        return self.document and Definition(self.document, self.updated_at)

    def current(self, machine):
        self.calls.append("current")
        return Definition(self.today or self.document, self.updated_at)

    def events(self, execution, *, data=False, most=MOST_EVENTS):
        self.calls.append("events with data" if data else "events")
        for event in self.told.events[:most]:
            yield event if data else _without_data(event)

    def newest(self, execution, most=20):
        self.calls.append("newest")
        return self.told.events[::-1][:most]


def _without_data(event):
    data = ("input", "output", "parameters")
    return {
        name: {key: inner for key, inner in value.items() if key not in data}
        if isinstance(value, dict)
        else value
        for name, value in event.items()
    }


def row(**changes):
    """Return the ledger's row of the frame."""
    return {
        "frame_id": FRAME_ID,
        "key": FRAME["key"],
        "channel_arn": ARN,
        "put_at": FRAME["put_at"],
        "attempt": 1,
        "status": "settled",
        "severity": "critical",
        "outcome": "stopped",
        "reason": "by_policy",
        "policy_hash": POLICY,
        "execution": FRAME_ID,
        **changes,
    }


@dataclass
class World:
    """The pages of one execution on fakes, and whoever looks at them."""

    told: Told | None = None
    status: str = "SUCCEEDED"
    rows: dict = field(default_factory=lambda: {FRAME_ID: row()})
    reviews: dict = field(default_factory=dict)
    roles: tuple = ("engineer",)
    now: datetime = NOW
    aws_console: str = "console.aws.amazon.com"
    asked: list = field(default_factory=list)

    def __post_init__(self):
        self.executions = FakeExecutions(self.told, self.status)
        self.handler = site("execution_page", execution.routes(lambda: self.inspector))

    @property
    def sources(self):
        return Sources(
            self.executions,
            SimpleNamespace(get=self._reads("row", self.rows)),
            SimpleNamespace(get=self._reads("review", self.reviews)),
            None,
            None,
        )

    @property
    def inspector(self):
        visitors = Visitors(self, "stop", lambda refresh: None, lambda: self.now)
        return Inspector(lambda: self.sources, visitors, lambda: self.now, self.aws_console)

    @property
    def calls(self):
        return self.executions.calls + self.asked

    def _reads(self, what, rows):
        def get(name):
            self.asked.append(what)
            return rows.get(name)

        return get

    def accepted(self):
        return [KEY]

    def refreshed(self):
        return None

    def ask(self, rest="", method="GET", headers=None, path=None, **query):
        """Ask for the execution's page, or for what lies below it."""
        until = int(self.now.timestamp()) + 900
        held = session.Session("s-1", "ana", "Ana", self.roles, until)
        cookie = {"Cookie": f"{session.COOKIE}={session.seal(held, KEY)}"} if self.roles else {}
        own = f"/executions/{self.executions.machine}/{self.executions.name}{rest}"
        return ask(self.handler, method, path or own, query, headers=cookie | (headers or {}))
