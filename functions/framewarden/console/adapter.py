"""Show one adapter while it is trained and after; let a lead promote it, or try its shadow."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from framewarden.console import pages
from framewarden.console.adapter_desk import (
    AdapterDesk,
    Asked,
    answered,
    fresh,
    opened,
    unanswered,
)
from framewarden.console.answer import Answer
from framewarden.console.batches import etag_of, part
from framewarden.console.problems import Problem, RefusedError, Words
from framewarden.console.site import Routes, looks
from framewarden.domain.errors import FramewardenError

if TYPE_CHECKING:
    from framewarden.adapterwork import Seen
    from framewarden.console.adapter_form import OrderForm

# Milliseconds between two looks of a page.
EVERY = 3_000
# The way from an adapter's page to the root.
PAGE_ROOT = "../"
# What a second press would do.
PROMOTE, SHADOW, END_SHADOW = "promote", "shadow", "end"
NOT_DONE = "Nothing was changed"
NO_ADAPTER = Words(
    404,
    "There is no such adapter",
    "Nothing of it is stored here: none was trained under this name, or the name was cut.",
    "Compare the name with those in the list of adapters.",
)
MOVED_ON = Words(
    409,
    NOT_DONE,
    "Another model was made live while this page was open: what it said holds no longer.",
    "Below is what stands. Look again, then press the button.",
)


@dataclass(frozen=True)
class Said:
    """What the page says besides how the adapter stands: words, or what a second press would do."""

    notice: Words | None = None
    confirm: str = ""
    share: str = ""


def show(desk: AdapterDesk, asked: Asked, name: str) -> Answer:
    """Answer GET: an adapter as it stands, or with `part` what may have changed of it."""
    seen = desk.work().look(name)
    if "part" not in asked.request.query:
        return _page(desk, asked, seen, Said())
    if seen is None:
        raise RefusedError(Problem.NO_PAGE)
    shown = _shown(desk, asked, seen, Said())
    return part(asked.request, "adapter_live.html", PAGE_ROOT, shown)


def promote(desk: AdapterDesk, asked: Asked, name: str) -> Answer:
    """Answer POST: say what changes with an adapter live; or make it live."""

    def ordered(form: "OrderForm", seen: "Seen") -> None:
        who = asked.authority
        desk.work().promote(name, who.name, who.account, asked.now)

    return _ordered(desk, asked, name, lambda form: PROMOTE, ordered)


def shadow(desk: AdapterDesk, asked: Asked, name: str) -> Answer:
    """Answer POST: say what a shadow costs and changes; or begin it, or end it."""

    def confirm(form: "OrderForm") -> str:
        return END_SHADOW if form.portion() is None else SHADOW

    def ordered(form: "OrderForm", seen: "Seen") -> None:
        share, who = form.portion(), asked.authority
        # One that was put in its place meanwhile is not ended with it.
        if share is not None or (seen.switch["shadow"] or {}).get("name") == name:
            desk.work().shadow(name, share, who.name, who.account, asked.now)

    return _ordered(desk, asked, name, confirm, ordered)


def _ordered(
    desk: AdapterDesk,
    asked: Asked,
    name: str,
    confirm: Callable[["OrderForm"], str],
    order: Callable[["OrderForm", "Seen"], None],
) -> Answer:
    """Say what an order changes, and carry it out with the second press."""
    from framewarden.console.adapter_form import CHECK, OrderForm

    seen = desk.work().look(name)
    try:
        form = OrderForm.of(asked.request)
        desk.check(asked, about(name), form.nonce)
        if seen is None or form.action == CHECK:
            return _page(desk, asked, seen, Said(confirm=confirm(form), share=form.share))
        live = (seen.switch["live"] or {}).get("name", "")
        # A form that is sent twice finds what it has done itself.
        if live not in (form.live, name):
            return _page(desk, asked, seen, Said(MOVED_ON))
        order(form, seen)
    except RefusedError as refusal:
        return _page(desk, asked, seen, Said(refusal.problem.value))
    except FramewardenError as refusal:
        return _page(desk, asked, seen, Said(unanswered(refusal, NOT_DONE)))
    return Answer(303, headers={"Location": f"{asked.request.root}adapters/{name}"})


def _page(desk: AdapterDesk, asked: Asked, seen: "Seen | None", said: Said) -> Answer:
    if seen is None:
        return Answer(404, pages.problem_page(NO_ADAPTER, asked.request.root))
    body = pages.render(
        "adapter.html",
        asked.request.root,
        visitor=asked.authority.visitor(asked.now),
        here=asked.request.here,
        every=EVERY,
        **_shown(desk, asked, seen, said),
    )
    return answered(body, said.notice)


def _shown(desk: AdapterDesk, asked: Asked, seen: "Seen", said: Said) -> dict[str, Any]:
    from framewarden.console.adapter_view import view_of

    etag = etag_of(seen, fresh(asked))
    common = desk.common(asked, about(str(seen.row["item"])))
    return {"view": view_of(seen, asked.now), "etag": etag, "said": said, **common}


def about(name: str) -> str:
    """Return what the forms of an adapter's page are about."""
    return f"adapter {name}"


def routes(desk: Callable[[], AdapterDesk]) -> Routes:
    """Return the routes of one adapter; the desk is made when it is first asked for."""
    path = "/adapters/<name>"
    return {
        path: looks(opened(desk, show)),
        f"{path}/promote": {"POST": opened(desk, promote)},
        f"{path}/shadow": {"POST": opened(desk, shadow)},
    }
