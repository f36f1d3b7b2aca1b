"""Tell from the stack's rows what happened to each frame that was put; no I/O and no clock."""

from collections.abc import Callable
from dataclasses import dataclass

from framewarden.domain.times import parse
from local.demo_snapshot import STOP_MADE, Row, Snapshot, opener_of
from local.player import Put

# What belongs to no stream comes before all that does.
NO_SESSION = -1
# The ends that are told for each frame.
ENDS = {
    "skipped": "skipped: {}",
    "unscreened": "could not be judged: {}; held for a rescan, never counted as clean",
}


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
        self._recordings: list[str] = []
        self._began: dict[str, float] = {}

    def put(self, put: Put) -> None:
        """Take note of a frame that was put."""
        self._puts[put.frame_id] = put
        if _recording(put) not in self._recordings:
            self._recordings.append(_recording(put))

    def uploaded(self, put: Put) -> None:
        """Take note of a file that belongs to no stream."""
        self._puts[put.frame_id] = put

    def reconnected(self, stream_id: str, began: float) -> None:
        """Take note of a stream with which the encoder came back; seconds of the epoch."""
        self._began[stream_id] = began

    def tell(self, now: Snapshot) -> list[Event]:
        """Return what is new, in the order in which it happened to the frames."""
        events: list[Event] = []
        for review in now.reviews.values():
            events += self._opened(review)
        for put in sorted(self._puts.values(), key=self._order):
            events += self._frame(put, now)
        for stop in now.stops:
            events += self._stop(stop)
        events += self._ban(now.ban)
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
        return self._named(put) if put else str(review["frame"]["key"])

    def _named(self, put: Put) -> str:
        session, number = self._order(put)
        if session == NO_SESSION:
            return put.key
        return f"frame {number}" + (f" of session {session + 1}" if session else "")

    def _order(self, put: Put) -> tuple[int, int]:
        """Number the sessions from 0, as frames are: each recording begins at frame 0 again."""
        recording = _recording(put)
        known = recording in self._recordings
        return self._recordings.index(recording) if known else NO_SESSION, put.number

    def _frame(self, put: Put, now: Snapshot) -> list[Event]:
        row = now.frames.get(put.frame_id, {})
        review = now.reviews.get(str(row.get("review_id")))
        opener = opener_of(review) if review else put.frame_id
        if review and opener != put.frame_id and self._first("joined", put.frame_id):
            seen, other = _confidence(review, put), self._name(opener, review)
            return [Event("joined", f"{self._named(put)} joined the review of {other}{seen}")]
        outcome = row.get("outcome")
        if outcome in ENDS and self._first("outcome", put.frame_id):
            reason = row.get("reason") or "no reason given"
            return [Event(outcome, f"{self._named(put)} {ENDS[outcome].format(reason)}")]
        return []

    def _stop(self, stop: Row) -> list[Event]:
        identity = str(stop.get("stream_id") or stop["item"])
        made = stop["status"] in STOP_MADE
        if not made and stop["status"] != "failed":
            return []
        if not self._first("stopped" if made else "stop failed", identity):
            return []
        back = self.seconds_on_air(stop)
        if made and back is not None:
            again = f"stopped again {back:.2f} s after its Stream Start"
            return [Event("stop", f"reconnected as {identity}, {again}")]
        seconds = self.seconds_to_stop(stop)
        why = "stopped" + (f" {seconds:.2f} s after the put" if seconds is not None else "")
        why = why if made else "could not be stopped; a person has the case"
        put = self._puts.get(str(stop.get("frame_id")))
        name = f"{self._named(put)} flagged, critical: " if put else ""
        return [Event("stop", f"{name}stream {identity} {why}")]

    def _ban(self, ban: Row | None) -> list[Event]:
        # Without `open` it is the record of a stop that keeps nobody off.
        if ban and ban["status"] == "standing" and ban.get("open") and ban.get("stopped_at"):
            if self._first("banned", ban["since"]):
                until = "for some time" if ban.get("until") else "until it is reinstated"
                return [Event("ban", f"the channel is banned {until}")]
        elif ban and ban["status"] == "lifted" and self._first("lifted", ban["since"]):
            return [Event("live", f"ban lifted by {ban.get('lifted_by')}")]
        return []

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

    def seconds_on_air(self, stop: Row) -> float | None:
        """Return the time from a reconnect's start to its verified stop; None for other stops."""
        began = self._began.get(str(stop.get("stream_id")))
        if began is None or not stop.get("stopped_at"):
            return None
        return parse(stop["stopped_at"]).timestamp() - began


def _recording(put: Put) -> str:
    return put.key.rpartition("/")[0]


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
