"""Executions, the ledger and reviews on fakes that record, and whoever looks at the list."""

from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

from framewarden.aws.executions import Execution, ExecutionPage, Executions
from framewarden.aws.frame_search import FramePage, _start
from framewarden.console import session
from framewarden.console.executions import routes
from framewarden.console.inspector import Inspector
from framewarden.console.site import site
from framewarden.console.visitors import Visitors
from framewarden.domain.frames import execution_name, frame_id, read_execution_name
from framewarden.domain.times import iso
from framewarden.looking import ADAPTER, BATCH, MODERATE, ORDER, Sources
from tests.unit.console.browser import ask

NOW = datetime(2026, 11, 22, 8, 6, 31, tzinfo=UTC)
KEY = "k" * 32
REGION, ACCOUNT = "us-east-1", "111122223333"
CHANNEL = f"arn:aws:ivs:{REGION}:{ACCOUNT}:channel/AbCdef1G2hij"
PREFIX = f"arn:aws:states:{REGION}:{ACCOUNT}:stateMachine:framewarden"
MACHINES = {
    MODERATE: f"{PREFIX}-Moderate",
    ORDER: f"{PREFIX}-Order",
    BATCH: f"{PREFIX}-Batch",
    ADAPTER: f"{PREFIX}-Adapter",
}


def frame_row(number=1, seconds=0, **changes):
    """Return a settled row of a clear frame, put so many seconds before now."""
    key = f"ivs/v1/{ACCOUNT}/AbCdef1G2hij/2026/11/22/8/5/xyz/media/thumbnails/thumb{number}.jpg"
    put = NOW - timedelta(seconds=seconds)
    identity = frame_id("frames", key, f"v{number}")
    row = {
        "frame_id": identity,
        "bucket": "frames",
        "key": key,
        "version_id": f"v{number}",
        "source": "ivs",
        "channel": "AbCdef1G2hij",
        "channel_arn": CHANNEL,
        "put_at": iso(put),
        "day": iso(put)[:10],
        "attempt": 1,
        "admitted_at": iso(put + timedelta(milliseconds=40)),
        "status": "settled",
        "execution": identity,
        "severity": "none",
        "settled_at": iso(put + timedelta(milliseconds=350)),
        "reason": "severity_none",
        "outcome": "cleared",
        **changes,
    }
    return {name: value for name, value in row.items() if value is not None}


@dataclass
class FakeExecutions(Executions):
    """Executions in memory; `calls` are what Step Functions would have been asked."""

    entries: list = field(default_factory=list)
    calls: list = field(default_factory=list)

    def __post_init__(self):
        Executions.__init__(self, MACHINES)

    def page(self, machine, limit, status=None, after=None):
        self.calls.append(("page", machine, limit, status, after))
        if after and not after.isdigit():
            raise ValueError("no place of ours")
        those = [one for one in self.entries if one.machine == machine]
        those = [one for one in those if status in (None, one.status)]
        start = int(after or 0)
        more = str(start + limit) if len(those) > start + limit else None
        return ExecutionPage(those[start : start + limit], more)

    def get(self, machine, name):
        self.calls.append(("get", machine, name))
        named = (one for one in self.entries if (one.machine, one.name) == (machine, name))
        return next(named, None)

    def add(self, name, status="SUCCEEDED", seconds=60, took=0.31, machine=MODERATE):
        started = NOW - timedelta(seconds=seconds)
        ended = None if status == "RUNNING" else started + timedelta(seconds=took)
        self.entries.append(
            Execution(machine, name, self.arn(machine, name), status, started, ended)
        )


@dataclass
class FakeFrames:
    """The ledger in memory; a page's end is how many were before it."""

    rows: dict = field(default_factory=dict)
    calls: list = field(default_factory=list)
    further: str | None = None

    def many(self, ids):
        wanted = list(ids)
        self.calls.append(("many", len(wanted)))
        assert len(wanted) <= 100
        return {one: self.rows[one] for one in wanted if one in self.rows}

    def of_key(self, key, limit, after=None):
        return self._page("of_key", key, lambda row: row["key"] == key, limit, after)

    def of_channel(self, arn, limit, when=None, after=None):
        return self._page(
            "of_channel", (arn, when), lambda row: row.get("channel_arn") == arn, limit, after
        )

    def of_review(self, review, limit, after=None):
        wanted = review["review_id"]
        return self._page(
            "of_review", wanted, lambda row: row.get("review_id") == wanted, limit, after
        )

    def of_time(self, when, limit, after=None):
        page = self._page("of_time", when, lambda row: "day" in row, limit, after)
        return FramePage(page.rows, page.after or self.further)

    def unscreened(self, limit, after=None):
        return self._page("unscreened", None, lambda row: "unscreened" in row, limit, after)

    def _page(self, call, what, fits, limit, after):
        self.calls.append((call, what, limit, after))
        rows = sorted(filter(fits, self.rows.values()), key=lambda row: row["put_at"])[::-1]
        if after:
            mark = _start(after)
            rows = [row for row in rows if row["put_at"] < mark["put_at"]]
        last = rows[limit - 1] if len(rows) > limit else None
        after = f"{last['put_at']}@{last['frame_id']}" if last else None
        return FramePage(rows[:limit], after)


@dataclass
class FakeReviews:
    """Reviews in memory."""

    rows: dict = field(default_factory=dict)
    calls: list = field(default_factory=list)

    def get(self, review_id):
        self.calls.append(("get", review_id))
        return self.rows.get(review_id)

    def outcomes(self, review_ids):
        self.calls.append(("outcomes", sorted(review_ids)))
        return {one: self.rows[one] for one in review_ids if one in self.rows}


@dataclass
class ExecutionList:
    """The page, what it reads, and who looks."""

    executions: FakeExecutions = field(default_factory=FakeExecutions)
    frames: FakeFrames = field(default_factory=FakeFrames)
    reviews: FakeReviews = field(default_factory=FakeReviews)
    roles: tuple = ("engineer",)
    loaded: int = 0

    def __post_init__(self):
        visitors = Visitors(self, "stop", lambda refresh: None, lambda: NOW)
        inspector = Inspector(self.load, visitors, lambda: NOW, "none")
        self.handler = site("execution_page", routes(lambda: inspector))

    @property
    def sources(self):
        return Sources(self.executions, self.frames, self.reviews, None, None)

    def load(self):
        self.loaded += 1
        return self.sources

    @property
    def calls(self):
        """Return every call that would leave the function."""
        return [*self.executions.calls, *self.frames.calls, *self.reviews.calls]

    def accepted(self):
        return [KEY]

    def refreshed(self):
        return None

    def add(self, row, status="SUCCEEDED", listed=True, **about):
        """Add a frame with its execution."""
        self.frames.rows[row["frame_id"]] = row
        name = row.get("execution") or execution_name(row["frame_id"], row.get("attempt", 1))
        if listed:
            assert read_execution_name(name)
            self.executions.add(name, status, **about)
        return row

    def ask(self, method="GET", path="/executions", **query):
        query = {name.rstrip("_"): value for name, value in query.items()}
        return ask(self.handler, method, path, query, headers=self.cookie)

    @property
    def cookie(self):
        if not self.roles:
            return {}
        held = session.Session("s-1", "ana", "Ana", self.roles, int(NOW.timestamp()) + 900)
        return {"Cookie": f"{session.COOKIE}={session.seal(held, KEY)}"}
