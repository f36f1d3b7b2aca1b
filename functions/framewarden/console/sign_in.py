"""Sign people in and out with the desk's own form; what they type goes to the user pool only."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Protocol

from framewarden.console import pages, session
from framewarden.console.answer import Answer
from framewarden.console.authority import SIGN_OUT
from framewarden.console.problems import Problem, RefusedError, Words
from framewarden.console.request import Request
from framewarden.console.sign_in_form import LONGEST, Typed
from framewarden.console.site import Routes, looks
from framewarden.console.trust import check_nonce
from framewarden.console.visitors import Visitors
from framewarden.console.way_back import way_back
from framewarden.domain import links
from framewarden.observability import logger

if TYPE_CHECKING:
    from framewarden.aws.accounts import AccountError, Challenge, Signed

# What the nonce of the form is about.
SIGN_IN = "sign-in"
TOO_LONG = Words(
    413,
    "That was too long",
    "Nobody was signed in. A name has at most 128 characters, a password 256.",
    "Type both again.",
)
TOOK_TOO_LONG = Words(
    401,
    "That took too long",
    "Nobody was signed in, and no password was changed: a new one has to be chosen within a few "
    "minutes.",
    "Type your name again, and the password that you were given.",
)


class Pool(Protocol):
    """The user pool, as `aws.accounts.Accounts` asks it."""

    def sign_in(self, account: str, password: str) -> "Signed | Challenge":
        """Sign somebody in."""

    def choose_password(self, account: str, session: str, password: str) -> "Signed":
        """Answer the challenge of a first sign-in."""

    def revoke(self, refresh: str) -> None:
        """End what a refresh token lends."""


@dataclass(frozen=True)
class SignInDesk:
    """The pages that sign people in and out; the pool is made when somebody presses a button."""

    pool: Callable[[], Pool]
    visitors: Visitors

    def show(self, request: Request) -> Answer:
        """Answer GET: the form, or the way back for whoever is signed in."""
        wanted = way_back(request.query.get("next", ""))
        if self.visitors.signed_in(request) is not None:
            return Answer(303, headers={"Location": request.root + wanted})
        return self._page(request, Typed(next=wanted))

    def take(self, request: Request) -> Answer:
        """Answer POST: sign somebody in, or say why not; the typed name stays in the form."""
        if not request.own_origin:
            raise RefusedError(Problem.OTHER_ORIGIN)
        typed = Typed()
        try:
            typed = Typed.of(request)
            check_nonce(self.visitors.keys, SIGN_IN, typed.nonce, self.visitors.clock())
        except RefusedError as refusal:
            return self._page(request, replace(typed, session=""), refusal.problem.value)
        if typed.is_too_long:
            return self._page(request, Typed(next=typed.next), TOO_LONG)
        return self._ask(request, typed)

    def leave(self, request: Request) -> Answer:
        """Answer POST: forget the session here, and let the pool forget what it lent."""
        if not request.own_origin:
            raise RefusedError(Problem.OTHER_ORIGIN)
        authority = self.visitors.signed_in(request)
        if authority is not None:
            subject, nonce = authority.subject(SIGN_OUT), Typed.of(request).nonce
            try:
                check_nonce(self.visitors.keys, subject, nonce, self.visitors.clock())
            except RefusedError as refusal:
                # A page may stand open for hours: whoever leaves it is not made to come back.
                if refusal.problem is not Problem.FORM_OLD:
                    raise
            self._revoke(request.cookies.get(session.REFRESH))
        return Answer(303, headers={"Location": request.root or "./"}, cookies=session.CLEARED)

    def _ask(self, request: Request, typed: Typed) -> Answer:
        from framewarden.aws import accounts

        try:
            if typed.session:
                signed: Signed | Challenge = self.pool().choose_password(
                    typed.username, typed.session, typed.new_password
                )
            else:
                signed = self.pool().sign_in(typed.username, typed.password)
        except accounts.AccountError as failure:
            again = replace(typed, session="") if failure.final else typed
            return self._page(request, again, _words(failure, typed))
        if isinstance(signed, accounts.Challenge):
            return self._page(request, replace(typed, session=signed.session))
        return self._signed(request, typed, signed)

    def _signed(self, request: Request, typed: Typed, signed: "Signed") -> Answer:
        if not signed.roles:
            self._revoke(signed.refresh)
            raise RefusedError(Problem.NO_ROLE)
        held = session.Session.of(signed, self.visitors.clock())
        sealed = session.seal(held, self.visitors.keys.accepted()[0])
        return Answer(
            303,
            headers={"Location": request.root + way_back(typed.next)},
            cookies=(
                session.cookie(session.COOKIE, sealed),
                session.cookie(session.REFRESH, signed.refresh),
            ),
        )

    def _revoke(self, refresh: str | None) -> None:
        """Let the pool forget a token; whoever leaves is not kept because it does not answer."""
        from framewarden.aws import accounts

        if not refresh:
            return
        try:
            self.pool().revoke(refresh)
        except accounts.AccountError as failure:
            logger.warning("token not revoked", extra={"error": type(failure).__name__})

    def _page(self, request: Request, typed: Typed, notice: Words | None = None) -> Answer:
        visitors = self.visitors
        key = visitors.keys.accepted()[0]
        body = pages.render(
            "sign_in.html",
            request.root,
            here=way_back(typed.next),
            username=typed.username,
            challenge=typed.session,
            longest=LONGEST,
            nonce=links.make_nonce(key, SIGN_IN, visitors.clock()),
            notice=notice,
        )
        return Answer(notice.status if notice else 200, body)


def _words(failure: "AccountError", typed: Typed) -> Words:
    """Word what the pool said; where it failed by itself, the log gets AWS's name of it."""
    from framewarden.aws import accounts

    if isinstance(failure, accounts.AccountRefusedError):
        return TOOK_TOO_LONG if typed.session else Problem.SIGN_IN_REFUSED.value
    if isinstance(failure, accounts.AccountsAwayError):
        logger.warning("accounts away", extra={"error": str(failure)})
    problems = {
        accounts.AccountsBusyError: Problem.SIGN_IN_BUSY,
        accounts.AccountsAwayError: Problem.SIGN_IN_AWAY,
        accounts.PasswordRefusedError: Problem.PASSWORD_REFUSED,
        accounts.StepUnsupportedError: Problem.SIGN_IN_UNSUPPORTED,
    }
    return problems[type(failure)].value


def routes(desk: Callable[[], SignInDesk]) -> Routes:
    """Return the routes of signing in and out."""
    return {
        "/sign-in": looks(lambda request: desk().show(request))
        | {"POST": lambda request: desk().take(request)},
        "/sign-out": {"POST": lambda request: desk().leave(request)},
    }
