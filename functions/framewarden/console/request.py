"""Read a REST proxy event: the few parts of a request that the pages look at."""

import binascii
from base64 import b64decode
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import quote, urlencode, urlsplit

PORTS = {"http": ":80", "https": ":443"}
# The parameters that make a link one: they are in no address but the link's own.
SIGNED = frozenset({"exp", "sig"})


@dataclass(frozen=True)
class Request:
    """One request; header names in lower case, a repeated query parameter left out."""

    method: str
    path: str
    stage_path: str
    headers: Mapping[str, str]
    query: Mapping[str, str]
    body: bytes | None
    function_arn: str = ""
    # Cookies that go out with the answer, whatever it is: a session that was renewed on the way.
    renewed: list[str] = field(default_factory=list)

    @classmethod
    def of(cls, event: Mapping[str, Any], function_arn: str = "") -> "Request":
        """Read an event of API Gateway; the function's own ARN is what no caller can choose."""
        path = event.get("path") or "/"
        return cls(
            method=str(event.get("httpMethod") or ""),
            path=path,
            stage_path=(event.get("requestContext") or {}).get("path") or path,
            headers=_headers(event),
            query=_query(event),
            body=_body(event),
            function_arn=function_arn,
        )

    @property
    def root(self) -> str:
        """Return the way from this page to the stage's root, as a browser resolves it."""
        if self.path == "/" and not self.stage_path.endswith("/"):
            # Somebody left the slash behind the stage out; a browser then counts from above it.
            return self.stage_path.rpartition("/")[2] + "/"
        return "../" * (self.path.count("/") - 1)

    @property
    def own_origin(self) -> bool:
        """Tell whether the form came from our own page, as far as the browser says.

        A browser names the origin on every POST; what names none is no browser, and has no page
        of somebody else's to be tricked by.
        """
        origin = self.headers.get("origin")
        if origin is None:
            return True
        host = self.headers.get("host", "").lower()
        scheme, _, theirs = origin.lower().partition("://")
        default = PORTS.get(scheme)
        if default is None or not host:
            return False
        return theirs.removesuffix(default) == host.removesuffix(default)

    @property
    def cookies(self) -> Mapping[str, str]:
        """Return the cookies that came; what else the host has set spoils none of ours."""
        pairs = (part.partition("=") for part in self.headers.get("cookie", "").split(";"))
        return {name.strip(): value.strip() for name, _, value in pairs}

    @property
    def here(self) -> str:
        """Return this address below the root, without what a link's signature says."""
        kept = {name: value for name, value in self.query.items() if name not in SIGNED}
        path = quote(self.path.removeprefix("/"), safe="/%")
        return f"{path}?{urlencode(kept)}" if kept else path

    @property
    def by_script(self) -> bool:
        """Tell whether a page's script asks, rather than somebody who would read a page."""
        return self.headers.get("accept", "").strip().startswith("application/json")

    @property
    def is_form(self) -> bool:
        """Tell whether the body says that it is an ordinary form."""
        kind = self.headers.get("content-type", "").partition(";")[0]
        return kind.strip().lower() == "application/x-www-form-urlencoded"


def _headers(event: Mapping[str, Any]) -> dict[str, str]:
    several = {name: values[-1] for name, values in (event.get("multiValueHeaders") or {}).items()}
    single = event.get("headers") or {}
    return {name.lower(): str(value) for name, value in {**several, **single}.items()}


def _query(event: Mapping[str, Any]) -> dict[str, str]:
    several = event.get("multiValueQueryStringParameters") or {}
    single = event.get("queryStringParameters") or {}
    # The gateways differ in which of several they report: none of them is then the one we signed.
    return {
        name: str(value) for name, value in single.items() if len(several.get(name) or [value]) == 1
    }


def _body(event: Mapping[str, Any]) -> bytes | None:
    """Return the body's bytes; None where it is not what its own flag says."""
    body = event.get("body") or ""
    if not event.get("isBase64Encoded"):
        return str(body).encode("utf-8", "replace")
    try:
        return b64decode(body, validate=True)
    except (binascii.Error, ValueError):
        return None


def origin_of(url: str | None) -> str | None:
    """Return scheme and host of an address."""
    if url is None:
        return None
    parts = urlsplit(url)
    return f"{parts.scheme}://{parts.netloc}"
