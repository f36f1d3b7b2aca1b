"""Drive the Chromium that the system has: no browser is downloaded for it."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

from local.errors import OperatorError

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

NAMES = ("chromium", "chromium-browser", "google-chrome")
NONE_FOUND = f"No browser is installed: there is none of {', '.join(NAMES)}."
INSTALL_ONE = "Install one with: apt-get install chromium"
# Milliseconds; a page's function may start cold on a machine that is busy with other things.
PATIENCE = 20_000


def find_chromium() -> str | None:
    """Find the browser's command; None where there is none."""
    return next(filter(None, map(shutil.which, NAMES)), None)


@contextmanager
def chromium() -> Iterator[Browser]:
    """Start the browser without a window, and end it with all its processes.

    Raises
    ------
    OperatorError
        None is installed.
    """
    from playwright.sync_api import sync_playwright

    command = find_chromium()
    if command is None:
        raise OperatorError(NONE_FOUND, INSTALL_ONE)
    # Its sandbox refuses to be root, as whom a container runs. The laptop cloud needs no proxy.
    options = ["--no-proxy-server", *(["--no-sandbox"] if os.geteuid() == 0 else [])]
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=command, args=options)
        try:
            yield browser
        finally:
            browser.close()


def sign_in(page: Page, name: str, password: str) -> None:
    """Fill the desk's own form, which the page shows, and wait for what comes after it."""
    form = page.locator("form#sign-in")
    form.locator("input[name=username]").fill(name)
    form.locator("input[name=password]").fill(password)
    with page.expect_navigation(timeout=PATIENCE):
        form.locator("button[type=submit]").click()
