"""Follow the training of an adapter until it ends."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator

from framewarden.aws.adapters import Adapters
from framewarden.domain import adapters
from framewarden.domain.errors import StoreThrottledError
from local.tables import Row

FIRST_PAUSE, LONGEST_PAUSE, SLOWER = 0.25, 5.0, 1.3
STRAINED_SECONDS = 10.0
# A training has its hours, and then somebody says that it is late. Whoever should have said so
# died when even this is over: nobody waits for ever.
LATE_SECONDS = 3_600.0

Sleep = Callable[[float], None]
Clock = Callable[[], float]


def wait(seconds: float) -> None:
    """Wait, as long as nobody presses Ctrl-C."""
    time.sleep(seconds)


def looks(
    store: Adapters, name: str, sleep: Sleep = wait, clock: Clock = time.time
) -> Iterator[Row]:
    """Look at an adapter until it has ended: often at first, and after anything changed.

    It ends too where the adapter is gone, or long over its hours.
    """
    pause, last = FIRST_PAUSE, None
    while True:
        try:
            row = store.get(name)
        except StoreThrottledError:
            sleep(STRAINED_SECONDS)
            continue
        if row is None:
            return
        yield row
        if is_over(row) or clock() > int(row["until"]) + LATE_SECONDS:
            return
        state = (row["status"], row.get("rekognition_status"))
        pause = FIRST_PAUSE if state != last else min(pause * SLOWER, LONGEST_PAUSE)
        last = state
        sleep(pause)


def is_over(row: Row) -> bool:
    """Tell whether nothing more comes of an adapter's attempt."""
    return row["status"] not in adapters.LIVE
