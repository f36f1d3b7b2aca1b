"""The pages of batches on a fake that records, and the rows that batches may have."""

from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

from framewarden.batchwork import Listed, Seen
from framewarden.console import batch, batches, session
from framewarden.console.batches import BatchDesk
from framewarden.console.site import site
from framewarden.console.visitors import Visitors
from framewarden.domain import batch_counts, links
from framewarden.domain.times import iso
from tests.unit.console.browser import FORM, ask, typed

NOW = datetime(2026, 11, 22, 8, 6, 31, tzinfo=UTC)
KEY = "k" * 32
ID, OTHER = "0f" * 10, "a1" * 10
HASH = "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08"
MANIFEST = "s3://example-photos/autumn/manifest.jsonl"
SAVED = "https://example-batches.s3.us-east-1.amazonaws.com/results.jsonl?X-Amz-Expires=60"


def at(seconds):
    """Return a stored moment, so many seconds from now."""
    return iso(NOW + timedelta(seconds=seconds))


def counts(**changes):
    """Return the counts of a range, or of a whole batch."""
    return batch_counts.empty() | {
        "lines": 103,
        "blank": 1,
        "valid": 99,
        "invalid": 3,
        "repeated": 2,
        "images": 97,
        "cleared": 90,
        "flagged": 7,
        "by_severity": {"none": 85, "low": 5, "medium": 4, "high": 3},
        "by_label": {"Explicit Nudity": 3, "Alcohol": 5, "Smoking": 4},
        "by_rule": {"explicit-high": 3, "drinks": 4},
        "errors": {"INVALID_S3_OBJECT": 2, "ODD_CODE": 1},
        "content_types": {"Illustrated": 12},
        "model_versions": {"7.0": 97},
        "adapters": {"base": 97},
        "samples": [
            sample(),
            sample(
                severity="high", rule="explicit-high", label="Explicit Nudity", confidence=98.76
            ),
            sample(severity="low", rule="smoke", label="Smoking", confidence=61),
        ],
        **changes,
    }


def sample(**changes):
    """Return one image as what it was found."""
    about = {"ref": "s3://example-photos/autumn/a.jpg", "severity": "medium", "rule": "drinks"}
    return {**about, "label": "Alcohol", "confidence": 91.2, **changes}


def row(status="running", **changes):
    """Return the row of a batch that was planned a moment ago."""
    return {
        "batch": ID,
        "item": "batch",
        "kind": "batch",
        "name": "autumn",
        "source": {
            "kind": "manifest",
            "bucket": "example-photos",
            "key": "autumn/manifest.jsonl",
            "version_id": None,
        },
        "manifest": {
            "bucket": "example-photos",
            "key": "autumn/manifest.jsonl",
            "version_id": None,
            "etag": "e",
            "size": 7_000,
        },
        "engine": "framewarden",
        "min_confidence": 50,
        "policy_hash": HASH,
        "policy_name": "default",
        "policy_source": "published",
        "status": status,
        "attempt": 1,
        "execution": ID,
        "ceiling": 1_000,
        "reserved": 60,
        "analyzed": 41,
        "lines": None,
        "by": "Lea",
        "via": "desk",
        "account": "lea",
        "started_at": at(-90),
        "shards": 4,
        **changes,
    }


def done(**changes):
    """Return the row of a batch that is done."""
    return over("done", **({"counts": counts(), "analyzed": 97} | changes))


def over(status, **changes):
    """Return the row of a batch of which nothing more comes."""
    return row(status, **({"ended_at": at(-10)} | changes))


def told(ranges, **changes):
    """Return what so many ranges have told the row of their batch when they were done."""
    names = ("lines", "images", "flagged", "invalid", "repeated")
    sums = {f"{name}_done": ranges * counts()[name] for name in names}
    return sums | {"shards_done": ranges, "analyzed": ranges * 97} | changes


def part(start=0, **changes):
    """Return the row of a range that is done."""
    about = {"batch": ID, "item": f"shard#{start:015d}", "start": start, "end": start + 100}
    return {**about, "lines": 103, "counts": counts(), **changes}


def listed(rule="explicit-high", severity="high", images=3, **changes):
    """Return the row of what a rule has flagged."""
    about = {"batch": ID, "item": f"rule#{rule}", "rule": rule, "severity": severity}
    return {**about, "images": images, "frame_id": "f" * 64, "execution": "f" * 64, **changes}


@dataclass
class BatchWorld:
    """Batches, and whoever looks at them; what is asked for is kept in `asked`."""

    seen: Seen | None = None
    rows: list = field(default_factory=list)
    after: str | None = None
    lost: bool = False
    now: datetime = NOW
    roles: tuple = ("lead",)
    asked: list = field(default_factory=list)
    refuses: Exception | None = None
    saved: str | None = SAVED
    ceiling: int = 10_000
    sources: tuple = ("example-photos",)

    def __post_init__(self):
        visitors = Visitors(self, "stop", lambda refresh: None, lambda: self.now)
        self.desk = BatchDesk(lambda: self, visitors, lambda: self.now)
        routes = {**batches.routes(lambda: self.desk), **batch.routes(lambda: self.desk)}
        self.handler = site("batch_page", routes)

    def accepted(self):
        return [KEY]

    def refreshed(self):
        return None

    # What the pages stand on.
    def page(self, after):
        self.asked.append(("page", after))
        return Listed(self.rows, self.after, self.lost)

    def look(self, batch_id):
        self.asked.append(("look", batch_id))
        return self.seen

    def check(self, asked):
        self._done("check", asked)

    def start(self, asked, now):
        self._done("start", asked, now)

    def resume(self, batch_id, ceiling, by, now):
        self._done("resume", batch_id, ceiling, by, now)

    def cancel(self, batch_id, by, now):
        self._done("cancel", batch_id, by, now)

    def file(self, batch_id, name):
        self.asked.append(("file", batch_id, name))
        return self.saved

    def _done(self, *asked):
        self.asked.append(asked)
        if self.refuses:
            raise self.refuses

    @property
    def done(self):
        """Return what was asked for that changes something."""
        return [one for one in self.asked if one[0] in ("start", "resume", "cancel")]

    # Who looks.
    @property
    def cookie(self):
        until = int(self.now.timestamp()) + 900
        held = session.Session("s-1", "lea", "Lea", self.roles, until)
        return {"Cookie": f"{session.COOKIE}={session.seal(held, KEY)}"} if self.roles else {}

    def ask(self, path="/batches", method="GET", headers=None, **query):
        headers = self.cookie | (headers or {})
        return ask(self.handler, method, path, query, headers=headers)

    def show(self, seen=None, **query):
        """Open the page of a batch."""
        self.seen = seen or self.seen
        return self.ask(f"/batches/{ID}", **query)

    def live(self, path=f"/batches/{ID}", etag=""):
        return self.ask(path, headers={"If-None-Match": etag} if etag else {}, part="live")

    def post(self, path="/batches", headers=None, **fields):
        headers = {**FORM, **self.cookie, **(headers or {})}
        return ask(self.handler, "POST", path, {}, typed(fields), headers)

    def nonce(self, about="batches"):
        """Return a nonce that whoever looks could have been given just now."""
        return links.make_nonce(KEY, f"{about}|lea", self.now)

    def send(self, **typed):
        """Send the form for a new batch, as it was typed."""
        fields = {"nonce": self.nonce(), "once": "abc", "action": "start", "source": MANIFEST}
        return self.post(**(fields | typed))

    def order(self, what, **typed):
        """Send the form that cancels a batch or goes on with it."""
        fields = {"nonce": self.nonce(f"batch {ID}")}
        return self.post(f"/batches/{ID}/{what}", **(fields | typed))

    def later(self, seconds):
        self.now += timedelta(seconds=seconds)
