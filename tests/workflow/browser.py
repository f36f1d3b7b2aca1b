"""Let tests use the desk as people do: in Debian's Chromium, signed in or with a link."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from contextlib import suppress
from typing import TYPE_CHECKING, Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, BrowserContext, ConsoleMessage, Error, Page, expect

from local.chromium import INSTALL_ONE, NONE_FOUND, PATIENCE, chromium, find_chromium, sign_in
from tests.workflow.people import People, Person

if TYPE_CHECKING:
    from tests.workflow.conftest import Desk

REFUSED = re.compile(r"Content.Security.Policy|Refused to")
# What a page is looked at with, besides the ordinary window.
PHONE = {"viewport": {"width": 400, "height": 800}}
DARK = {"color_scheme": "dark"}
GRAVE = ("serious", "critical")


class Windows:
    """Open pages, each in a browser profile of its own, and listen to what goes wrong in them."""

    def __init__(self, browser: Browser, desk: Desk) -> None:
        self.desk = desk
        self.base = desk.target.console_url
        self.wrong: list[str] = []
        self._browser = browser
        self._contexts: list[BrowserContext] = []

    def open(self, person: Person | None = None, **how: Any) -> Page:
        """Open a window; a person signs in by the form once, and is known by the cookie then."""
        if person and person.session is None:
            self._first_time(person)
        kept = {"storage_state": person.session} if person else {}
        context = self._browser.new_context(**kept, **how)  # type: ignore[arg-type]
        self._contexts.append(context)
        context.set_default_timeout(PATIENCE)
        page = context.new_page()
        page.on("console", self._heard)
        page.on("pageerror", lambda error: self.wrong.append(str(error)))
        return page

    def _first_time(self, person: Person) -> None:
        page = self.open()
        page.goto(self.at("sign-in"))
        sign_in(page, person.name, person.password)
        expect(page.locator("header #who")).to_contain_text(person.name)
        person.session = dict(page.context.storage_state())

    def _heard(self, message: ConsoleMessage) -> None:
        if REFUSED.search(message.text):
            self.wrong.append(message.text)

    def at(self, path: str) -> str:
        """Return the address of a path below the desk's root."""
        return f"{self.base}/{path}"

    def case(self, page: Page, review_id: str) -> Page:
        """Open a case."""
        page.goto(self.at(f"reviews/{review_id}"))
        expect(page.locator(f"main[data-page=case][data-review='{review_id}']")).to_be_visible()
        return page

    def close(self) -> None:
        """Close every window, at rest: one that is on its way elsewhere may never close."""
        for context in self._contexts:
            for page in context.pages:
                with suppress(Error):
                    page.goto("about:blank")
            context.close()


def card(page: Page, review_id: str) -> Any:
    """Find the card of a review in the queue."""
    return page.locator(f"#cards li.card[data-review='{review_id}']")


def press(page: Page, decision: str) -> None:
    """Press a button of the case, and wait for the page that answers."""
    with page.expect_navigation():
        page.locator(f"form#decide button[name=decision][value={decision}]").click()


def offered(page: Page) -> list[str]:
    """Return the decisions that the case offers to this person."""
    buttons = page.locator("form#decide button[name=decision]")
    return [str(button.get_attribute("value")) for button in buttons.all()]


def complaints(page: Page) -> list[str]:
    """Return what axe finds serious or critical on a page, each with its places."""
    found = Axe().run(page).response["violations"]
    return [
        f"{one['id']} ({one['impact']}): {', '.join(str(node['target']) for node in one['nodes'])}"
        for one in found
        if one["impact"] in GRAVE
    ]


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """Start one browser for the session; FRAMEWARDEN_BROWSER=required fails where there is none."""
    if find_chromium() is None:
        said = f"{NONE_FOUND} {INSTALL_ONE}"
        if os.environ.get("FRAMEWARDEN_BROWSER") == "required":
            pytest.fail(said)
        pytest.skip(said)
    with chromium() as running:
        yield running


@pytest.fixture(scope="session")
def people(desk: Desk) -> People:
    return People(desk)


@pytest.fixture
def windows(browser: Browser, desk: Desk) -> Iterator[Windows]:
    opened = Windows(browser, desk)
    try:
        yield opened
        assert not opened.wrong, "no script fails, and the page's policy refuses nothing"
    finally:
        opened.close()
