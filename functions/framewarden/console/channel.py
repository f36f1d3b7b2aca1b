"""Show a channel to who is signed in or holds its link, and place the orders of its buttons."""

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from secrets import token_urlsafe
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode

from framewarden.console import channel_address, pages
from framewarden.console.answer import RELOAD, Answer
from framewarden.console.problems import Problem, RefusedError, Words
from framewarden.console.request import Request
from framewarden.console.site import Routes, looks
from framewarden.console.trust import check_nonce
from framewarden.console.visitors import Visit, Visitors
from framewarden.domain import links, roles
from framewarden.domain.frames import Home
from framewarden.domain.times import iso

if TYPE_CHECKING:
    from framewarden.console.form import Form
    from framewarden.overview import Overview

# Who may place which of them `domain.roles` says.
ORDERS = ("stop", "ban", "reinstate")
# As IVS and our gateways spell sessions; whatever else a form sends is not one.
SESSION = re.compile(r"[A-Za-z0-9_.:-]{1,128}")
EXECUTION = re.compile(r"order-[0-9a-f]{40}")
# What tells two pages of one second apart.
ONCE_BYTES, ONCE_LENGTH = 9, 32
SECOND = re.compile(r"[0-9]{1,12}")


@dataclass(frozen=True)
class Opened:
    """A channel, and who looks at it."""

    channel_arn: str
    visit: Visit
    request: Request
    now: datetime

    @property
    def path(self) -> str:
        """Return the page's own address without its query, relative to wherever it was opened."""
        return f"{self.request.root}{channel_address.path_of(self.channel_arn)}"

    @property
    def subject(self) -> str:
        """Return what the form's nonce is bound to."""
        return self.visit.authority.subject(self.channel_arn)

    @property
    def awaited(self) -> tuple[str, int] | None:
        """Return the order that the page was asked to watch, and the second it was placed in."""
        order, placed = (self.request.query.get(name, "") for name in ("order", "placed"))
        if not EXECUTION.fullmatch(order):
            return None
        return order, int(placed) if SECOND.fullmatch(placed) else 0


@dataclass(frozen=True)
class ChannelDesk:
    """The pages of channels, on top of what reaches outside."""

    look: Callable[[str, datetime], "Overview"]
    place: Callable[[dict[str, Any], str], str]
    visitors: Visitors
    clock: Callable[[], datetime]

    def show(self, request: Request, service: str, channel_id: str) -> Answer:
        """Answer GET: the channel as it stands. Nothing changes."""
        return self._page(self._opened(request, service, channel_id))

    def order(self, request: Request, service: str, channel_id: str) -> Answer:
        """Answer POST: place an order once, then show what becomes of it."""
        if not request.own_origin:
            raise RefusedError(Problem.OTHER_ORIGIN)
        opened = self._opened(request, service, channel_id)
        from framewarden.console.form import Form  # behind the check of who asks

        form: Form | None = None
        try:
            form = Form.of(request)
            self._check(opened, form)
        except RefusedError as refusal:
            return self._page(opened, refusal.problem.value, form)
        return self._placed(opened, form, channel_id)

    def _page(
        self, opened: Opened, notice: Words | None = None, form: "Form | None" = None
    ) -> Answer:
        # With the first page: placing an order, or refusing a stranger, shows no channel.
        from framewarden.console.channel_view import view_of
        from framewarden.console.form import NAME_LENGTH, NOTE_LENGTH, Form

        overview = self.look(opened.channel_arn, opened.now)
        if not overview.known:
            raise RefusedError(Problem.NO_CHANNEL)
        visit, now = opened.visit, opened.now
        awaited = None if notice else opened.awaited
        view = view_of(overview, visit, awaited, now)
        body = pages.render(
            "channel.html",
            opened.request.root,
            visitor=visit.authority.visitor(now),
            here=opened.request.here,
            view=view,
            now=int(now.timestamp()),
            address=visit.address(opened.path),
            nonce=links.make_nonce(visit.authority.key, opened.subject, now),
            once=token_urlsafe(ONCE_BYTES),
            form=form or Form(),
            notice=notice,
            name_length=NAME_LENGTH,
            note_length=NOTE_LENGTH,
        )
        headers = RELOAD if view.order == "under_way" else {}
        return Answer(notice.status if notice else 200, body, headers=headers)

    def _check(self, opened: Opened, form: "Form") -> None:
        """Refuse a form that is not ours, not fresh, or orders what whoever sends it may not."""
        check_nonce(self.visitors.keys, opened.subject, form.nonce, opened.now)
        if form.action not in ORDERS:
            raise RefusedError(Problem.NOT_OFFERED)
        act = roles.needed(form.action)
        if opened.visit.late and not opened.visit.authority.may(act):
            raise RefusedError(Problem.LINK_LOOKS_ONLY)
        opened.visit.authority.require(act)
        if len(form.once) > ONCE_LENGTH or (form.session and not SESSION.fullmatch(form.session)):
            raise RefusedError(Problem.MALFORMED)

    def _placed(self, opened: Opened, form: "Form", channel_id: str) -> Answer:
        from framewarden.console.form import UNNAMED

        # A stop is of the session that its page showed; a ban or its end is of the channel.
        session = form.session if form.action == "stop" else ""
        visit = opened.visit
        order = {
            "action": form.action,
            "channel_arn": opened.channel_arn,
            "channel": channel_id,
            "session": session or None,
            # Who is signed in is known; what they typed as a name is not asked.
            "by": visit.authority.name if visit.authority.account else form.name or UNNAMED,
            "via": visit.authority.via,
            "note": form.note,
            "at": iso(opened.now),
        }
        # What two people order from pages of one second are two orders; a form sent twice is one.
        execution = self.place(order, f"{form.nonce}|{form.once}|{session}")
        watch = urlencode({"order": execution, "placed": int(opened.now.timestamp())})
        query = "&".join(filter(None, (visit.query, watch)))
        return Answer(303, headers={"Location": f"{opened.path}?{query}"})

    def _opened(self, request: Request, service: str, channel_id: str) -> Opened:
        arn = channel_address.arn_of(service, channel_id, Home.of_function(request.function_arn))
        if arn is None:
            raise RefusedError(Problem.NO_PAGE)
        visit = self.visitors.of_channel(request, arn)
        visit.authority.require(roles.LOOK)
        return Opened(arn, visit, request, self.clock())


def routes(desk: Callable[[], ChannelDesk]) -> Routes:
    """Return the routes of channels; the desk is made when the first channel is asked for."""
    return {
        "/channels/<service>/<channel_id>": looks(lambda request, **of: desk().show(request, **of))
        | {"POST": lambda request, **of: desk().order(request, **of)},
    }
