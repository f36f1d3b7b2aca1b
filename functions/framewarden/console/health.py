"""Show engineers and auditors what is well and what waits for somebody, and follow it."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from framewarden.console import pages
from framewarden.console.answer import Answer
from framewarden.console.inspector import inspector_of
from framewarden.console.request import Request
from framewarden.console.site import Routes, looks
from framewarden.console.visitors import Visitors
from framewarden.observability import logger

if TYPE_CHECKING:
    from framewarden.health import Health

# Milliseconds between two looks of a page.
EVERY = 5_000
# However many people look at the same moment: what is asked of the video services is one look.
KEPT = timedelta(seconds=3)


@dataclass
class HealthDesk:
    """The page of health, on top of what reaches outside."""

    look: Callable[[datetime], "Health"]
    visitors: Visitors
    clock: Callable[[], datetime]
    _last: "Health | None" = field(default=None, init=False)

    def show(self, request: Request) -> Answer:
        """Answer GET: the installation as it stands. Nothing changes."""
        authority, now = inspector_of(self.visitors, request), self.clock()
        shown = self._shown(now)
        visitor = authority.visitor(now)
        body = pages.render(
            "health.html", request.root, visitor=visitor, here=request.here, every=EVERY, **shown
        )
        return Answer(200, body)

    def live(self, request: Request) -> Answer:
        """Answer GET of what may have changed, for the page to take over.

        Its addresses are relative to that page.
        """
        inspector_of(self.visitors, request)
        shown = self._shown(self.clock())
        headers = {"ETag": shown["etag"]}
        if request.headers.get("if-none-match", "").removeprefix("W/") == shown["etag"]:
            return Answer(304, headers=headers)
        return Answer(200, pages.render("health_live.html", "", **shown), headers=headers)

    def _shown(self, now: datetime) -> dict[str, Any]:
        # With the first look: whoever is refused loads no more than that.
        from framewarden.console.health_view import digest, view_of
        from framewarden.domain.troubles import UNKNOWN

        last = self._last
        if last is None or now - last.looked_at >= KEPT:
            self._last = last = self.look(now)
            if last.unknown:
                unread = [one.about for one in last.troubles if one.entry == UNKNOWN]
                logger.warning("not all was read", extra={"parts": unread})
        view, second = view_of(last, now), int(now.timestamp())
        return {"view": view, "etag": f'"{digest(last)}"', "now": second}


def routes(desk: Callable[[], HealthDesk]) -> Routes:
    """Return the routes of health; the desk is made when it is first asked for."""
    return {
        "/health": looks(lambda request: desk().show(request)),
        "/health/live": looks(lambda request: desk().live(request)),
    }
