"""Show which adapter is live and how ready the next one's examples are; let a lead train one."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from framewarden.console import pages
from framewarden.console.adapter_desk import (
    ADAPTERS,
    AdapterDesk,
    Asked,
    answered,
    fresh,
    opened,
    unanswered,
)
from framewarden.console.answer import Answer
from framewarden.console.batches import etag_of, part
from framewarden.console.problems import RefusedError, Words
from framewarden.console.site import Routes, looks
from framewarden.domain.errors import FramewardenError

if TYPE_CHECKING:
    from framewarden.console.adapter_form import TrainForm
    from framewarden.console.adapter_readiness import ReadinessView

# Milliseconds between two looks of a page.
EVERY = 5_000
# What a second press would do.
TRAIN, ROLL_BACK = "train", "rollback"
NOT_STARTED, NOT_TAKEN_BACK = "Nothing was started", "Nothing was rolled back"
NOT_READ = "The examples could not be read"


@dataclass(frozen=True)
class Said:
    """What the page says besides how it all stands: words, or what a second press would do.

    `examples` tells whether they are read: it takes seconds, for which nobody waits who takes an
    adapter back.
    """

    form: "TrainForm | None" = None
    notice: Words | None = None
    confirm: str = ""
    to: str = ""
    readiness: "ReadinessView | None" = None
    examples: bool = True


def show(desk: AdapterDesk, asked: Asked) -> Answer:
    """Answer GET: how it all stands, or with `part` what may have changed of it."""
    if "part" in asked.request.query:
        return part(asked.request, "adapters_live.html", "", _shown(desk, asked))
    from framewarden.console.adapter_form import TrainForm

    again = asked.request.query.get("again", "")
    seen = desk.work().look(again) if again else None
    return _page(desk, asked, Said(TrainForm.again(seen.row) if seen else None))


def train(desk: AdapterDesk, asked: Asked) -> Answer:
    """Answer POST: say what would be trained; or start it, once for its name."""
    from framewarden.console.adapter_form import CHANGE, CHECK, TrainForm

    form: TrainForm | None = None
    try:
        form = TrainForm.of(asked.request)
        desk.check(asked, ADAPTERS, form.nonce)
        if form.action == CHANGE:
            return _page(desk, asked, Said(form))
        wanted = form.request(asked.authority)
        if form.action == CHECK:
            return _page(desk, asked, _checked(desk, asked, form, wanted))
        name = desk.work().start(wanted, asked.now)
    except RefusedError as refusal:
        return _page(desk, asked, Said(form, refusal.problem.value))
    except FramewardenError as refusal:
        return _page(desk, asked, Said(form, unanswered(refusal, NOT_STARTED)))
    return Answer(303, headers={"Location": f"{asked.request.root}adapters/{name}"})


def _checked(desk: AdapterDesk, asked: Asked, form: "TrainForm", wanted: dict[str, Any]) -> Said:
    """Say what a form would train, of the examples as they are now."""
    from framewarden.console.adapter_readiness import view_of

    work = desk.work()
    # The second press sends the name that the first one gave: it starts one training at most.
    form = replace(form, name=work.check(wanted, asked.now))
    view = view_of(work.readiness(wanted.get("threshold"), wanted["labels"]))
    if view.ready:
        return Said(form, confirm=TRAIN, readiness=view)
    words = Words(409, NOT_STARTED, " ".join(view.lacks), "")
    return Said(form, words, readiness=view)


def roll_back(desk: AdapterDesk, asked: Asked) -> Answer:
    """Answer POST: say what a roll back changes; or go back, once from what was live."""
    from framewarden.console.adapter_form import BASE, CHECK, OrderForm

    said = Said(examples=False)
    try:
        form = OrderForm.of(asked.request)
        desk.check(asked, ADAPTERS, form.nonce)
        if form.action == CHECK:
            return _page(desk, asked, replace(said, confirm=ROLL_BACK, to=form.to))
        to_base, who = form.to == BASE, asked.authority
        desk.work().roll_back(form.live, who.name, who.account, asked.now, to_base=to_base)
    except RefusedError as refusal:
        return _page(desk, asked, replace(said, notice=refusal.problem.value))
    except FramewardenError as refusal:
        return _page(desk, asked, replace(said, notice=unanswered(refusal, NOT_TAKEN_BACK)))
    return Answer(303, headers={"Location": f"{asked.request.root}adapters"})


def _page(desk: AdapterDesk, asked: Asked, said: Said) -> Answer:
    from framewarden.console.adapter_form import TrainForm
    from framewarden.domain.adapter_requests import HOURS, MOST_HOURS, THRESHOLD

    readiness, unread = said.readiness, None
    if said.examples and readiness is None:
        readiness, unread = _readiness(desk)
    body = pages.render(
        "adapters.html",
        asked.request.root,
        visitor=asked.authority.visitor(asked.now),
        here=asked.request.here,
        every=EVERY,
        said=said,
        form=said.form or TrainForm(),
        readiness=readiness,
        unread=unread,
        bounds={"hours": HOURS, "most": MOST_HOURS, "threshold": f"{THRESHOLD:g}"},
        **_shown(desk, asked),
    )
    return answered(body, said.notice)


def _readiness(desk: AdapterDesk) -> tuple["ReadinessView | None", Words | None]:
    """Read the examples; what is live, and the way back, are shown whether that works or not."""
    from framewarden.console.adapter_readiness import view_of

    try:
        return view_of(desk.work().readiness(None, None)), None
    except FramewardenError as failure:
        return None, unanswered(failure, NOT_READ)


def _shown(desk: AdapterDesk, asked: Asked) -> dict[str, Any]:
    from framewarden.console.adapters_view import view_of

    seen = desk.work().overview()
    etag = etag_of(seen, fresh(asked))
    return {"view": view_of(seen, asked.now), "etag": etag, **desk.common(asked, ADAPTERS)}


def routes(desk: Callable[[], AdapterDesk]) -> Routes:
    """Return the routes of all adapters; the desk is made when it is first asked for."""
    return {
        "/adapters": {**looks(opened(desk, show)), "POST": opened(desk, train)},
        "/adapters/rollback": {"POST": opened(desk, roll_back)},
    }
