"""Show a review to whoever may look, and take its one decision."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import TYPE_CHECKING, Any, Protocol

from framewarden.console.answer import Answer
from framewarden.console.problems import Problem, RefusedError, Words
from framewarden.console.request import Request
from framewarden.console.site import Routes, looks
from framewarden.console.trust import check_nonce
from framewarden.domain import roles
from framewarden.domain.cases import LINK, offered

# What a page is made of is loaded once somebody may look: whoever may not waits for none of it.
if TYPE_CHECKING:
    from framewarden.console.around import Neighbours
    from framewarden.console.case_acts import Keeps
    from framewarden.console.form import Form
    from framewarden.console.opened import Opened, Shelf
    from framewarden.console.visitors import Visitors

Row = Mapping[str, Any]


class Decided(Protocol):
    """A review after an attempt to decide; `first` where this attempt was the one that counts."""

    @property
    def review(self) -> Row:
        """Return the row."""

    @property
    def first(self) -> bool:
        """Tell whether this attempt decided."""

    @property
    def claimed(self) -> bool:
        """Tell whether it was refused because somebody else works on the case."""


if TYPE_CHECKING:

    class Work(Shelf, Neighbours, Keeps, Protocol):
        """What reaches outside: see `framewarden.casework`."""

        def find(self, review_id: str) -> Row | None:
            """Return a review's row."""

        def decide(self, review_id: str, decision: str, **how: Any) -> Decided:
            """Decide, if it is the first decision and in time."""


@dataclass(frozen=True)
class ReviewDesk:
    """The pages of reviews."""

    work: "Work"
    visitors: "Visitors"
    clock: Callable[[], datetime]

    def show(self, request: Request, review_id: str) -> Answer:
        """Answer GET: the review as it stands, for people or for the page's script."""
        opened = self.opened(request, review_id)
        return opened.told() if request.by_script else opened.looked_at()

    def around(self, request: Request, review_id: str) -> Answer:
        """Answer GET: the frames around the one under review. Nothing changes."""
        opened = self.opened(request, review_id)
        from framewarden.console import around

        return around.page(opened, self.work)

    def act(self, name: str, request: Request, review_id: str) -> Answer:
        """Answer POST of a claim, a note or a reveal."""
        opened = self.posted(request, review_id)
        from framewarden.console import case_acts

        return case_acts.ACTS[name](opened, self.visitors.keys, self.work)

    def take(self, request: Request, review_id: str) -> Answer:
        """Answer POST: decide once, then show what stands."""
        opened = self.posted(request, review_id)
        from framewarden.console import label_form
        from framewarden.console.form import Form

        form: Form | None = None
        try:
            form = Form.of(request)
            check_nonce(self.visitors.keys, opened.who.subject(review_id), form.nonce, opened.now)
            self._check(opened, form)
            return self._decided(opened, form, label_form.verdicts(form.labels, opened.row))
        except RefusedError as refusal:
            return opened.page(refusal.problem.value, form)

    def opened(self, request: Request, review_id: str) -> "Opened":
        """Open a review for whoever may look at it."""
        visit = self.visitors.of_review(request, review_id)
        from framewarden.console.opened import Opened

        row = self.work.find(review_id)
        if row is None:
            raise RefusedError(Problem.NO_REVIEW)
        return Opened(row, visit, request, self.clock(), self.work)

    def posted(self, request: Request, review_id: str) -> "Opened":
        """Open a review for a form, which only our own pages send."""
        if not request.own_origin:
            raise RefusedError(Problem.OTHER_ORIGIN)
        return self.opened(request, review_id)

    def _check(self, opened: "Opened", form: "Form") -> None:
        """Refuse what is not on offer, or not for this visitor."""
        from framewarden.console.hands import needed

        row, who, late = opened.row, opened.who, opened.visit.late
        # What they looked at was another rung: a second press must not pass it on by two, and what
        # takes something off waits for nobody.
        moved = form.rung not in ("", str(row["rung"]))
        if moved and opened.state == "open" and form.decision not in ("stop", "block"):
            raise RefusedError(Problem.MOVED_ON)
        if form.decision not in offered(dict(row)):
            raise RefusedError(Problem.NOT_OFFERED)
        if late and opened.state == "open":
            raise RefusedError(Problem.LINK_LOOKS_ONLY)
        # What a link was good for comes too late now, and is told to the record as that.
        acts = roles.LINKS[self.visitors.link_may] if late else who.acts
        act = needed(form.decision, row, who)
        if act not in acts:
            raise RefusedError(who.refusal(act))

    def _decided(
        self, opened: "Opened", form: "Form", labels: dict[str, list[str]] | None
    ) -> Answer:
        from framewarden.console.form import UNNAMED

        who = opened.who
        try:
            decided = self.work.decide(
                opened.review_id,
                form.decision,
                by=(form.name or UNNAMED) if who.via == LINK else who.name,
                via=who.via,
                note=form.note,
                now=opened.now,
                account=who.account,
                labels=labels,
                may_overrule=who.may(roles.LEAD),
                rung=int(opened.row["rung"]),
                frame_id=form.frame,
            )
        except ValueError:
            # Somebody passed it on between our look and the store's: it offers less now.
            row = self.work.find(opened.review_id)
            if row is None or form.decision in offered(dict(row)):
                raise
            return replace(opened, row=row).page(Problem.MOVED_ON.value, form)
        later = replace(opened, row=decided.review)
        if decided.first and not later.row.get("nobody_waited_at"):
            return Answer(303, headers={"Location": opened.address})
        return _not_applied(later, form, decided)


def _not_applied(later: "Opened", form: "Form", decided: Decided) -> Answer:
    """Show what stands instead of a decision that came second, too late, or into a claim."""
    if decided.claimed:
        return later.page(Problem.CLAIMED.value, form)
    if later.state == "decided" and not decided.first:
        return later.page(_already(later.row, form.decision))
    if later.state == "open":
        return later.page(Problem.MOVED_ON.value, form)
    return later.page((Problem.NOBODY_WAITED if decided.first else Problem.TOO_LATE).value)


def _already(row: Row, wanted: str) -> Words:
    """Word what a second decision meets; the first one stands, and the same one is no error."""
    if row["decision"] == wanted:
        return Words(200, "This is decided", "A review is decided once; this is what stands.", "")
    return Words(
        409,
        "This was decided before",
        "A review is decided once. Yours came second and was not applied.",
        "If what stands is wrong, tell the engineer on call, and name the review.",
    )


def routes(desk: Callable[[], ReviewDesk]) -> Routes:
    """Return the routes of reviews; the desk is made when the first review is asked for."""

    def posts(act: str) -> Mapping[str, Callable[..., Answer]]:
        return {"POST": lambda request, **of: desk().act(act, request, **of)}

    return {
        "/reviews/<review_id>": looks(lambda request, **of: desk().show(request, **of))
        | {"POST": lambda request, **of: desk().take(request, **of)},
        "/reviews/<review_id>/claim": posts("claim"),
        "/reviews/<review_id>/notes": posts("note"),
        "/reviews/<review_id>/reveal": posts("reveal"),
        "/reviews/<review_id>/around": looks(lambda request, **of: desk().around(request, **of)),
    }
