"""Show the batches, what a new one would cost at most, and start it for a lead."""

import hashlib
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from secrets import token_urlsafe
from typing import TYPE_CHECKING, Any

from framewarden.console import pages
from framewarden.console.answer import Answer
from framewarden.console.authority import Authority
from framewarden.console.problems import Problem, RefusedError, Words
from framewarden.console.request import Request
from framewarden.console.site import Routes, looks
from framewarden.console.trust import check_nonce
from framewarden.console.visitors import Visitors
from framewarden.console.words import sentences
from framewarden.domain import links, roles
from framewarden.domain.batches import batch_id_of
from framewarden.domain.errors import PermanentError

if TYPE_CHECKING:
    from framewarden.batchwork import Batchwork
    from framewarden.console.batch_form import StartForm

# What the form that starts a batch is about.
START = "batches"
# What tells two pages of one second apart.
ONCE_BYTES, ONCE_LENGTH = 9, 32
# Milliseconds between two looks of a page.
EVERY = 5_000


@dataclass(frozen=True)
class BatchDesk:
    """The pages of batches, on top of what reaches outside.

    `work` is called behind the check of who looks: whoever is refused loads no more than that.
    """

    work: Callable[[], "Batchwork"]
    visitors: Visitors
    clock: Callable[[], datetime]

    def looker(self, request: Request) -> Authority:
        """Return who looks.

        Raises
        ------
        RefusedError
            Nobody is signed in.
        """
        authority = self.visitors.signed_in(request)
        if authority is None:
            raise RefusedError(Problem.SIGN_IN)
        authority.require(roles.LOOK)
        return authority

    def poster(self, request: Request) -> Authority:
        """Return who sends a form.

        Raises
        ------
        RefusedError
            It comes from another site, or nobody is signed in.
        """
        if not request.own_origin:
            raise RefusedError(Problem.OTHER_ORIGIN)
        return self.looker(request)

    def check(self, authority: Authority, about: str, nonce: str, now: datetime) -> None:
        """Refuse a form that is not ours, not fresh, or not a lead's.

        Raises
        ------
        RefusedError
        """
        check_nonce(self.visitors.keys, authority.subject(about), nonce, now)
        authority.require(roles.LEAD)


def show(desk: BatchDesk, request: Request) -> Answer:
    """Answer GET: a page of the list, or with `part` what may have changed of it."""
    authority, now = desk.looker(request), desk.clock()
    if "part" in request.query:
        return part(request, "batches_live.html", "", _shown(desk, request, now))
    return _page(desk, request, authority, now)


def part(request: Request, template: str, root: str, shown: dict[str, Any]) -> Answer:
    """Answer with what may have changed, for a page to take over; `root` is that page's."""
    headers = {"ETag": shown["etag"]}
    if request.headers.get("if-none-match", "").removeprefix("W/") == shown["etag"]:
        return Answer(304, headers=headers)
    return Answer(200, pages.render(template, root, **shown), headers=headers)


def start(desk: BatchDesk, request: Request) -> Answer:
    """Answer POST: say what a batch would cost at most; or start it, once for its form."""
    authority, now = desk.poster(request), desk.clock()
    # Behind the check of who asks.
    from framewarden.console.batch_form import CHANGE, CHECK, StartForm

    form: StartForm | None = None
    try:
        form = StartForm.of(request)
        desk.check(authority, START, form.nonce, now)
        if len(form.once) > ONCE_LENGTH:
            raise RefusedError(Problem.MALFORMED)
    except RefusedError as refusal:
        return _page(desk, request, authority, now, form, refusal.problem.value)
    if form.action == CHANGE:
        return _page(desk, request, authority, now, form)
    work = desk.work()
    # A form that is sent twice is one batch: its nonce and what tells pages apart name it.
    batch_id = batch_id_of("desk", authority.account or "", form.nonce, form.once)
    try:
        asked = form.asked(batch_id, authority)
        if form.action == CHECK:
            work.check(asked)
            return _page(desk, request, authority, now, form, confirm=True)
        work.start(asked, now)
    except PermanentError as refusal:
        return _page(desk, request, authority, now, form, refused(refusal))
    return Answer(303, headers={"Location": f"{request.root}batches/{batch_id}"})


def refused(refusal: PermanentError) -> Words:
    """Word why a batch does not start, or does not go on; the error says what to do about it."""
    said = sentences(str(refusal).removesuffix("."))
    return Words(409, "Nothing was done", said, "")


def _page(
    desk: BatchDesk,
    request: Request,
    authority: Authority,
    now: datetime,
    form: "StartForm | None" = None,
    notice: Words | None = None,
    *,
    confirm: bool = False,
) -> Answer:
    from framewarden.console.batch_form import StartForm, offer_of

    work = desk.work()
    form = form or StartForm()
    body = pages.render(
        "batches.html",
        request.root,
        visitor=authority.visitor(now),
        here=request.here,
        every=EVERY,
        leads=authority.may(roles.LEAD),
        nonce=links.make_nonce(authority.key, authority.subject(START), now),
        # The second press sends what the first one has named.
        once=form.once if confirm else token_urlsafe(ONCE_BYTES),
        form=form,
        offer=offer_of(form, work.ceiling, work.sources),
        confirm=confirm,
        notice=notice,
        **_shown(desk, request, now),
    )
    return Answer(notice.status if notice else 200, body)


def _shown(desk: BatchDesk, request: Request, now: datetime) -> dict[str, Any]:
    from framewarden.console.batches_view import view_of

    after = request.query.get("after", "")
    listed = desk.work().page(after)
    view, second = view_of(listed, after, now), int(now.timestamp())
    return {"view": view, "etag": etag_of(listed), "now": second}


def etag_of(seen: Any, *also: Any) -> str:
    """Return what names something as it was read, whenever it is looked at."""
    return f'"{hashlib.sha256(repr((seen, *also)).encode()).hexdigest()[:16]}"'


def routes(desk: Callable[[], BatchDesk]) -> Routes:
    """Return the routes of the list; the desk is made when it is first asked for."""
    return {
        "/batches": looks(lambda request: show(desk(), request))
        | {"POST": lambda request: start(desk(), request)}
    }
