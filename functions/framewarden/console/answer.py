"""Answer with headers that let a page do nothing but be read and post its own form."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

HTML = "text/html; charset=utf-8"
# What is being carried out is looked at again, without a script.
RELOAD = {"Refresh": "2"}


@dataclass(frozen=True)
class Answer:
    """One answer; the body is never None, which API Gateway's emulator cannot send."""

    status: int
    body: str = ""
    kind: str = HTML
    headers: Mapping[str, str] = field(default_factory=dict)
    picture_origin: str | None = None
    cookies: tuple[str, ...] = ()

    def without_body(self) -> "Answer":
        """Return what HEAD answers: the same status and headers."""
        return replace(self, body="")

    def all_headers(self) -> dict[str, str | list[str]]:
        """Return every header; an answer's own ones win."""
        cookies = {"Set-Cookie": list(self.cookies)} if self.cookies else {}
        return {**guards(self.picture_origin), **self.headers, **cookies}


def guards(picture_origin: str | None) -> dict[str, str]:
    """Return the headers of every answer.

    Referrers stay within our own origin, where `no-referrer` would make browsers send `Origin:
    null` with our own form. The picture's address is a redirect: its target's origin is named too.
    """
    pictures = " ".join(("'self'", *filter(None, (picture_origin,))))
    policy = (
        "default-src 'none'",
        f"img-src {pictures}",
        "style-src 'self'",
        "script-src 'self'",
        "connect-src 'self'",
        "form-action 'self'",
        "frame-ancestors 'none'",
        "base-uri 'none'",
    )
    return {
        "Content-Security-Policy": "; ".join(policy),
        "Referrer-Policy": "same-origin",
        "Cache-Control": "no-store",
        "X-Content-Type-Options": "nosniff",
        "X-Frame-Options": "DENY",
        "Permissions-Policy": "camera=(), geolocation=(), microphone=(), payment=(), usb=()",
        "Cross-Origin-Opener-Policy": "same-origin",
        "X-Robots-Tag": "noindex, nofollow",
    }
