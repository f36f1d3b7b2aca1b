"""Write moments and durations for people: absolute, and as seen from now."""

from dataclasses import dataclass
from datetime import UTC, datetime

from framewarden.domain.spans import span
from framewarden.domain.times import iso

__all__ = ["Moment", "moment", "span"]


@dataclass(frozen=True)
class Moment:
    """One moment in three spellings: for machines, for the record, and for somebody in a hurry."""

    iso: str
    absolute: str
    relative: str


def moment(at: datetime, now: datetime) -> Moment:
    """Spell a moment as seen from now."""
    seconds = round((at - now).total_seconds())
    if abs(seconds) < 2:
        relative = "just now"
    elif seconds < 0:
        relative = f"{span(-seconds)} ago"
    else:
        relative = f"in {span(seconds)}"
    return Moment(iso(at), at.astimezone(UTC).strftime("%Y-%m-%d %H:%M:%S UTC"), relative)
