"""TODO"""

from collections.abc import Callable

from framewarden.console.inspector import Inspector
from framewarden.console.site import Routes


def routes(inspector: Callable[[], Inspector]) -> Routes:
    """Return the routes."""
    return {}
