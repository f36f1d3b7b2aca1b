"""Read what is known of a frame, whatever is missing of it or not as it should be."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from framewarden.domain.batch_lists import SOURCE
from framewarden.domain.spans import lasted
from framewarden.domain.times import parse

Document = Mapping[str, Any]


@dataclass(frozen=True)
class Known:
    """A frame, the machine's document of it, the ledger's row and its review; each may be empty."""

    frame: Document
    state: Document
    row: Document
    review: Document
    now: datetime

    def slot(self, name: str) -> Document:
        """Return a slot of the machine's document."""
        return mapping(self.state.get(name))

    @property
    def still(self) -> bool:
        """Tell whether it is an image without a stream."""
        return not self.frame.get("channel_arn")

    @property
    def thing(self) -> str:
        """Return what a person calls it."""
        if self.listed:
            return "list"
        return "image" if self.still else "frame"

    @property
    def listed(self) -> bool:
        """Tell whether it is no picture, but a list of them."""
        return self.frame.get("source") == SOURCE

    @property
    def held(self) -> str:
        """Say what can be done about what nobody looked at."""
        return "its images can still be decided" if self.listed else "held for a rescan"

    @property
    def opened_by_us(self) -> bool:
        """Tell whether it opened its review, rather than joined it."""
        if "review" in self.state:
            return self.slot("review").get("opener") is not False
        execution, ours = str(self.review.get("execution")), str(self.frame.get("frame_id"))
        return execution.partition("-")[0] == ours

    @property
    def shown(self) -> Document:
        """Return its review where that shows this frame: it shows the gravest that joined."""
        ours = self.frame.get("frame_id")
        return self.review if mapping(self.review.get("frame")).get("frame_id") == ours else {}

    @property
    def decision(self) -> Document:
        """Return how its wait ended: the machine's word of it, or else the review's."""
        slot = self.slot("decision")
        return slot if slot.get("status") in ("decided", "expired") else self.review

    def after(self, at: object) -> str:
        """Say how long after it was put something was, with a blank before; nothing if unknown."""
        moment, put_at = moment_of(at), moment_of(self.frame.get("put_at"))
        if moment is None or put_at is None:
            return ""
        seconds = (moment - put_at).total_seconds()
        side = "after" if seconds >= 0 else "before"
        return f" {lasted(abs(seconds))} {side} the {self.thing}"

    def clock(self, moment: datetime) -> str:
        """Write a moment; without its day where that is today."""
        moment, now = moment.astimezone(UTC), self.now.astimezone(UTC)
        form = "%H:%M:%S UTC" if moment.date() == now.date() else "%Y-%m-%d %H:%M:%S UTC"
        return moment.strftime(form)


def mapping(value: object) -> Document:
    """Return a document; an empty one where it is none."""
    return value if isinstance(value, Mapping) else {}


def moment_of(value: object) -> datetime | None:
    """Read a stored moment, of ISO 8601 or in epoch seconds."""
    try:
        if isinstance(value, str):
            return parse(value)
        return datetime.fromtimestamp(float(value), UTC)  # type: ignore[arg-type]
    except (TypeError, ValueError, OverflowError, OSError):
        return None


def number_of(value: object) -> float | None:
    """Read a number."""
    try:
        return float(value)  # type: ignore[arg-type]
    except (TypeError, ValueError, OverflowError):
        return None
