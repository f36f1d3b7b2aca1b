"""Place moments of an execution in a bar, so that days of waiting leave room for milliseconds."""

from collections.abc import Iterable
from datetime import datetime
from typing import Final

WIDTH, BREAK = 240, 76
"""Units of a bar's room, and of a wait for a person in it."""

MOST_BREAKS: Final = 0.6
"""The share of the room that waits take at most, however many they are."""


class Scale:
    """Place moments in a bar's room: waits for a person take a fixed part, the rest is to scale."""

    def __init__(self, start: datetime, end: datetime, waits: Iterable[tuple[datetime, datetime]]):
        self._start = start
        self._waits = [
            ((begun - start).total_seconds(), (over - start).total_seconds())
            for begun, over in _merged(waits)
        ]
        whole = (end - start).total_seconds()
        self.seconds = max(0.0, whole - sum(over - begun for begun, over in self._waits))
        count = len(self._waits)
        self._break = min(BREAK, WIDTH * MOST_BREAKS / count) if count else 0.0
        self._second = (WIDTH - self._break * count) / self.seconds if self.seconds else 0.0

    def at(self, when: datetime) -> float:
        """Return where a moment is."""
        seconds = (when - self._start).total_seconds()
        waited, breaks = 0.0, 0.0
        for begun, over in self._waits:
            if seconds > begun:
                inside = min(seconds, over) - begun
                waited += inside
                breaks += inside / (over - begun)
        place = (seconds - waited) * self._second + breaks * self._break
        return round(min(max(place, 0.0), WIDTH), 1)


def _merged(spans: Iterable[tuple[datetime, datetime]]) -> list[tuple[datetime, datetime]]:
    """Return spans, the earliest first, those that overlap as one; an empty one is none."""
    merged: list[tuple[datetime, datetime]] = []
    for begun, over in sorted(spans):
        if merged and begun <= merged[-1][1]:
            merged[-1] = merged[-1][0], max(merged[-1][1], over)
        elif over > begun:
            merged.append((begun, over))
    return merged
