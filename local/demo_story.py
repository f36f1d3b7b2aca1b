"""Tell from the stack's rows what happened to each frame that was put; no I/O and no clock."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import Any

from framewarden.domain.frames import frame_id
from framewarden.domain.times import parse
from local.player import Put

Row = dict[str, Any]

STOP_MADE = ("stopped", "reinstated")


@dataclass(frozen=True)
class Snapshot:
    """The rows of one moment: frames by `frame_id`, reviews by `review_id`, the channel's stops."""

    frames: dict[str, Row] = field(default_factory=dict)
    reviews: dict[str, Row] = field(default_factory=dict)
    stops: list[Row] = field(default_factory=list)

    def outcome(self, frame_id: str) -> str | None:
        """Return where a frame ended, a joined one where its review did; None while in flight."""
        row = self.frames.get(frame_id, {})
        if row.get("status") == "joined":
            row = self.reviews.get(str(row.get("review_id")), {})
        return row.get("outcome")

    def judged_at(self, frame_id: str) -> float | None:
        """Return when a frame had its verdict, in seconds of the epoch."""
        row = self.frames.get(frame_id, {})
        review = self.reviews.get(str(row.get("review_id")))
        opened = review if review and opener_of(review) == frame_id else {}
        moment = row.get("judged_at") or opened.get("judged_at")
        return parse(moment).timestamp() if moment else None


@dataclass(frozen=True)
class Event:
    """One line of the story; `link` stands on a line of its own, to be copied."""

    kind: str
    text: str
    link: str = ""


class Story:
    """Turn each snapshot into the events that the one before did not show."""

    def __init__(self, link: Callable[[Row], str]) -> None:
        self._link = link
        self._told: set[tuple[str, str]] = set()
        self._puts: dict[str, Put] = {}
        self._by_version: dict[tuple[str, str | None], Put] = {}

    def put(self, put: Put) -> None:
        """Take note of a frame that was put."""
        self._puts[put.frame_id] = put
        self._by_version[put.key, put.version_id] = put

    def tell(self, now: Snapshot) -> list[Event]:
        """Return what is new, in the order in which it happened to the frames."""
        events: list[Event] = []
        for review in now.reviews.values():
            events += self._opened(review)
        for put in sorted(self._puts.values(), key=lambda one: one.number):
            events += self._frame(put, now)
        for stop in now.stops:
            events += self._stop(stop)
        for review in now.reviews.values():
            events += self._decided(review)
        return events

    def _first(self, kind: str, identity: str) -> bool:
        new = (kind, identity) not in self._told
        self._told.add((kind, identity))
        return new

    def _opened(self, review: Row) -> list[Event]:
        """Tell that a review was opened, and each time that a graver frame raised it."""
        events = []
        severity, opener = review["severity"], opener_of(review)
        raised = review["frame"]["frame_id"] != opener
        if self._first("review", review["review_id"]):
            # Once raised, a review no longer says how grave it began.
            how = "" if raised else f", {severity}"
            seen = review["samples"][0].get("confidence")
            what = f"{review.get('category')} {_percent(seen)}" if raised else strongest(review)
            text = f"{self._name(opener, review)} flagged{how}: {what}; review opened"
            events.append(Event("review", text, self._link(review)))
        if raised and self._first(f"raised to {severity}", review["review_id"]):
            graver = review["frame"]["frame_id"]
            self._first("joined", graver)
            text = f"raises the review to {severity}: {strongest(review)}"
            events.append(Event("review", f"{self._name(graver, review)} {text}"))
        return events

    def _name(self, frame_id: str, review: Row) -> str:
        put = self._puts.get(frame_id)
        return f"frame {put.number}" if put else str(review["frame"]["key"])

    def _frame(self, put: Put, now: Snapshot) -> list[Event]:
        row = now.frames.get(put.frame_id, {})
        review = now.reviews.get(str(row.get("review_id")))
        opener = opener_of(review) if review else put.frame_id
        if review and opener != put.frame_id and self._first("joined", put.frame_id):
            seen, other = _confidence(review, put), self._name(opener, review)
            return [Event("joined", f"frame {put.number} joined the review of {other}{seen}")]
        outcome = row.get("outcome")
        if outcome in ("unscreened", "skipped") and self._first("outcome", put.frame_id):
            reason = row.get("reason") or "no reason given"
            return [Event(outcome, f"frame {put.number} {outcome}: {reason}")]
        return []

    def _stop(self, stop: Row) -> list[Event]:
        identity = str(stop.get("stream_id") or stop["item"])
        if stop["status"] == "failed":
            why = "could not be stopped; a person has the case"
        elif stop["status"] in STOP_MADE:
            seconds = self.seconds_to_stop(stop)
            why = "stopped" + (f" {seconds:.2f} s after the put" if seconds is not None else "")
        else:
            return []
        if not self._first(f"stop {stop['status']}", identity):
            return []
        put = self._puts.get(str(stop.get("frame_id")))
        name = f"frame {put.number} flagged, critical: " if put else ""
        return [Event("stop", f"{name}stream {identity} {why}")]

    def _decided(self, review: Row) -> list[Event]:
        if review["status"] == "pending" or not self._first("decided", review["review_id"]):
            return []
        via = f"by {review.get('by') or 'nobody'}, through the {review.get('via') or 'default'}"
        text = f"review of {self._name(opener_of(review), review)} {review['status']}"
        frames = f"for {review.get('frames', 1)} frames"
        return [Event("decided", f"{text}: {review.get('decision')} {frames}, {via}")]

    def seconds_to_stop(self, stop: Row) -> float | None:
        """Return the time from the start of a frame's put to the accepted stop."""
        put = self._puts.get(str(stop.get("frame_id")))
        if put is None or not stop.get("accepted_at"):
            return None
        return parse(stop["accepted_at"]).timestamp() - put.started


def seconds_to_verdict(puts: Iterable[Put], now: Snapshot) -> list[float]:
    """Return for each judged frame the time from the start of its put to its verdict."""
    judged = ((put, now.judged_at(put.frame_id)) for put in puts)
    return [moment - put.started for put, moment in judged if moment is not None]


def opener_of(review: Row) -> str:
    """Return the frame with which a review began; the one it shows may be a graver one."""
    first = review["samples"][0]
    return frame_id(review["frame"]["bucket"], first["key"], first.get("version_id"))


def strongest(review: Row) -> str:
    """Name a review's strongest label and its confidence."""
    labels = review.get("labels") or []
    if not labels:
        return str(review.get("category") or "not analysed")
    best = max(labels, key=lambda label: float(label["confidence"]))
    return f"{best['name']} {_percent(best['confidence'])}"


def _percent(confidence: float | None) -> str:
    return "unknown" if confidence is None else f"{float(confidence):.1f} %"


def _confidence(review: Row, put: Put) -> str:
    for sample in review.get("samples") or []:
        same = (sample["key"], sample.get("version_id")) == (put.key, put.version_id)
        if same and sample.get("confidence") is not None:
            return f" ({_percent(sample['confidence'])})"
    return ""
