"""Act on a channel through its page as a browser would: get the page, post its form."""

from __future__ import annotations

from dataclasses import dataclass
from urllib.parse import parse_qs, urlsplit

from local.errors import OperatorError
from local.site import Fetch, Form, SitePage, fetch_page, post


@dataclass(frozen=True)
class Wish:
    """What a person wants of a channel; `session` means this one only."""

    action: str
    by: str
    note: str = ""
    session: str | None = None


@dataclass(frozen=True)
class Placed:
    """What the page made of it: the order's execution, or None where it took none."""

    order: str | None
    says: str


def place(url: str, wish: Wish, fetch: Fetch | None = None) -> Placed:
    """Place an order through a channel's page: by its link, or as whoever `fetch` signed in.

    Raises
    ------
    OperatorError
        The page does not open, or takes no orders of whoever asks.
    """
    fetch = fetch or fetch_page
    shown = fetch("GET", url, None)
    page = SitePage(shown.text)
    if shown.status != 200:
        raise OperatorError(
            f"The channel's page answered {shown.status}: {page.says}.",
            "Nothing was sent. Is the stack up, and of this version? Ask: framewarden doctor",
        )
    form = _form(page, wish.action)
    if form is None:
        raise OperatorError(
            f"The channel's page takes no orders: {page.says}.",
            "Nothing was sent. Look at it with: framewarden channels show CHANNEL",
        )
    typed = {"action": wish.action, "name": wish.by, "note": wish.note}
    if wish.action != "reinstate":
        # The page means the session that it shows; here it is whatever is live by then.
        typed["session"] = wish.session or ""
    posted, after = post(url, form, typed, fetch)
    named = parse_qs(urlsplit(posted.location or "").query).get("order")
    return Placed(named[0] if posted.status == 303 and named else None, after.says)


def _form(page: SitePage, action: str) -> Form | None:
    """Find the form that offers an action, else any that the site would take back.

    The page leaves out what seems pointless while it looks (a stop, while the video service
    throttles its look); whether an order is taken the site decides by the visitor's rights.
    """
    offering = [form for form in page.forms if action in form.offers("action")]
    others = [form for form in page.forms_with("action") if "nonce" in form.fields]
    return next(iter(offering + others), None)
