"""See at a glance what is well, and what waits for somebody, without asking again."""

import re

import pytest
from playwright.sync_api import Page, expect

from tests.workflow.browser import DARK, PHONE, Windows, complaints
from tests.workflow.conftest import Channel, Desk
from tests.workflow.looked_at import NO_PICTURE, Ends, ends, live, look
from tests.workflow.people import People, Person
from tests.workflow.test_desk_access import TWICE

pytestmark = pytest.mark.workflow

ENTRIES = {
    "place",
    "policy",
    "adapter",
    "live",
    "unscreened",
    "dead-letters",
    "open-reviews",
    "oldest",
    "failed-stops",
    "unseen",
    "bans",
    "undelivered",
    "given-up",
}
# Milliseconds in which an open page shows what has changed.
FOLLOWS = 15_000


@pytest.fixture(scope="module")
def known(desk: Desk) -> Ends:
    return ends(desk)


@pytest.fixture(scope="module")
def enzo(people: People) -> Person:
    return people.get("enzo", "engineer")


def entry(page: Page, name: str) -> str:
    return page.locator(f"[data-entry={name}]").first.inner_text()


def held(page: Page) -> int:
    number = re.search(r"\d[\d,]*", entry(page, "unscreened"))
    assert number, entry(page, "unscreened")
    return int(number[0].replace(",", ""))


def test_everything_that_may_wait_is_named(
    desk: Desk, windows: Windows, known: Ends, enzo: Person
) -> None:
    page = look(windows, windows.open(enzo), "health", "health")
    names = page.locator("[data-entry]").evaluate_all("all => all.map(one => one.dataset.entry)")
    assert set(names) == ENTRIES
    assert re.search("(?i)laptop", entry(page, "place"))
    assert "workflow tests" in entry(page, "policy")
    bans = page.locator("[data-entry=bans]")
    bans.locator("summary").click()
    expect(bans.locator("li", has_text=known.stopped["channel"])).to_be_visible()
    with page.expect_navigation():
        page.locator("[data-entry=unscreened] a[href*='status=unscreened']").click()
    expect(page.locator("main[data-page=executions]")).to_be_visible()
    names = page.locator("tr.execution").evaluate_all("all => all.map(one => one.dataset.name)")
    assert known.unscreened["execution"] in names


def test_an_open_page_follows(desk: Desk, windows: Windows, known: Ends, enzo: Person) -> None:
    channel = live(desk, "looked-live")
    nobody_else_on_air(desk, channel)
    desk.ended(channel.show(desk.pictures.clean()))
    desk.invoke("ReconcileFunction", {})
    page = look(windows, windows.open(enzo), "health", "health")
    page.evaluate("window.stayed = true")
    shown, before = page.locator("[data-entry=live]").first, held(page)
    expect(shown).to_contain_text(channel.id, timeout=FOLLOWS)
    desk.ended(desk.upload("looked-at/held.jpg", NO_PICTURE))
    desk.ended(channel.show(desk.pictures.clean()))
    page.wait_for_function(
        """before => {
          const said = document.querySelector('[data-entry=unscreened]').innerText
          return Number(said.match(/\\d[\\d,]*/)[0].replace(',', '')) > before
        }""",
        arg=before,
        timeout=FOLLOWS,
    )
    channel.go_off()
    desk.invoke("ReconcileFunction", {})
    expect(shown).not_to_contain_text(channel.id, timeout=FOLLOWS)
    assert page.evaluate("window.stayed"), "the page was not loaded anew"
    expect(page.locator("[data-live-said]").first).to_have_attribute("aria-live", "polite")


def nobody_else_on_air(desk: Desk, channel: Channel) -> None:
    """End what other tests have left on air: the page looks at some fifty channels."""
    for page in desk.client("ivs").get_paginator("list_streams").paginate():
        for stream in page["streams"]:
            if stream["channelArn"] != channel.arn:
                desk.control("encoder", channel_arn=stream["channelArn"], action="stop")


def test_nobody_is_kept_out(windows: Windows, known: Ends, enzo: Person) -> None:
    found: dict[str, list[str]] = {}
    for scheme, how in (("light", {}), ("dark", {**PHONE, **DARK})):
        page = look(windows, windows.open(enzo, **how), "health", "health")
        found[scheme] = complaints(page) + page.evaluate(TWICE)
        if scheme == "dark":
            wide = page.evaluate("document.documentElement.scrollWidth")
            assert wide <= 400, "nothing scrolls sideways on a phone"
    assert found == {"light": [], "dark": []}


def test_without_scripts_it_is_all_there(windows: Windows, known: Ends, enzo: Person) -> None:
    page = look(windows, windows.open(enzo, java_script_enabled=False), "health", "health")
    for name in ENTRIES:
        expect(page.locator(f"[data-entry={name}]").first).to_be_visible()
