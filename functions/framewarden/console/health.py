"""TODO"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from framewarden.console.site import Routes
from framewarden.console.visitors import Visitors

if TYPE_CHECKING:
    from framewarden.health import Health


@dataclass(frozen=True)
class HealthDesk:
    """The page of health, on top of what reaches outside."""

    look: Callable[[datetime], "Health"]
    visitors: Visitors
    clock: Callable[[], datetime]


def routes(desk: Callable[[], HealthDesk]) -> Routes:
    """Return the routes."""
    return {}
