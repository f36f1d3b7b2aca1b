"""Know the time that one call of a function has left, and wait within it."""

import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Self

from framewarden.observability import LambdaContext


@dataclass(frozen=True)
class Timing:
    """A clock: seconds left, the moment in seconds of the epoch, and a way to wait."""

    left: Callable[[], float]
    now: Callable[[], float] = time.time
    sleep: Callable[[float], object] = time.sleep

    @classmethod
    def of(cls, context: LambdaContext) -> Self:
        """Take the time that Lambda gives a call."""
        return cls(lambda: context.get_remaining_time_in_millis() / 1000)
