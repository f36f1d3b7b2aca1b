"""Read the site's pages as a browser would: get one, find its forms, post one of them."""

from __future__ import annotations

import urllib.error
import urllib.request
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from email.message import Message
from html.parser import HTMLParser
from http.cookies import SimpleCookie
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
    # Each cookie that it sets; an empty value is one to forget.
    cookies: Mapping[str, str] = field(default_factory=dict)


# (method, url, form or None) -> page; the tests bring their own.
Fetch = Callable[[str, str, dict[str, str] | None], Page]


@dataclass
class Form:
    """One form that posts: where to, its hidden fields, and what its named buttons send."""

    action: str = ""
    id: str = ""
    fields: dict[str, str] = field(default_factory=dict)
    buttons: list[tuple[str, str]] = field(default_factory=list)

    def offers(self, name: str) -> list[str]:
        """List the values that it can send under a name, by a button or in any case."""
        values = [value for button, value in self.buttons if button == name]
        if not values and name in self.fields:
            return [self.fields[name]]
        return values


class SitePage(HTMLParser):
    """Find a page's forms and what the page says has happened."""

    def __init__(self, text: str) -> None:
        super().__init__(convert_charrefs=True)
        self.forms: list[Form] = []
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

    def form(self, identity: str) -> Form | None:
        """Find the form of an id."""
        return next((form for form in self.forms if form.id == identity), None)

    def forms_with(self, name: str) -> list[Form]:
        """List the forms that send a field of this name."""
        return [form for form in self.forms if form.offers(name)]

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Enter an element."""
        given = {name: value or "" for name, value in attrs}
        if tag == "form":
            self._enter(given)
        elif tag in {"h1", "h2"}:
            self._read("notice" if self._notice else "heading")
        elif tag == "p" and "verdict" in given.get("class", "").split():
            self._read("verdict")
        elif self._inside is not None and given.get("name"):
            self._control(tag, given)
        self._notice = self._notice or (tag == "section" and given.get("role") == "status")

    def _enter(self, given: dict[str, str]) -> None:
        if given.get("method", "").lower() == "post":
            self._inside = Form(given.get("action", ""), given.get("id", ""))
            self.forms.append(self._inside)

    def _control(self, tag: str, given: dict[str, str]) -> None:
        form, pair = self._inside, (given["name"], given.get("value", ""))
        if form is None or "disabled" in given:
            return
        if tag == "button" or given.get("type") == "submit":
            form.buttons.append(pair)
        elif given.get("type") == "hidden":
            form.fields.update([pair])

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


def post(url: str, form: Form, typed: dict[str, str], fetch: Fetch) -> tuple[Page, SitePage]:
    """Post a form with what was typed into it; return the answer, and the page shown then."""
    posted = after = fetch("POST", urljoin(url, form.action), {**form.fields, **typed})
    if posted.status == 303 and posted.location:
        after = fetch("GET", urljoin(url, posted.location), None)
    return posted, SitePage(after.text)


class _Stay(urllib.request.HTTPRedirectHandler):
    """Follow no redirect: whether one came is the answer."""

    def redirect_request(self, *_: Any, **__: Any) -> None:
        """Decline."""
        return


def fetch_page(
    method: str, url: str, form: dict[str, str] | None, cookies: Mapping[str, str] | None = None
) -> Page:
    """Ask the site, with the headers that a browser's form would send."""
    parts = urlsplit(url)
    if parts.scheme not in {"http", "https"}:
        raise OperatorError(f"{url} is not a link to a page.", "It begins with https:// or http://")
    request = urllib.request.Request(url, method=method)  # noqa: S310 the scheme was checked
    if form is not None:
        request.data = urlencode(form).encode()
        request.add_header("Content-Type", FORM_TYPE)
        request.add_header("Origin", f"{parts.scheme}://{parts.netloc}")
    if cookies:
        request.add_header("Cookie", "; ".join(f"{name}={cookies[name]}" for name in cookies))
    handlers: list[urllib.request.BaseHandler] = [_Stay()]
    if parts.hostname in LOOPBACK:
        handlers.append(urllib.request.ProxyHandler({}))
    try:
        with urllib.request.build_opener(*handlers).open(request, timeout=SECONDS) as reply:
            return _page(reply.status, reply.headers, reply.read())
    except urllib.error.HTTPError as reply:
        with reply:
            return _page(reply.code, reply.headers, reply.read())
    except OSError as failure:
        raise OperatorError(
            f"{parts.netloc} does not answer ({failure}).",
            "Is the stack up? Ask: framewarden status",
        ) from None


def _page(status: int, headers: Message, body: bytes) -> Page:
    cookies = SimpleCookie()
    for line in headers.get_all("Set-Cookie", []):
        cookies.load(line)
    set_here = {name: cookie.value for name, cookie in cookies.items()}
    return Page(status, headers.get("Location"), body.decode("utf-8", "replace"), set_here)
