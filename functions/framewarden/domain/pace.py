"""Space the calls of all workers of all batches by one clock, and slow it down on a throttle.

The generic cell rate algorithm without a burst: `next_at` is when the next call may be made, and
whoever takes turns moves it on. Live frames take no turns, so a throttle also means that they need
the quota.
"""

from dataclasses import dataclass, replace
from typing import Final

REST: Final = 5.0
"""Seconds after a throttle in which others are taken for the same one."""
GROW_SECONDS: Final = 10.0
GROW_BY: Final = 1.1
"""After each so many seconds without a throttle, the rate is a tenth higher."""
LEAST: Final = 0.2
"""Calls a second however often it was halved: ten workers must all have a turn in one's time."""
MOST_STEPS: Final = 100  # 1.1 to the power of a hundred is more than any rate was ever halved by
CHUNK_SECONDS: Final = 2.0
MOST_TURNS: Final = 25


@dataclass(frozen=True, slots=True)
class Pace:
    """What all batches of an account share; moments in seconds of the epoch.

    `rate` is calls a second, as it was right after the throttle of `halved_at`; `rev` counts the
    writes.
    """

    next_at: float
    rate: float
    halved_at: float
    rev: int


def first(ceiling: float) -> Pace:
    """Return the pace of an account that never ran a batch."""
    return Pace(0.0, ceiling, 0.0, 0)


def rate(pace: Pace, now: float, ceiling: float) -> float:
    """Return the calls a second at a moment, never above the ceiling."""
    steps = min(MOST_STEPS, max(0, int((now - pace.halved_at) / GROW_SECONDS)))
    return float(min(ceiling, pace.rate * GROW_BY**steps))


def take(pace: Pace, turns: int, now: float, ceiling: float) -> tuple[Pace, float, float]:
    """Take turns; return the pace then, when the first one is, and the seconds between two."""
    between = 1 / rate(pace, now, ceiling)
    begins = max(now, pace.next_at)
    return replace(pace, next_at=begins + turns * between, rev=pace.rev + 1), begins, between


def throttled(pace: Pace, now: float, ceiling: float) -> Pace:
    """Halve the rate, unless that was done for this throttle already."""
    if now - pace.halved_at < REST:
        return pace
    halved = max(min(LEAST, ceiling), rate(pace, now, ceiling) / 2)
    return replace(pace, rate=halved, halved_at=now, rev=pace.rev + 1)


def turns(calls_a_second: float) -> int:
    """Return how many turns a worker takes at once: about two seconds' worth."""
    return max(1, min(MOST_TURNS, int(calls_a_second * CHUNK_SECONDS)))
