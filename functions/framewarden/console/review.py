"""Show a review to whoever holds its link, lend its picture, and take its one decision."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, Protocol
from urllib.parse import quote, urlencode

from framewarden.console import channel_address, pages
from framewarden.console.answer import RELOAD, Answer
from framewarden.console.case import case_of, state_of
from framewarden.console.form import UNNAMED, Form
from framewarden.console.problems import Problem, RefusedError, Words
from framewarden.console.request import Request, origin_of
from framewarden.console.site import Routes, looks
from framewarden.console.trust import Keys, check_nonce, link_key
from framewarden.domain import links
from framewarden.domain.cases import offered

Row = Mapping[str, Any]


class Decided(Protocol):
    """A review after an attempt to decide; `first` where this attempt was the one that counts."""

    @property
    def review(self) -> Mapping[str, Any]:
        """Return the row."""

    @property
    def first(self) -> bool:
        """Tell whether this attempt decided."""


class Decider(Protocol):
    """Stores a decision if it is the first and in time."""

    def __call__(
        self, review_id: str, decision: str, *, by: str, via: str, note: str, now: datetime
    ) -> Decided:
        """Decide."""


@dataclass(frozen=True)
class Opened:
    """A review whose link was good, as it stands now."""

    row: Row
    key: str
    query: str
    request: Request
    now: datetime
    picture_origin: str | None

    @property
    def review_id(self) -> str:
        """Return the review's id."""
        return str(self.row["review_id"])

    @property
    def address(self) -> str:
        """Return the page's own address, relative to wherever it was opened."""
        return f"{self.path}?{self.query}"

    @property
    def path(self) -> str:
        """Return the page's address without its query."""
        return f"{self.request.root}reviews/{quote(self.review_id, safe='')}"

    @property
    def channel(self) -> str | None:
        """Return the address of the channel's page, good for as long as this link is."""
        arn, end = str(self.row.get("channel_arn") or ""), int(self.request.query["exp"])
        link = channel_address.link_of(arn, self.key, "stop", end)
        return link and self.request.root + link

    def page(self, notice: Words | None = None, form: Form | None = None) -> Answer:
        """Return the review's page, with a fresh form while it is open."""
        case = case_of(self.row, self.now)
        subject = case.channel_arn if case.came_back else self.review_id
        body = pages.review_page(
            case,
            self.request.root,
            address=self.address,
            picture=f"{self.path}/frame?{self.query}",
            channel=self.channel,
            nonce=links.make_nonce(self.key, str(subject), self.now),
            form=form or Form(),
            notice=notice,
        )
        status = notice.status if notice else 200
        # A page that answers a form stays until it was read.
        headers = RELOAD if case.carrying_out and not notice else {}
        return Answer(status, body, headers=headers, picture_origin=self.picture_origin)


@dataclass(frozen=True)
class ReviewDesk:
    """The pages of reviews, on top of five things that reach outside."""

    find: Callable[[str], Row | None]
    decide: Decider
    keys: Keys
    picture: Callable[[Mapping[str, Any]], str | None]
    clock: Callable[[], datetime]

    def show(self, request: Request, review_id: str) -> Answer:
        """Answer GET: the review as it stands. Nothing changes."""
        return self._opened(request, review_id).page()

    def frame(self, request: Request, review_id: str) -> Answer:
        """Answer GET of the picture: send the browser to it for a minute. Nothing changes."""
        address = self.picture(self._opened(request, review_id).row["frame"])
        if address is None:
            raise RefusedError(Problem.NO_PICTURE)
        return Answer(302, headers={"Location": address})

    def take(self, request: Request, review_id: str) -> Answer:
        """Answer POST: decide once, then show what stands."""
        if not request.own_origin:
            raise RefusedError(Problem.OTHER_ORIGIN)
        opened = self._opened(request, review_id)
        form: Form | None = None
        try:
            form = Form.of(request)
            self._check(opened, form)
            return self._decided(opened, form)
        except RefusedError as refusal:
            return opened.page(refusal.problem.value, form)

    def _check(self, opened: Opened, form: Form) -> None:
        """Refuse a form that is not ours, not fresh, or chooses what is not on offer."""
        check_nonce(self.keys, opened.review_id, form.nonce, opened.now)
        # A second press must not pass the review on by two rungs.
        if form.decision == "escalate" and form.rung not in ("", str(opened.row["rung"])):
            raise RefusedError(Problem.MOVED_ON)
        if form.decision not in offered(dict(opened.row)):
            raise RefusedError(Problem.NOT_OFFERED)

    def _decided(self, opened: Opened, form: Form) -> Answer:
        by = form.name or UNNAMED
        try:
            decided = self.decide(
                opened.review_id, form.decision, by=by, via="link", note=form.note, now=opened.now
            )
        except ValueError:
            # Somebody passed it on between our look and the store's: it offers less now.
            row = self.find(opened.review_id)
            if row is None or form.decision in offered(dict(row)):
                raise
            return replace(opened, row=row).page(Problem.MOVED_ON.value, form)
        if decided.first:
            return Answer(303, headers={"Location": opened.address})
        later = replace(opened, row=decided.review)
        state = state_of(later.row, later.now)
        if state == "decided":
            return later.page(_already(later.row, form.decision))
        if state == "open":
            return later.page(Problem.MOVED_ON.value, form)
        return later.page(Problem.TOO_LATE.value)

    def _opened(self, request: Request, review_id: str) -> Opened:
        now = self.clock()
        exp, sig = request.query.get("exp", ""), request.query.get("sig", "")
        key = link_key(
            self.keys,
            lambda keys: links.verify_link(keys, review_id, exp, sig, now),
            Problem.LINK_EXPIRED,
        )
        row = self.find(review_id)
        if row is None:
            raise RefusedError(Problem.NO_REVIEW)
        query = urlencode({"exp": exp, "sig": sig})
        return Opened(row, key, query, request, now, origin_of(self.picture(row["frame"])))


def _already(row: Row, wanted: str) -> Words:
    """Word what a second decision meets: no error, and the first one stands."""
    if row["decision"] == wanted:
        return Words(200, "This is decided", "A review is decided once; this is what stands.", "")
    return Words(
        200,
        "This was decided before",
        "A review is decided once. Yours came second and was not applied.",
        "If what stands is wrong, tell the engineer on call, and name the review.",
    )


def routes(desk: Callable[[], ReviewDesk]) -> Routes:
    """Return the routes of reviews; the desk is made when the first review is asked for."""
    return {
        "/reviews/<review_id>": looks(lambda request, **of: desk().show(request, **of))
        | {"POST": lambda request, **of: desk().take(request, **of)},
        "/reviews/<review_id>/frame": looks(lambda request, **of: desk().frame(request, **of)),
    }
