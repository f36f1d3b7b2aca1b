"""Show a review to whoever holds its link, lend its picture, and take its one decision."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
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
class ReviewDesk:
    """The pages of reviews, on top of four things that reach outside."""

    find: Callable[[str], Row | None]
    decide: Decider
    keys: Keys
    picture: Callable[[Mapping[str, Any]], str | None]
    clock: Callable[[], datetime]

    def show(self, review_id: str, request: Request) -> Answer:
        """Answer GET: the review as it stands. Nothing changes."""
        return self._opened(review_id, request).page()

    def frame(self, review_id: str, request: Request) -> Answer:
        """Answer GET of the picture: send the browser to it for a minute."""
        address = self.picture(self._opened(review_id, request).row["frame"])
        if address is None:
            raise RefusedError(Problem.NO_PICTURE)
        return Answer(302, headers={"Location": address})

    def take(self, review_id: str, request: Request) -> Answer:
        """Answer POST: decide once, then show what stands."""
        if not request.own_origin:
            raise RefusedError(Problem.OTHER_ORIGIN)
        opened = self._opened(review_id, request)
        if not request.is_form:
            return opened.page(Problem.NOT_A_FORM.value)
        try:
            form = Form.read(request.body)
        except RefusedError as refusal:
            return opened.page(refusal.problem.value)
        problem = opened.objection(form)
        if problem:
            return opened.page(problem.value, form)
        return self._decided(opened, form)

    def _decided(self, opened: "_Opened", form: Form) -> Answer:
        decided = self.decide(
            opened.row["review_id"],
            form.decision,
            by=form.name or UNNAMED,
            via="link",
            note=form.note,
            now=opened.now,
        )
        if decided.first:
            return Answer(303, headers={"Location": opened.address})
        later = opened.with_row(decided.review)
        state = state_of(later.row, later.now)
        if state == "decided":
            return later.page(_already(later.row, form.decision))
        if state == "open":
            return later.page(Problem.MOVED_ON.value, form)
        return later.page(Problem.TOO_LATE.value)

    def _opened(self, review_id: str, request: Request) -> "_Opened":
        now = self.clock()
        sig, exp = request.query.get("sig", ""), request.query.get("exp", "")
        keys = self._verified(review_id, exp, sig, now)
        row = self.find(review_id)
        if row is None:
            raise RefusedError(Problem.NO_REVIEW)
        query = urlencode({"exp": exp, "sig": sig})
        return _Opened(row, keys, query, request.root, now, self.picture)

    def _verified(self, review_id: str, exp: str, sig: str, now: datetime) -> Sequence[str]:
        keys: list[str] | None = self.keys.accepted()
        while keys:
            try:
                links.verify_link(keys, review_id, exp, sig, now)
            except links.LinkExpiredError:
                raise RefusedError(Problem.LINK_EXPIRED) from None
            except LinkInvalidError:
                # The key may have been rotated since we read it: look once more, and no oftener.
                keys = self.keys.refreshed()
            else:
                return keys
        raise RefusedError(Problem.LINK_TAMPERED)


@dataclass(frozen=True)
class _Opened:
    """A review whose link was good."""

    row: Row
    keys: Sequence[str]
    query: str
    root: str
    now: datetime
    picture: Callable[[Mapping[str, Any]], str | None]

    @property
    def address(self) -> str:
        """Return the page's own address, relative to itself."""
        return f"./{quote(self.row['review_id'], safe='')}?{self.query}"

    def with_row(self, row: Row) -> "_Opened":
        return _Opened(row, self.keys, self.query, self.root, self.now, self.picture)

    def objection(self, form: Form) -> Problem | None:
        """Return why a form cannot decide."""
        try:
            links.verify_nonce(self.keys, self.row["review_id"], form.nonce, self.now)
        except links.LinkExpiredError:
            return Problem.FORM_OLD
        except LinkInvalidError:
            return Problem.FORM_FOREIGN
        passing_on = form.decision == "escalate"
        # A second press must not pass the review on by two rungs.
        if passing_on and form.rung not in ("", str(self.row["rung"])):
            return Problem.MOVED_ON
        return None if form.decision in offered(dict(self.row)) else Problem.NOT_OFFERED

    def page(self, notice: Words | None = None, form: Form | None = None) -> Answer:
        """Return the review's page, with a fresh form while it is open."""
        case = case_of(self.row, self.now)
        body = pages.review_page(
            case,
            self.root,
            query=self.query,
            nonce=links.make_nonce(self.keys[0], case.review_id, self.now),
            form=form or Form(),
            notice=notice,
        )
        picture = origin_of(self.picture(self.row["frame"]))
        return Answer(notice.status if notice else 200, body, picture_origin=picture)


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
