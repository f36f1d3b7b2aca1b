"""Hold the stack's rows of one moment, and say what they mean for a frame."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from framewarden.domain.frames import frame_id
from framewarden.domain.times import parse
from local.player import Put

Row = dict[str, Any]

STOP_MADE = ("stopped", "reinstated")


@dataclass(frozen=True)
class Snapshot:
    """Frames by `frame_id`, reviews by `review_id`, the channel's stops, and its ban if any."""

    frames: dict[str, Row] = field(default_factory=dict)
    reviews: dict[str, Row] = field(default_factory=dict)
    stops: list[Row] = field(default_factory=list)
    ban: Row | None = None

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

    @property
    def stops_made(self) -> list[Row]:
        """Return the stops that were verified, also those that were taken back since."""
        return [stop for stop in self.stops if stop["status"] in STOP_MADE]

    @property
    def is_banned(self) -> bool:
        """Tell whether the channel's ban is not wholly lifted."""
        return self.ban is not None and self.ban["status"] != "lifted"


def seconds_to_verdict(puts: Iterable[Put], now: Snapshot) -> list[float]:
    """Return for each judged frame the time from the start of its put to its verdict."""
    judged = ((put, now.judged_at(put.frame_id)) for put in puts)
    return [moment - put.started for put, moment in judged if moment is not None]


def opener_of(review: Row) -> str:
    """Return the frame with which a review began; the one it shows may be a graver one."""
    first = review["samples"][0]
    return frame_id(review["frame"]["bucket"], first["key"], first.get("version_id"))
