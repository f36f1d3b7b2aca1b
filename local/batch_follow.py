"""Follow a batch until it ends, and reckon how fast it goes."""

from __future__ import annotations

import time
from collections import deque
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from framewarden.aws.batch_store import Batches
from framewarden.domain import batches
from framewarden.domain.errors import StoreThrottledError
from local.tables import Row

FIRST_PAUSE, LONGEST_PAUSE, SLOWER = 0.25, 4.0, 1.3
STRAINED_SECONDS = 10.0
# The rate is that of the last seconds, so that it shows a throttle soon after it began.
WINDOW_SECONDS = 15.0
# Whoever should have put the results of a batch together died: nobody waits for ever.
ENDING_SECONDS = 300.0

Sleep = Callable[[float], None]
Clock = Callable[[], float]


@dataclass(frozen=True)
class Look:
    """A batch at a moment; `rate` is images a second of late, None while that is not known."""

    row: Row
    rate: float | None

    @property
    def analyzed(self) -> int:
        """Return how many images have an answer."""
        return _analyzed(self.row)

    @property
    def read(self) -> int:
        """Return of how many lines it is known what became of them."""
        others = (int(self.row.get(name) or 0) for name in ("invalid_done", "repeated_done"))
        return self.analyzed + sum(others)

    @property
    def stopped(self) -> bool:
        """Tell whether no image is analyzed any more."""
        return self.row["status"] not in batches.LIVE

    @property
    def ended(self) -> bool:
        """Tell whether nothing more comes: a batch that stopped has its results put together."""
        return self.stopped and bool(self.row.get("ended_at"))


def wait(seconds: float) -> None:
    """Wait, as long as nobody presses Ctrl-C."""
    time.sleep(seconds)


def looks(
    store: Batches, batch_id: str, sleep: Sleep = wait, clock: Clock = time.monotonic
) -> Iterator[Look]:
    """Look at a batch until it has ended: often at first and while it moves, else less often."""
    seen: deque[tuple[float, int]] = deque()
    pause, stopped_at = FIRST_PAUSE, None
    while True:
        try:
            row = store.get(batch_id)
        except StoreThrottledError:
            sleep(STRAINED_SECONDS)
            continue
        if row is None:
            return
        look = Look(row, _rate(seen, clock(), _analyzed(row)))
        yield look
        stopped_at = (stopped_at or clock()) if look.stopped else None
        if look.ended or (stopped_at and clock() - stopped_at > ENDING_SECONDS):
            return
        moves = len(seen) > 1 and seen[-1][1] > seen[-2][1]
        pause = max(FIRST_PAUSE, min(pause, 1.0)) if moves else min(pause * SLOWER, LONGEST_PAUSE)
        sleep(pause)


def _analyzed(row: Row) -> int:
    # What a bulk job answered is paid to Rekognition, and is told by ranges only.
    return max(int(row.get("analyzed") or 0), int(row.get("images_done") or 0))


def _rate(seen: deque[tuple[float, int]], now: float, analyzed: int) -> float | None:
    seen.append((now, analyzed))
    while len(seen) > 2 and seen[1][0] <= now - WINDOW_SECONDS:
        seen.popleft()
    (since, before), (until, after) = seen[0], seen[-1]
    return (after - before) / (until - since) if until > since else None
