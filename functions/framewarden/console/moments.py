"""Write moments and durations for people: absolute, and as seen from now."""

from dataclasses import dataclass
from datetime import UTC, datetime

from framewarden.domain.times import iso

UNITS = ((86_400, "d"), (3_600, "h"), (60, "min"), (1, "s"))


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


def span(seconds: int) -> str:
    """Spell a duration in its two largest units, such as `4 min 12 s`."""
    rest = seconds
    parts: list[tuple[int, str]] = []
    for size, unit in UNITS:
        amount, rest = divmod(rest, size)
        if amount or (parts and len(parts) < 2):
            parts.append((amount, unit))
        if len(parts) == 2:
            break
    return " ".join(f"{amount} {unit}" for amount, unit in parts if amount) or "0 s"
