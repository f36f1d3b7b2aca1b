"""A desk's front on fakes that record, a page that tells who asked, and a browser with cookies."""

import re
from base64 import b64encode
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

from framewarden.aws.accounts import AccountRefusedError, Accounts, Challenge, Signed
from framewarden.console import front, session, sign_in
from framewarden.console.answer import Answer
from framewarden.console.problems import Problem, RefusedError
from framewarden.console.site import looks, site
from framewarden.console.visitors import Visitors
from framewarden.domain import links
from tests.unit.console.browser import FORM, ask, typed

NOW = datetime(2026, 11, 22, 8, 6, 31, tzinfo=UTC)
KEY, OTHER = "k" * 32, "o" * 32
PASSWORD, NEW_PASSWORD = "a-Password-99", "my-own-Password-1"
REFRESH = "the-refresh-token"
POOL_SESSION = "the-session-of-the-pool"
ARN = "arn:aws:ivs:us-east-1:111122223333:channel/AbCdef1G2hij"
ANA = Signed("s-1", "ana", "Ana María", ("moderator",), REFRESH)


@dataclass
class Pool:
    """A user pool of one account that does as it is told."""

    knows: Signed = ANA
    first: bool = False
    fails: Exception | None = None
    asked: list = field(default_factory=list)
    revoked: list = field(default_factory=list)

    def sign_in(self, account, password):
        self._ask("sign_in", account, password)
        if (account, password) != (self.knows.account, PASSWORD):
            raise AccountRefusedError("InitiateAuth: NotAuthorizedException")
        return Challenge(POOL_SESSION) if self.first else self.knows

    def choose_password(self, account, session, password):
        self._ask("choose_password", account, session, password)
        return self.knows

    def renew(self, refresh):
        self._ask("renew", refresh)
        known = self.knows
        fresh = known and Signed(known.sub, known.account, known.name, known.roles)
        return fresh if refresh == REFRESH else None

    def revoke(self, refresh):
        self.revoked.append(refresh)
        if self.fails:
            raise self.fails

    def _ask(self, *what):
        self.asked.append(what)
        if self.fails:
            raise self.fails


assert all(hasattr(Accounts, name) for name in ("sign_in", "choose_password", "renew", "revoke"))


@dataclass
class Keys:
    """The keys as a worker knows them, and what they were rotated to meanwhile."""

    known: list = field(default_factory=lambda: [KEY])
    rotated: list | None = None

    def accepted(self):
        return self.known

    def refreshed(self):
        self.known = self.rotated or self.known
        return self.rotated


@dataclass
class DeskWorld:
    """Everything outside the desk's front; its other pages only tell who asked for them."""

    pool: Pool = field(default_factory=Pool)
    keys: Keys = field(default_factory=Keys)
    now: datetime = NOW
    link_may: str = "stop"
    seen: list = field(default_factory=list)
    jar: dict = field(default_factory=dict)
    fails: Exception | None = None

    def __post_init__(self):
        self.visitors = Visitors(self.keys, self.link_may, self.pool.renew, lambda: self.now)
        desk = sign_in.SignInDesk(lambda: self.pool, self.visitors)
        pages = {
            "/queue": looks(self._queue) | {"POST": self._queue},
            "/reviews/<review_id>": looks(self._review) | {"POST": self._review},
            "/channels/<service>/<channel_id>": looks(self._channel),
        }
        own = front.routes(lambda: self.visitors) | sign_in.routes(lambda: desk)
        self.handler = site("desk_page", own | pages)

    def _queue(self, request):
        authority = self.visitors.signed_in(request)
        self.seen.append(authority)
        if self.fails:
            raise self.fails
        if authority is None:
            raise RefusedError(Problem.SIGN_IN)
        return Answer(200, "the queue")

    def _review(self, request, review_id):
        self.seen.append(self.visitors.of_review(request, review_id))
        return Answer(200, f"the review {review_id}")

    def _channel(self, request, service, channel_id):
        self.seen.append(self.visitors.of_channel(request, ARN))
        return Answer(200, f"the channel {channel_id}")

    def ask(self, method, path, query=None, body=None, headers=None, **event):
        """Send one request with the browser's cookies, and keep those that come back."""
        cookie = "; ".join(f"{name}={value}" for name, value in self.jar.items())
        sent = ({"Cookie": cookie} if cookie else {}) | (headers or {})
        reply = ask(self.handler, method, path, query, body, sent, **event)
        for line in reply.cookies:
            self._keep(line)
        return reply

    def _keep(self, line):
        name, value, age = re.match(r"([^=]+)=([^;]*); Max-Age=(\d+);", line).groups()
        if int(age):
            self.jar[name] = value
        else:
            self.jar.pop(name, None)

    def get(self, path, query=None, **how):
        return self.ask("GET", path, query, **how)

    def post(self, path, headers=None, encode=False, query=None, **fields):
        body = typed(fields)
        if encode:
            body = b64encode(body.encode()).decode()
        sent = {**FORM, **(headers or {})}
        return self.ask("POST", path, query, body, sent, isBase64Encoded=encode)

    def sign_in(self, wanted=None, **typed):
        """Open the form and send it, as a browser does."""
        page = self.get("/sign-in", {"next": wanted} if wanted else None)
        typed = {"username": "ana", "password": PASSWORD} | typed
        return self.post("/sign-in", **page.fields | typed)

    def sign_out(self, **changes):
        return self.post("/sign-out", **{"nonce": self.nonce_to_leave()} | changes)

    def nonce_to_leave(self):
        """Return the nonce of the form in the head of a page; none where nobody is signed in."""
        page = self.get("/first-day").body.partition("<main")[0]
        found = re.search(r'name="nonce" value="([^"]+)"', page)
        return found.group(1) if found else ""

    def session(self, **changes):
        """Return a session's cookie value, signed by us."""
        until = int(self.now.timestamp()) + 900
        about = {"sub": "s-1", "account": "ana", "name": "Ana María", "roles": ("moderator",)}
        held = session.Session(**about | {"until": until} | changes)
        return session.seal(held, self.keys.known[0])

    def link(self, review_id="r1", life=timedelta(days=2), key=KEY):
        """Return what a review's link carries."""
        exp = int((NOW + life).timestamp())
        return {"exp": str(exp), "sig": links.sign_link(key, review_id, exp)}

    def later(self, **time):
        self.now += timedelta(**time)
