"""Let people judge the images of a list, sixty on a screen; each has a decision of its own."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from framewarden.console import pages
from framewarden.console.answer import Answer
from framewarden.console.problems import Problem, RefusedError, Words
from framewarden.console.request import Request, origin_of
from framewarden.console.site import Routes, looks
from framewarden.console.trust import check_nonce
from framewarden.console.verify_screen import Screen, conflict_of, may, saved_of, told
from framewarden.console.visitors import Visitors
from framewarden.domain import roles
from framewarden.domain.batches import BATCH_ID
from framewarden.domain.errors import StoreConflictError
from framewarden.domain.times import iso

# What a page is made of is loaded once somebody may look.
if TYPE_CHECKING:
    from framewarden.console.verify_form import VerifyForm
    from framewarden.verifying import Verifying

NO_LIST = Words(
    404,
    "There is no such list",
    "The batch has flagged nothing by a rule of that name, or its id was cut.",
    "Open the list from the page of its batch.",
)
NOTHING_SELECTED = Words(
    400,
    "No image is selected",
    "Nothing was done: this is done to the images that are selected.",
    "Select some, and press the button again.",
)
BUSY = Words(
    409,
    "Others saved at the same moment",
    "Nothing was kept, and nothing is lost: your marks are still here.",
    "Save again.",
)


@dataclass(frozen=True)
class VerifyDesk:
    """The pages of lists; `work` is called behind the check of who asks."""

    work: Callable[[], "Verifying"]
    visitors: Visitors
    clock: Callable[[], datetime]

    def show(self, request: Request, batch_id: str) -> Answer:
        """Answer GET: a screen of images, or the way to the first that nobody decided about."""
        screen = self._screen(request, batch_id)
        if request.by_script:
            return told(screen)
        from framewarden.console.verify_form import UNDECIDED

        if request.query.get("from") == UNDECIDED:
            found = screen.work.undecided(batch_id, screen.rule)
            return Answer(303, headers={"Location": screen.at(found or "")})
        return self._page(screen)

    def save(self, request: Request, batch_id: str) -> Answer:
        """Answer POST: keep what was said of the images."""
        screen, form = self._posted(request, batch_id), None
        from framewarden.console.verify_form import VerifyForm

        try:
            form = VerifyForm.of(request)
            self._check(screen, form, roles.ALLOW, roles.STOP)
            if form.bulk and not form.picked:
                return self._refused(screen, NOTHING_SELECTED, form)
            form = form.applied()
            saved = saved_of(screen, form)
        except RefusedError as refusal:
            return self._refused(screen, refusal.problem.value, form)
        except StoreConflictError:
            return self._refused(screen, BUSY, form)
        if request.by_script:
            return told(screen, saved=saved)
        if not saved.conflicts:
            return Answer(303, headers={"Location": screen.here})
        return self._page(screen, conflict_of(saved), form, conflicts=saved.conflicts)

    def reveal(self, request: Request, batch_id: str) -> Answer:
        """Answer POST: show one image as it is, once that is recorded; a GET never does."""
        screen, form = self._posted(request, batch_id), None
        from framewarden.console.verify_form import VerifyForm

        try:
            form = VerifyForm.of(request)
            self._check(screen, form, roles.REVEAL)
            said = {"at": iso(screen.now), "by": screen.who.name, "account": screen.who.account}
            picture = screen.work.reveal(batch_id, screen.rule, form.reveal, said)
            if picture is None:
                raise RefusedError(Problem.NO_PICTURE)
        except RefusedError as refusal:
            return self._refused(screen, refusal.problem.value, form)
        if request.by_script:
            return told(screen, picture=picture)
        return self._page(screen, form=form, original=picture)

    def _screen(self, request: Request, batch_id: str) -> Screen:
        who = self.visitors.signed_in(request)
        if who is None:
            raise RefusedError(Problem.SIGN_IN)
        who.require(roles.LOOK)
        if not BATCH_ID.fullmatch(batch_id):
            raise RefusedError(Problem.NO_PAGE)
        return Screen(request, batch_id, who, self.clock(), self.work())

    def _posted(self, request: Request, batch_id: str) -> Screen:
        if not request.own_origin:
            raise RefusedError(Problem.OTHER_ORIGIN)
        return self._screen(request, batch_id)

    def _check(self, screen: Screen, form: "VerifyForm", *acts: str) -> None:
        check_nonce(self.visitors.keys, screen.subject, form.nonce, screen.now)
        for act in acts:
            screen.who.require(act)

    def _refused(self, screen: Screen, words: Words, form: "VerifyForm | None") -> Answer:
        if screen.request.by_script:
            return told(screen, words)
        return self._page(screen, words, form)

    def _page(
        self,
        screen: Screen,
        notice: Words | None = None,
        form: "VerifyForm | None" = None,
        *,
        conflicts: Sequence[str] = (),
        original: str | None = None,
    ) -> Answer:
        listed = screen.work.page(screen.batch_id, screen.rule, screen.first)
        if listed is None:
            return Answer(404, pages.problem_page(NO_LIST, screen.request.root))
        from framewarden.console.verify_form import VerifyForm
        from framewarden.console.verify_view import view_of

        form = form or VerifyForm()
        of = (listed, screen.batch_id, screen.first, screen.request.root, screen.now)
        body = pages.render(
            "verify.html",
            screen.request.root,
            visitor=screen.who.visitor(screen.now),
            here=screen.request.here,
            notice=notice,
            view=view_of(*of, form, conflicts),
            nonce=screen.nonce,
            original=original,
            revealed=form.reveal if original else "",
            **may(screen, listed),
        )
        origins = screen.work.origins(listed.rows) if screen.who.may(roles.REVEAL) else []
        named = " ".join(dict.fromkeys(str(origin_of(url)) for url in origins))
        return Answer(notice.status if notice else 200, body, picture_origin=named or None)


def routes(desk: Callable[[], VerifyDesk]) -> Routes:
    """Return the routes of lists; the desk is made when the first one is asked for."""
    path = "/batches/<batch_id>"
    return {
        f"{path}/verify": looks(lambda request, **of: desk().show(request, **of))
        | {"POST": lambda request, **of: desk().save(request, **of)},
        f"{path}/reveal": {"POST": lambda request, **of: desk().reveal(request, **of)},
    }
