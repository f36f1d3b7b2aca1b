"""Let leads, engineers and auditors see adapters, and leads act: what both pages share."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any

from framewarden.console import pages
from framewarden.console.answer import Answer
from framewarden.console.authority import Authority
from framewarden.console.problems import Problem, RefusedError, Words
from framewarden.console.request import Request
from framewarden.console.site import LOOK
from framewarden.console.trust import check_nonce
from framewarden.console.visitors import Visitors
from framewarden.console.words import sentences
from framewarden.domain import links, roles
from framewarden.domain.errors import FramewardenError, TransientError

if TYPE_CHECKING:
    from framewarden.adapterwork import Adapterwork

# What the forms of the page of all adapters are about.
ADAPTERS = "adapters"
# Forms hold a nonce of 15 minutes: what never changes is sent anew before theirs has ended.
FRESH = 300  # seconds

NOT_YOURS = Words(
    403,
    "This is for leads, engineers and auditors",
    "Adapters change how every frame is judged. They learn from what you say of labels, on a case "
    "and on a list's images.",
    "If you should see them, ask whoever keeps accounts for the role.",
)


@dataclass(frozen=True)
class Asked:
    """A request of somebody who may see adapters."""

    request: Request
    authority: Authority
    now: datetime


@dataclass(frozen=True)
class AdapterDesk:
    """The pages of adapters, on top of what reaches outside.

    `work` is called behind the check of who looks: whoever is refused loads no more than that.
    """

    work: Callable[[], "Adapterwork"]
    visitors: Visitors
    clock: Callable[[], datetime]

    def asked(self, request: Request) -> Asked:
        """Return a request with who sent it.

        Raises
        ------
        RefusedError
            It is a form of another site, or nobody is signed in.
        """
        if request.method not in LOOK and not request.own_origin:
            raise RefusedError(Problem.OTHER_ORIGIN)
        authority = self.visitors.signed_in(request)
        if authority is None:
            raise RefusedError(Problem.SIGN_IN)
        return Asked(request, authority, self.clock())

    def check(self, asked: Asked, about: str, nonce: str) -> None:
        """Refuse a form that is not ours, not fresh, or not a lead's.

        Raises
        ------
        RefusedError
        """
        check_nonce(self.visitors.keys, asked.authority.subject(about), nonce, asked.now)
        asked.authority.require(roles.LEAD)

    def common(self, asked: Asked, about: str) -> dict[str, Any]:
        """Return what every page and part of one shows: who may act, and by which nonce."""
        authority = asked.authority
        return {
            "now": int(asked.now.timestamp()),
            "leads": authority.may(roles.LEAD),
            "inspects": authority.may(roles.INSPECT),
            "nonce": links.make_nonce(authority.key, authority.subject(about), asked.now),
        }


def fresh(asked: Asked) -> tuple[Any, ...]:
    """Return what names a part of a page besides what was read: its buttons, and their nonce."""
    return sorted(asked.authority.acts), int(asked.now.timestamp()) // FRESH


def opened(
    desk: Callable[[], AdapterDesk], page: Callable[..., Answer]
) -> Callable[[Request], Answer]:
    """Return a page for whoever may see adapters; the desk is made when it is first asked for."""

    def guarded(request: Request, **of: str) -> Answer:
        made = desk()
        asked = made.asked(request)
        if not (asked.authority.may(roles.LEAD) or asked.authority.may(roles.INSPECT)):
            return Answer(NOT_YOURS.status, pages.problem_page(NOT_YOURS, request.root))
        return page(made, asked, **of)

    return guarded


def answered(body: str, notice: Words | None) -> Answer:
    """Answer with a page, and with the status of what it has to say."""
    return Answer(notice.status if notice else 200, body)


def unanswered(failure: FramewardenError, title: str) -> Words:
    """Word why something was not done; the error says what to do about it."""
    said = sentences(str(failure).removesuffix("."))
    if isinstance(failure, TransientError):
        return Words(503, title, said, "What stands is below. Try again in a moment.")
    return Words(409, title, said, "")
