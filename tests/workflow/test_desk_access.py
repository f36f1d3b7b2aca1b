"""Look at every page as everybody must be able to: 400 pixels wide, in the dark, with axe."""

import pytest
from playwright.sync_api import Page, expect

from local.links import Links
from local.review_link import answer
from tests.workflow.browser import DARK, PHONE, Windows, complaints, press
from tests.workflow.conftest import Desk, Row
from tests.workflow.people import People

pytestmark = pytest.mark.workflow


@pytest.fixture(scope="module")
def review(desk: Desk) -> Row:
    """Return a case with several frames, behind one of a still."""
    desk.asked(desk.upload("desk/a-long-name-" + "n" * 120 + ".png", desk.pictures.critical()))
    channel = desk.channel("desk-access")
    channel.go_live()
    for picture in (desk.pictures.clean(), desk.pictures.high()):
        frame = channel.show(picture)
        desk.wait(lambda at=frame: desk.frame(at), "the frame is admitted")
    opened = desk.asked(frame)
    desk.ended(channel.show(desk.pictures.high()))
    return opened


@pytest.fixture(scope="module")
def decided(desk: Desk) -> Row:
    channel = desk.channel("desk-access-decided")
    channel.go_live()
    frame = channel.show(desk.pictures.high())
    opened = desk.asked(frame)
    answer(desk.link(opened), "allow", "Ada", "a painting")
    desk.ended(frame)
    return opened


def revealed(page: Page) -> None:
    with page.expect_navigation():
        page.locator("form#reveal button").click()


PAGES: dict[str, tuple[str, str | None]] = {
    "sign-in": ("sign-in", None),
    "first-day": ("first-day", None),
    "problem": ("no-such-page", None),
    "queue-full": ("queue", "bea"),
    "queue-empty": ("queue?channel=none-of-that-name", "bea"),
    "case-open": ("reviews/{open}", "bea"),
    "case-lead": ("reviews/{open}", "lea"),
    "case-decided": ("reviews/{decided}", "bea"),
    "around": ("reviews/{open}/around", "bea"),
}
ROLES = {"bea": "moderator", "lea": "lead"}


@pytest.mark.parametrize("name", [*PAGES, "case-by-link", "channel"])
def test_nobody_is_kept_out(
    desk: Desk, windows: Windows, people: People, review: Row, decided: Row, name: str
) -> None:
    address, who = addressed(desk, windows, name, review, decided)
    person = people.get(who, ROLES[who]) if who else None
    found: dict[str, list[str]] = {}
    for scheme, how in (("light", {}), ("dark", {**PHONE, **DARK})):
        page = windows.open(person, **how)
        page.goto(address)
        expect(page.locator("main h1").first).to_be_visible()
        found[scheme] = complaints(page) + page.evaluate(TWICE)
        dark = page.evaluate(BRIGHTNESS) < 0.3
        assert dark == (scheme == "dark"), "the page follows the system's scheme"
        if scheme == "dark":
            wide = page.evaluate("document.documentElement.scrollWidth")
            assert wide <= 400, "nothing scrolls sideways on a phone"
    assert found == {"light": [], "dark": []}


def addressed(
    desk: Desk, windows: Windows, name: str, review: Row, decided: Row
) -> tuple[str, str | None]:
    """Return a page's address, and who opens it: None is nobody who has signed in."""
    if name == "case-by-link":
        return desk.link(review), None
    if name == "channel":
        return Links(desk.target).channel_url(review["channel_arn"]), None
    path, who = PAGES[name]
    ids = {"open": review["review_id"], "decided": decided["review_id"]}
    return windows.at(path.format(**ids)), who


# Ids that stand for two things: a label, a script or a test then means the wrong one.
TWICE = """() => {
  const ids = [...document.querySelectorAll('[id]')].map(one => one.id)
  return ids.filter((id, at) => ids.indexOf(id) !== at).map(id => `id ${id} twice`)
}"""
# Of the page's background: 0 is black, 1 is white.
BRIGHTNESS = """() => {
  const [r, g, b] = [document.body, document.documentElement]
    .map(one => getComputedStyle(one).backgroundColor.match(/[0-9.]+/g).map(Number))
    .find(colour => colour[3] !== 0)
  return (0.2126 * r + 0.7152 * g + 0.0722 * b) / 255
}"""


def test_a_revealed_case_and_its_keys_pass_too(
    desk: Desk, windows: Windows, people: People, review: Row
) -> None:
    for how in ({}, {**PHONE, **DARK}):
        page = windows.case(windows.open(people.get("bea"), **how), review["review_id"])
        revealed(page)
        expect(page.locator("img#original")).to_be_visible()
        page.keyboard.press("?")
        expect(page.locator("dialog#keys")).to_be_visible()
        assert complaints(page) == []
        assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")


def test_without_scripts_everything_but_live_works(
    desk: Desk, windows: Windows, people: People
) -> None:
    channel = desk.channel("desk-plain")
    channel.go_live()
    review = desk.asked(channel.show(desk.pictures.high()))
    page = windows.open(people.get("bea"), java_script_enabled=False)
    page.goto(windows.at(f"queue?channel={review['channel']}"))
    with page.expect_navigation():
        page.locator("li.card form.claim button").click()
    windows.case(page, review["review_id"])
    revealed(page)
    expect(page.locator("img#original")).to_be_visible()
    page.locator("form#note textarea").fill("looked at without scripts")
    with page.expect_navigation():
        page.locator("form#note button").click()
    expect(page.locator("#record")).to_contain_text("without scripts")
    press(page, "allow")
    assert desk.review(review["review_id"])["decision"] == "allow"
