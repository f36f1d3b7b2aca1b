"""The pages of adapters on a fake that records, and the rows that adapters may have."""

from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

from framewarden.adapterwork import Overview, Seen
from framewarden.console import adapter, adapters, session
from framewarden.console.adapter_desk import AdapterDesk
from framewarden.console.site import site
from framewarden.console.visitors import Visitors
from framewarden.domain import links
from framewarden.domain.times import iso
from tests.unit.console.browser import FORM, ask, typed

NOW = datetime(2026, 11, 22, 8, 6, 31, tzinfo=UTC)
KEY = "k" * 32
NAME, OTHER = "v2", "v1"
FRAME = "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08"
DRINKS, SMOKING, GAMBLING = "Alcoholic Beverages", "Smoking", "Gambling"


def arn(name=NAME):
    """Return what Rekognition calls an adapter."""
    return (
        f"arn:aws:rekognition:us-east-1:111122223333:project/framewarden/version/{name}/1790000000"
    )


def used(name=NAME, **more):
    """Return what the switch says of an adapter that is live, or in the shadow."""
    return {"name": name, "arn": arn(name), **more}


def at(seconds):
    """Return a stored moment, so many seconds from now."""
    return iso(NOW + timedelta(seconds=seconds))


def tally(tp=0, fp=0, fn=0, tn=0):
    """Return how often a model was right and wrong."""
    return {"tp": tp, "tn": tn, "fp": fp, "fn": fn}


def over_thresholds(base=24, adapter=6):
    """Return both models at the thresholds of an evaluation; the adapter is worse high up."""
    return [
        {
            "threshold": threshold,
            "base": tally(20, base - threshold // 12, threshold // 5),
            "adapter": tally(20, max(0, adapter - threshold // 25), threshold // 4),
        }
        for threshold in range(5, 101, 5)
    ]


def evaluation(**changes):
    """Return what Rekognition measured of an adapter of two labels: one wrong finding more."""
    return {
        "threshold": 50.0,
        "trained_on": 128,
        "images": 40,
        "f1": 0.93,
        "base": tally(34, 24, 4, 58),
        "adapter": tally(35, 6, 3, 76),
        "labels": [
            {
                "label": SMOKING,
                "base": tally(10, 1, 2, 27),
                "adapter": tally(10, 3, 2, 25),
                "thresholds": over_thresholds(2, 4),
            },
            {
                "label": DRINKS,
                "base": tally(24, 23, 2, 31),
                "adapter": tally(25, 3, 1, 51),
                "thresholds": over_thresholds(),
            },
        ],
        "thresholds": over_thresholds(),
        **changes,
    }


def live_check(**changes):
    """Return what both models answered about the last live decisions."""
    return {
        "images": 31,
        "missed": 2,
        "threshold": 50.0,
        "base": tally(12, 7, 1, 11),
        "adapter": tally(12, 2, 1, 16),
        "labels": [{"label": DRINKS, "base": tally(12, 7, 1, 11), "adapter": tally(12, 2, 1, 16)}],
        **changes,
    }


def label(name=DRINKS, wrong=40, missed=3, **changes):
    """Return how ready a label is."""
    enough = wrong >= 20 or missed >= 50
    return {
        "label": name,
        "true_positives": 55,
        "false_positives": wrong,
        "false_negatives": missed,
        "true_negatives": 62,
        "unjudged": 4,
        "enough": enough,
        "lacks": [] if enough else [f"judge {20 - wrong} more images in which it is found wrongly"],
        **changes,
    }


def readiness(**changes):
    """Return a readiness as a document: one label is ready, another is not."""
    return {
        "threshold": 50.0,
        "labels": [label(), label(SMOKING, 7, 12), label(GAMBLING, 0, 1)],
        "training": [DRINKS],
        "images": 168,
        "sources": 16,
        "train": 128,
        "test": 40,
        "live": 31,
        "left_out": {
            "counts": {"contradiction": 2, "surplus": 60, "odd_code": 1},
            "first": [left("contradiction", "reviews/r1"), left("contradiction", "reviews/r2")],
        },
        "lacks": [],
        "ready": True,
        **changes,
    }


def left(code, where):
    """Return an image that is left out."""
    ref = "s3://example-photos/autumn/a.jpg"
    return {"ref": ref, "code": code, "said": "two people differ about Smoking", "where": where}


def unready(**changes):
    """Return the readiness of too few examples."""
    few = {"labels": [label(SMOKING, 7, 12)], "training": [], "ready": False, "train": 0, "test": 0}
    lacks = ["no label has 20 wrong findings or 50 missed ones: judge more with `framewarden up`"]
    return readiness(**{**few, "lacks": lacks, **changes})


def row(status="passed", name=NAME, **changes):
    """Return the row of an adapter that was begun three hours ago."""
    begun = {
        "kind": "adapter",
        "item": name,
        "status": status,
        "attempt": 1,
        "execution": f"adapter-{name}-1",
        "by": "Lea",
        "account": "lea",
        "started_at": at(-10_800),
        "threshold": 50.0,
        "hours": 24,
        "labels": None,
        "until": int(NOW.timestamp()) + 75_600,
    }
    return {**begun, **_later(status, name), **changes}


def _later(status, name):
    if status == "collecting":
        return {}
    found = {"readiness": unready() if status == "not_ready" else readiness()}
    if status == "training":
        return found
    found["ended_at"] = at(-3_600)
    if status not in ("passed", "refused"):
        return found
    files = {part: {"key": f"adapters/{name}/{part}.jsonl", "images": 40} for part in ("train",)}
    gate = {
        "passed": status == "passed",
        "said": ["9 errors instead of 28 on the 40 test images", "no label's misses got worse"],
        "test": {"base": 28, "adapter": 9},
        "live": {"base": 8, "adapter": 3},
    }
    return found | {
        "manifests": files,
        "arn": arn(name),
        "rekognition_status": "TRAINING_COMPLETED",
        "billable_seconds": 5_412,
        "evaluation": evaluation(),
        "live_check": live_check(),
        "gate": gate,
    }


def event(act="promote", name=NAME, was=None, seconds=-600, **changes):
    """Return what somebody changed."""
    about = {"at": at(seconds), "by": "Lea", "account": "lea", "act": act, "name": name, "was": was}
    return {"kind": "event", "item": f"{about['at']}#000001", **about, **changes}


def switch(live=None, stack=(), shadow=None, rev=1):
    """Return the switch; `live` and those of the stack are names, None is the base model."""
    return {
        "live": used(live) if live else None,
        "stack": [used(name) if name else None for name in stack],
        "shadow": shadow,
        "rev": rev,
    }


def disagreement(**changes):
    """Return a frame about which the shadow disagreed."""
    about = {"at": at(-30), "frame_id": FRAME, "channel": "AbCdef1G2hij", "key": "ivs/thumb47.jpg"}
    found = {"live": {DRINKS: 88.4, SMOKING: 61.0}, "shadow": {SMOKING: 62.5, GAMBLING: 51.0}}
    return {**about, **found, "live_by": None, **changes}


@dataclass
class AdapterWorld:
    """Adapters, and whoever looks at them; what is asked for is kept in `asked`."""

    overviewed: Overview = field(default_factory=lambda: Overview(switch(), [row()]))
    seen: Seen | None = field(default_factory=lambda: Seen(row(), switch()))
    ready: dict = field(default_factory=readiness)
    now: datetime = NOW
    roles: tuple = ("lead",)
    asked: list = field(default_factory=list)
    refuses: Exception | None = None
    unread: Exception | None = None

    def __post_init__(self):
        visitors = Visitors(self, "stop", lambda refresh: None, lambda: self.now)
        self.desk = AdapterDesk(lambda: self, visitors, lambda: self.now)
        routes = {**adapters.routes(lambda: self.desk), **adapter.routes(lambda: self.desk)}
        self.handler = site("adapter_page", routes)

    def accepted(self):
        return [KEY]

    def refreshed(self):
        return None

    # What the pages stand on.
    def overview(self):
        self.asked.append(("overview",))
        return self.overviewed

    def readiness(self, threshold, labels):
        self.asked.append(("readiness", threshold, labels))
        if self.unread:
            raise self.unread
        return self.ready

    def look(self, name):
        self.asked.append(("look", name))
        return self.seen

    def check(self, asked, now):
        self._done("check", asked)
        return asked.get("name") or "v2026-11-22-080631"

    def start(self, asked, now):
        self._done("start", asked, now)
        return asked["name"]

    def promote(self, *asked):
        self._done("promote", *asked)

    def roll_back(self, *asked, to_base):
        self._done("rollback", *asked, to_base)

    def shadow(self, *asked):
        self._done("shadow", *asked)

    def _done(self, *asked):
        self.asked.append(asked)
        if self.refuses:
            raise self.refuses

    @property
    def done(self):
        """Return what was asked for that changes something."""
        return [one for one in self.asked if one[0] in ("start", "promote", "rollback", "shadow")]

    @property
    def reads(self):
        """Return how often the examples were read."""
        return sum(one[0] == "readiness" for one in self.asked)

    # Who looks.
    @property
    def cookie(self):
        until = int(self.now.timestamp()) + 900
        held = session.Session("s-1", "lea", "Lea", self.roles, until)
        return {"Cookie": f"{session.COOKIE}={session.seal(held, KEY)}"} if self.roles else {}

    def ask(self, path="/adapters", method="GET", headers=None, **query):
        headers = self.cookie | (headers or {})
        return ask(self.handler, method, path, query, headers=headers)

    def show(self, seen=None, **query):
        """Open the page of an adapter."""
        self.seen = seen or self.seen
        return self.ask(f"/adapters/{NAME}", **query)

    def part(self, path="/adapters", etag=""):
        return self.ask(path, headers={"If-None-Match": etag} if etag else {}, part="live")

    def post(self, path="/adapters", headers=None, **fields):
        headers = {**FORM, **self.cookie, **(headers or {})}
        return ask(self.handler, "POST", path, {}, typed(fields), headers)

    def nonce(self, about="adapters"):
        """Return a nonce that whoever looks could have been given just now."""
        return links.make_nonce(KEY, f"{about}|lea", self.now)

    def train(self, **typed):
        """Send the form that trains, as it was typed."""
        fields = {"nonce": self.nonce(), "action": "do", "name": "v3", "label": [DRINKS]}
        return self.post(**(fields | typed))

    def order(self, what, **typed):
        """Send a form of an adapter's page."""
        fields = {"nonce": self.nonce(f"adapter {NAME}")}
        return self.post(f"/adapters/{NAME}/{what}", **(fields | typed))

    def roll(self, **typed):
        """Send a form that rolls back."""
        return self.post("/adapters/rollback", **({"nonce": self.nonce()} | typed))

    def later(self, seconds):
        self.now += timedelta(seconds=seconds)
