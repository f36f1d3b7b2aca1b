"""Answer a review through its link as a browser would: get the page, post its form."""

from __future__ import annotations

import urllib.error
import urllib.request
from collections.abc import Callable
from dataclasses import dataclass, field
from html.parser import HTMLParser
from typing import Any
from urllib.parse import urlencode, urljoin, urlsplit

from local.errors import OperatorError

SECONDS = 30
FORM_TYPE = "application/x-www-form-urlencoded"
LOOPBACK = frozenset({"127.0.0.1", "::1", "localhost"})


@dataclass(frozen=True)
class Page:
    """One answer of the site."""

    status: int
    location: str | None
    text: str


# (method, url, form or None) -> page; the tests bring their own.
Fetch = Callable[[str, str, dict[str, str] | None], Page]


@dataclass
class Form:
    """The form that posts a decision."""

    action: str = ""
    fields: dict[str, str] = field(default_factory=dict)
    decisions: list[str] = field(default_factory=list)


class ReviewPage(HTMLParser):
    """Find a page's decision form and what the page says has happened."""

    def __init__(self, text: str) -> None:
        super().__init__(convert_charrefs=True)
        self.form: Form | None = None
        self.told: dict[str, str] = {}
        self._inside: Form | None = None
        self._notice = False
        self._reading: str | None = None
        self.feed(text)

    @property
    def says(self) -> str:
        """Give the notice above the page, else the verdict in it, else its first heading."""
        found = (self.told.get(name) for name in ("notice", "verdict", "heading"))
        return next((" ".join(text.split()) for text in found if text), "nothing")

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Enter an element."""
        given = {name: value or "" for name, value in attrs}
        if tag == "form" and given.get("method", "").lower() == "post":
            self._inside = Form(given.get("action", ""))
        elif tag in {"h1", "h2"}:
            self._read("notice" if self._notice else "heading")
        elif tag == "p" and "verdict" in given.get("class", "").split():
            self._read("verdict")
        elif self._inside is not None and given.get("name") == "decision":
            self._inside.decisions.append(given.get("value", ""))
            self.form = self._inside
        elif self._inside is not None and given.get("type") == "hidden":
            self._inside.fields[given.get("name", "")] = given.get("value", "")
        self._notice = self._notice or given.get("role") == "status"

    def _read(self, name: str) -> None:
        if name not in self.told:
            self.told[name] = ""
            self._reading = name

    def handle_endtag(self, tag: str) -> None:
        """Leave an element."""
        if tag == "form":
            self._inside = None
        elif tag == "section":
            self._notice = False
        elif tag in {"h1", "h2", "p"}:
            self._reading = None

    def handle_data(self, data: str) -> None:
        """Collect what the page says."""
        if self._reading:
            self.told[self._reading] += data


def answer(
    url: str, decision: str, name: str = "", note: str = "", fetch: Fetch | None = None
) -> dict[str, Any]:
    """Decide a review, and say what the site answered.

    Returns
    -------
    dict
        `accepted` (this very answer decided), `status` (of the POST; None where the review is
        closed, so that nothing was posted) and `says` (what the page says then).

    Raises
    ------
    OperatorError
        The link is not good, or the page does not offer the decision.
    """
    fetch = fetch or fetch_page
    shown = fetch("GET", url, None)
    page = ReviewPage(shown.text)
    if shown.status != 200:
        raise OperatorError(
            f"The review's page answered {shown.status}: {page.says}.",
            "Make a fresh link with: framewarden reviews list",
        )
    if page.form is None:
        return {"accepted": False, "status": None, "says": page.says}
    if decision not in page.form.decisions:
        raise OperatorError(
            f"This review does not offer {decision}.",
            f"Decide one of: {', '.join(page.form.decisions)}",
        )
    form = {**page.form.fields, "decision": decision, "name": name, "note": note}
    posted = fetch("POST", urljoin(url, page.form.action), form)
    after = posted
    if posted.status == 303 and posted.location:
        after = fetch("GET", urljoin(url, posted.location), None)
    return {
        "accepted": posted.status == 303,
        "status": posted.status,
        "says": ReviewPage(after.text).says,
    }


class _Stay(urllib.request.HTTPRedirectHandler):
    """Follow no redirect: whether one came is the answer."""

    def redirect_request(self, *_: Any, **__: Any) -> None:
        """Decline."""
        return


def fetch_page(method: str, url: str, form: dict[str, str] | None) -> Page:
    """Ask the site, with the headers that a browser's form would send."""
    parts = urlsplit(url)
    if parts.scheme not in {"http", "https"}:
        raise OperatorError(f"{url} is not a link to a page.", "It begins with https:// or http://")
    request = urllib.request.Request(url, method=method)  # noqa: S310 the scheme was checked
    if form is not None:
        request.data = urlencode(form).encode()
        request.add_header("Content-Type", FORM_TYPE)
        request.add_header("Origin", f"{parts.scheme}://{parts.netloc}")
    handlers: list[urllib.request.BaseHandler] = [_Stay()]
    if parts.hostname in LOOPBACK:
        handlers.append(urllib.request.ProxyHandler({}))
    try:
        with urllib.request.build_opener(*handlers).open(request, timeout=SECONDS) as reply:
            return Page(reply.status, None, reply.read().decode("utf-8", "replace"))
    except urllib.error.HTTPError as reply:
        with reply:
            text = reply.read().decode("utf-8", "replace")
            return Page(reply.code, reply.headers.get("Location"), text)
    except OSError as failure:
        raise OperatorError(
            f"{parts.netloc} does not answer ({failure}).",
            "Is the stack up? Ask: framewarden status",
        ) from None
