"""Find out who is asking: somebody who signed in, or else the holder of a link."""

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING
from urllib.parse import urlencode

from framewarden.console import session
from framewarden.console.authority import Authority
from framewarden.console.problems import Problem, RefusedError
from framewarden.console.request import Request
from framewarden.console.trust import Keys, link_key
from framewarden.domain import links, roles
from framewarden.domain.cases import DESK, LINK
from framewarden.observability import logger

if TYPE_CHECKING:
    from framewarden import settings
    from framewarden.aws.accounts import Signed

# A pool that does not answer is not asked by every request of a page that looks each second.
QUIET = timedelta(seconds=30)

# Returns when a link ends, or raises what `domain.links` raises.
Verifier = Callable[[list[str], str, str, datetime], int]


@dataclass(frozen=True)
class Visit:
    """Somebody on a page; `query` is what their own addresses carry on, `exp` a link's end."""

    authority: Authority
    query: str = ""
    exp: int | None = None
    late: bool = False

    def address(self, path: str) -> str:
        """Return an address of ours that this visitor may open."""
        return f"{path}?{self.query}" if self.query else path


@dataclass
class Visitors:
    """Whoever asks, by cookie or by link; `renew` asks the pool who somebody still is."""

    keys: Keys
    link_may: str
    renew: Callable[[str], "Signed | None"]
    clock: Callable[[], datetime]
    _away_at: datetime | None = field(default=None, init=False)

    def signed_in(self, request: Request) -> Authority | None:
        """Return who signed in; None where nobody did, or the session has ended.

        Raises
        ------
        RefusedError
            We did not sign the session, or its account has no role.
        """
        value = request.cookies.get(session.COOKIE)
        if not value:
            return None
        held, key = session.unseal(value, self.keys)
        now = self.clock()
        kept = held if now.timestamp() < held.until else self._renewed(request, held, key, now)
        if kept is None:
            return None
        acts = roles.acts_of(kept.roles)
        if not acts:
            raise RefusedError(Problem.NO_ROLE)
        return Authority(DESK, acts, key, kept.account, kept.name, kept.roles)

    def of_review(self, request: Request, review_id: str) -> Visit:
        """Return who looks at a review.

        Raises
        ------
        RefusedError
            Nobody is signed in, and the link is not good, or there is none.
        """
        return self._visit(
            request,
            lambda keys, exp, sig, now: links.verify_link(keys, review_id, exp, sig, now),
            Problem.LINK_EXPIRED,
        )

    def of_channel(self, request: Request, channel_arn: str) -> Visit:
        """Return who looks at a channel.

        Raises
        ------
        RefusedError
            Nobody is signed in, and the link is not good, or there is none.
        """
        return self._visit(
            request,
            lambda keys, exp, sig, now: links.verify_channel(keys, channel_arn, exp, sig, now),
            Problem.CHANNEL_LINK_EXPIRED,
        )

    def _visit(self, request: Request, verify: Verifier, expired: Problem) -> Visit:
        authority = self.signed_in(request)
        if authority is not None:
            return Visit(authority)
        exp, sig = request.query.get("exp"), request.query.get("sig")
        if not (exp or sig):
            raise RefusedError(Problem.SIGN_IN)
        now = self.clock()
        key = link_key(self.keys, lambda keys: verify(keys, exp or "", sig or "", now), expired)
        holder = Authority(LINK, roles.LINKS[self.link_may], key)
        # Verified: it is a number.
        end = int(exp or "")
        late = now.timestamp() >= end - links.VIEW_ONLY.total_seconds()
        if late:
            holder = replace(holder, acts=holder.acts & roles.LINKS["view"])
        return Visit(holder, urlencode({"exp": exp, "sig": sig}), end, late)

    def _renewed(
        self, request: Request, held: session.Session, key: str, now: datetime
    ) -> session.Session | None:
        """Return the session as the pool sees it now; the old one while the pool is away."""
        from framewarden.aws.accounts import AccountError

        refresh = request.cookies.get(session.REFRESH)
        in_grace = now.timestamp() < held.until + session.GRACE.total_seconds()
        if refresh and in_grace and self._away_at and now - self._away_at < QUIET:
            return held
        try:
            signed = self.renew(refresh) if refresh else None
        except AccountError as failure:
            logger.warning("session not renewed", extra={"error": type(failure).__name__})
            self._away_at = now
            return held if in_grace else None
        # Whose session it is changes by signing in only.
        if signed is None or signed.sub != held.sub:
            request.renewed.extend(session.CLEARED)
            return None
        fresh = session.Session.of(signed, now)
        request.renewed.append(session.cookie(session.COOKIE, session.seal(fresh, key)))
        return fresh


def visitors(own: "settings.Desk") -> Visitors:
    """Return the visitors of a deployed function."""
    from framewarden.aws.link_keys import link_keys

    def renew(refresh: str) -> "Signed | None":
        # Once in a quarter of an hour: nobody else waits for it.
        from framewarden.aws.accounts import Accounts

        return Accounts(own.desk_client_id).renew(refresh)

    keys = link_keys(own.link_secret_arn)
    return Visitors(keys, own.link_may, renew, lambda: datetime.now(UTC))
