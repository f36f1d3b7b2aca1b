"""Show one batch while it runs and after; let a lead cancel it, or go on with it."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any

from framewarden.console import pages
from framewarden.console.answer import Answer
from framewarden.console.authority import Authority
from framewarden.console.batches import BatchDesk, etag_of, part, refused
from framewarden.console.problems import Problem, RefusedError, Words
from framewarden.console.request import Request
from framewarden.console.site import Routes, looks
from framewarden.domain import links, roles
from framewarden.domain.errors import PermanentError

if TYPE_CHECKING:
    from framewarden.batchwork import Seen

# Milliseconds between two looks of a page; each reads a row and what its ranges have counted.
EVERY = 3_000
# Forms hold a nonce of 15 minutes: what never changes is sent anew before theirs has ended.
FRESH = 300  # seconds
# The way from a batch's page to the root.
PAGE_ROOT = "../"

NO_BATCH = Words(
    404,
    "There is no such batch",
    "Nothing of it is stored here: it was never started, or its id was cut.",
    "Compare the id with the one in the list of batches.",
)
NO_FILE = Words(
    404,
    "There is no such file",
    "A batch writes its results when it ends; before that, and of a batch that failed early, there "
    "are none.",
    "Look at the batch's page for those that it has.",
)


@dataclass(frozen=True)
class Opened:
    """A batch, and who looks at it."""

    batch_id: str
    authority: Authority
    request: Request
    now: datetime

    @property
    def subject(self) -> str:
        """Return what the nonce of its forms is bound to."""
        return self.authority.subject(about(self.batch_id))


def about(batch_id: str) -> str:
    """Return what the forms of a batch's page are about."""
    return f"batch {batch_id}"


def show(desk: BatchDesk, request: Request, batch_id: str) -> Answer:
    """Answer GET: a batch as it stands, or with `part` what may have changed of it."""
    opened = Opened(batch_id, desk.looker(request), request, desk.clock())
    if "part" not in request.query:
        return _page(desk, opened)
    seen = desk.work().look(batch_id)
    if seen is None:
        raise RefusedError(Problem.NO_PAGE)
    return part(request, "batch_live.html", PAGE_ROOT, _shown(opened, seen))


def cancel(desk: BatchDesk, request: Request, batch_id: str) -> Answer:
    """Answer POST: cancel a batch; what it has answered is kept."""
    return _ordered(
        desk, request, batch_id, lambda by, ceiling, now: desk.work().cancel(batch_id, by, now)
    )


def resume(desk: BatchDesk, request: Request, batch_id: str) -> Answer:
    """Answer POST: go on with a batch, up to another ceiling where one was typed."""
    return _ordered(
        desk,
        request,
        batch_id,
        lambda by, ceiling, now: desk.work().resume(batch_id, ceiling, by, now),
    )


def file(desk: BatchDesk, request: Request, batch_id: str, file: str) -> Answer:
    """Answer GET: lead to one of a batch's files for a minute."""
    desk.looker(request)
    address = desk.work().file(batch_id, file)
    if address is None:
        return Answer(404, pages.problem_page(NO_FILE, request.root))
    return Answer(303, headers={"Location": address})


def _ordered(
    desk: BatchDesk,
    request: Request,
    batch_id: str,
    order: Callable[[str, int | None, datetime], None],
) -> Answer:
    """Place an order of a form of ours, and show the batch as it stands then."""
    opened = Opened(batch_id, desk.poster(request), request, desk.clock())
    from framewarden.console.batch_form import OrderForm, ceiling_of  # behind the check of who asks

    form: OrderForm | None = None
    try:
        form = OrderForm.of(request)
        desk.check(opened.authority, about(batch_id), form.nonce, opened.now)
        order(opened.authority.name, ceiling_of(form.ceiling), opened.now)
    except RefusedError as refusal:
        return _page(desk, opened, refusal.problem.value)
    except PermanentError as refusal:
        return _page(desk, opened, refused(refusal), form.ceiling if form else "")
    return Answer(303, headers={"Location": f"{request.root}batches/{batch_id}"})


def _page(
    desk: BatchDesk, opened: Opened, notice: Words | None = None, ceiling: str = ""
) -> Answer:
    request, seen = opened.request, desk.work().look(opened.batch_id)
    if seen is None:
        return Answer(404, pages.problem_page(NO_BATCH, request.root))
    body = pages.render(
        "batch.html",
        request.root,
        visitor=opened.authority.visitor(opened.now),
        here=request.here,
        every=EVERY,
        notice=notice,
        **_shown(opened, seen, ceiling),
    )
    return Answer(notice.status if notice else 200, body)


def _shown(opened: Opened, seen: "Seen", ceiling: str = "") -> dict[str, Any]:
    from framewarden.console.batch_view import view_of

    authority, now = opened.authority, opened.now
    second = int(now.timestamp())
    acts = tuple(sorted(authority.acts))
    return {
        "view": view_of(seen, now),
        "etag": etag_of(seen, acts, second // FRESH),
        "now": second,
        "leads": authority.may(roles.LEAD),
        "inspects": authority.may(roles.INSPECT),
        "nonce": links.make_nonce(authority.key, opened.subject, now),
        "ceiling": ceiling,
    }


def routes(desk: Callable[[], BatchDesk]) -> Routes:
    """Return the routes of one batch; the desk is made when it is first asked for."""
    path = "/batches/<batch_id>"
    return {
        path: looks(lambda request, **of: show(desk(), request, **of)),
        f"{path}/cancel": {"POST": lambda request, **of: cancel(desk(), request, **of)},
        f"{path}/resume": {"POST": lambda request, **of: resume(desk(), request, **of)},
        f"{path}/files/<file>": looks(lambda request, **of: file(desk(), request, **of)),
    }
