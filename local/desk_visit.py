"""Use the desk as somebody who signs in: by its own form, with the cookies that it sets."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from local.errors import OperatorError
from local.site import Page, SitePage, fetch_page, post

Ask = Callable[[str, str, dict[str, str] | None, Mapping[str, str]], Page]


class DeskVisit:
    """A browser of one person, as far as cookies go; calling it fetches a page."""

    def __init__(self, base: str, ask: Ask = fetch_page) -> None:
        self.base = base
        self._ask = ask
        self._cookies: dict[str, str] = {}

    def __call__(self, method: str, url: str, form: dict[str, str] | None) -> Page:
        """Fetch a page with the cookies held, and keep those that it sets."""
        page = self._ask(method, url, form, self._cookies)
        held = {**self._cookies, **page.cookies}
        self._cookies = {name: value for name, value in held.items() if value}
        return page

    def sign_in(self, account: str, password: str) -> None:
        """Fill the desk's form and send it.

        Raises
        ------
        OperatorError
            The desk shows no form, or does not let this account in.
        """
        url = f"{self.base}/sign-in"
        shown = self("GET", url, None)
        page = SitePage(shown.text)
        form = page.form("sign-in")
        if form is None:
            raise OperatorError(
                f"The desk answered {shown.status} without a form to sign in with: {page.says}.",
                "Is the stack up, and of this version? Ask: framewarden doctor",
            )
        posted, after = post(url, form, {"username": account, "password": password}, self)
        if posted.status != 303:
            raise OperatorError(
                f"The desk does not let {account} in: {after.says}.",
                "See who may sign in with: framewarden users list",
            )
