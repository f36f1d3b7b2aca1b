"""Show a review to whoever holds its link, lend its picture, and take its one decision."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, Protocol
from urllib.parse import quote, urlencode

from framewarden.console import pages
from framewarden.console.answer import Answer
from framewarden.console.case import case_of, state_of
from framewarden.console.form import Form
from framewarden.console.problems import Problem, RefusedError, Words
from framewarden.console.request import Request, origin_of
from framewarden.domain import links
from framewarden.domain.cases import offered
from framewarden.domain.errors import LinkInvalidError

Row = Mapping[str, Any]

UNNAMED = "unnamed"


class Keys(Protocol):
    """The keys that links are verified with."""

    def accepted(self) -> list[str]:
        """Return the keys as cached."""

    def refreshed(self) -> list[str] | None:
        """Return the keys as they are now; None where that was asked a moment ago."""


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

    def page(self, notice: Words | None = None, form: Form | None = None) -> Answer:
        """Return the review's page, with a fresh form while it is open."""
        body = pages.review_page(
            case_of(self.row, self.now),
            self.request.root,
            address=self.address,
            picture=f"{self.path}/frame?{self.query}",
            nonce=links.make_nonce(self.key, self.review_id, self.now),
            form=form or Form(),
            notice=notice,
        )
        status = notice.status if notice else 200
        return Answer(status, body, picture_origin=self.picture_origin)


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
        try:
            self._trusted(
                lambda keys: links.verify_nonce(keys, opened.review_id, form.nonce, opened.now)
            )
        except links.LinkExpiredError:
            raise RefusedError(Problem.FORM_OLD) from None
        except LinkInvalidError:
            raise RefusedError(Problem.FORM_FOREIGN) from None
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
        try:
            keys = self._trusted(lambda keys: links.verify_link(keys, review_id, exp, sig, now))
        except links.LinkExpiredError:
            raise RefusedError(Problem.LINK_EXPIRED) from None
        except LinkInvalidError:
            raise RefusedError(Problem.LINK_TAMPERED) from None
        row = self.find(review_id)
        if row is None:
            raise RefusedError(Problem.NO_REVIEW)
        query = urlencode({"exp": exp, "sig": sig})
        return Opened(row, keys[0], query, request, now, origin_of(self.picture(row["frame"])))

    def _trusted(self, check: Callable[[list[str]], object]) -> list[str]:
        """Return the keys by which a check passes; keys rotated meanwhile are fetched once."""
        keys = self.keys.accepted()
        try:
            check(keys)
        except links.LinkExpiredError:
            raise
        except LinkInvalidError:
            fresh = self.keys.refreshed()
            if fresh is None:
                raise
            check(fresh)
            return fresh
        return keys


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
