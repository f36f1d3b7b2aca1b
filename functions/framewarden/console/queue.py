"""Show the queue: who waits for a person, the most urgent first, and what has changed since."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, Protocol
from urllib.parse import quote

from framewarden.console import pages
from framewarden.console.answer import Answer
from framewarden.console.authority import Authority
from framewarden.console.problems import Problem, RefusedError
from framewarden.console.queue_asked import Asked
from framewarden.console.queue_view import QueueView, counted_whole, view_of
from framewarden.console.request import Request
from framewarden.console.site import Routes, looks
from framewarden.domain import links, roles
from framewarden.domain.cases import is_claimed

Row = Mapping[str, Any]

# With the sweep's counts one more item: a page reads 51 at most.
CARDS = 50
# A picture of an incident shows its first samples; it is the same however many frames join later.
STRIP = 12
# Forms hold a nonce of 15 minutes: cards that never change are sent anew before theirs has ended.
FRESH = 300  # seconds


class Page(Protocol):
    """Some open reviews in the order of the queue."""

    @property
    def rows(self) -> Sequence[Row]:
        """Return the rows."""

    @property
    def after(self) -> str | None:
        """Return where the queue goes on; None at its end."""


class Visitors(Protocol):
    """Knows who has signed in."""

    def signed_in(self, request: Request) -> Authority | None:
        """Return whoever asks; None where nobody has signed in."""


@dataclass(frozen=True)
class QueueDesk:
    """The queue, on top of four things that reach outside."""

    page: Callable[[int, str | None, str | None], Page]
    counts: Callable[[], Row | None]
    visitors: Visitors
    clock: Callable[[], datetime]

    def show(self, request: Request) -> Answer:
        """Answer GET: the queue as it stands. Nothing changes."""
        authority, now = self._who(request), self.clock()
        view = self._view(request, authority, now)
        body = pages.render(
            "queue.html",
            request.root,
            visitor=authority.visitor(now),
            here=request.here,
            etag=_etag(view, authority, now),
            **_shown(view, authority, now),
        )
        return Answer(200, body)

    def cards(self, request: Request) -> Answer:
        """Answer GET of what may have changed, for the page of the queue to take over.

        Its addresses are relative to that page.
        """
        authority, now = self._who(request), self.clock()
        view = self._view(request, authority, now)
        etag = _etag(view, authority, now)
        if request.headers.get("if-none-match", "").removeprefix("W/") == etag:
            return Answer(304, headers={"ETag": etag})
        body = pages.render("cards.html", "", **_shown(view, authority, now))
        return Answer(200, body, headers={"ETag": etag})

    def next(self, request: Request) -> Answer:
        """Answer GET: go to the most urgent case that waits for this person, or else to the queue.

        `not` is the case that they come from, which the index may still show for a moment.
        """
        authority, now = self._who(request), self.clock()
        rows = self.page(CARDS, None, None).rows
        mine = (row for row in rows if _waits_for(row, authority, now))
        come_from = request.query.get("not")
        found = (str(row["review_id"]) for row in mine if row["review_id"] != come_from)
        review_id = next(found, None)
        path = f"reviews/{quote(review_id, safe='')}" if review_id else "queue"
        return Answer(303, headers={"Location": request.root + path})

    def _who(self, request: Request) -> Authority:
        authority = self.visitors.signed_in(request)
        if authority is None:
            raise RefusedError(Problem.SIGN_IN)
        authority.require(roles.LOOK)
        return authority

    def _view(self, request: Request, authority: Authority, now: datetime) -> QueueView:
        """Read a page of the queue, and the sweep's counts where the page cannot tell them."""
        asked, lost = Asked.of(request.query), False
        try:
            page = self.page(CARDS, asked.severity, asked.after)
        except ValueError:
            # An address that somebody cut or typed: the beginning is worth more than a problem.
            asked, lost = replace(asked, after=None), True
            page = self.page(CARDS, asked.severity, None)
        counts = None if counted_whole(asked, page.after) else self.counts()
        return view_of(asked, page.rows, page.after, counts, authority, now, lost=lost)


def _etag(view: QueueView, authority: Authority, now: datetime) -> str:
    """Return what names the cards as they are; with it a page's first look costs nothing."""
    return f'"{view.digest(authority)}-{int(now.timestamp()) // FRESH}"'


def _waits_for(row: Row, authority: Authority, now: datetime) -> bool:
    """Tell whether a case is in time, in nobody else's hands, and not a lead's."""
    if row["deadline"] <= now.timestamp():
        return False
    if int(row["rung"]) > 0 and not authority.may(roles.LEAD):
        return False
    return not is_claimed(dict(row), now, authority.account)


def _shown(view: QueueView, authority: Authority, now: datetime) -> dict[str, Any]:
    def nonce(review_id: str) -> str:
        return links.make_nonce(authority.key, authority.subject(review_id), now)

    return {
        "view": view,
        "nonce": nonce,
        "leads": authority.may(roles.LEAD),
        "limit": CARDS,
        "strip": STRIP,
        "now": int(now.timestamp()),
    }


def routes(desk: Callable[[], QueueDesk]) -> Routes:
    """Return the routes of the queue; the desk is made when it is first asked for."""
    return {
        "/queue": looks(lambda request: desk().show(request)),
        "/queue/cards": looks(lambda request: desk().cards(request)),
        "/queue/next": looks(lambda request: desk().next(request)),
    }
