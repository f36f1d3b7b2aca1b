"""Work on a case: by keyboard alone, looking at what was hidden, judging labels, writing notes."""

import re
from datetime import datetime
from urllib.parse import parse_qs, urlsplit

import pytest
from playwright.sync_api import Page, expect

from tests.workflow.browser import Windows, card, press
from tests.workflow.conftest import Desk, Row
from tests.workflow.people import People
from tests.workflow.record import events, fill

pytestmark = pytest.mark.workflow

# A presigned address, of whatever picture: none may stand in a page before somebody asked.
SIGNED = re.compile(r"X-Amz-|AWSAccessKeyId|\.jpg\?", re.IGNORECASE)
MARKUP = "<img src=x onerror=\"document.title='owned'\"><b>'&amp;"


def asked(desk: Desk, name: str) -> Row:
    channel = desk.channel(name)
    channel.go_live()
    return desk.asked(channel.show(desk.pictures.high()))


class Keyboard:
    """Somebody without a mouse."""

    def __init__(self, page: Page) -> None:
        self.page = page

    def to(self, selector: str, most: int = 90) -> None:
        """Press Tab until something has the focus, which must be seen there."""
        for _ in range(most):
            if self.on(selector):
                break
            self.page.keyboard.press("Tab")
        assert self.on(selector), f"Tab reaches {selector}"
        self.seen()

    def on(self, selector: str) -> bool:
        return bool(self.page.evaluate("s => document.activeElement.matches(s)", selector))

    def seen(self) -> None:
        """See that what has the focus looks so."""
        style = self.page.evaluate(
            """() => { const s = getComputedStyle(document.activeElement)
              return [s.outlineStyle, s.outlineWidth, s.boxShadow] }"""
        )
        assert (style[0] != "none" and style[1] != "0px") or style[2] != "none"

    def key_of(self, selector: str) -> str:
        """Return the key that an element says it has, as it is shown beside it."""
        found = self.page.locator(selector).first
        key = str(found.get_attribute("data-key"))
        shown = self.page.locator("kbd:visible", has_text=re.compile(f"^{re.escape(key)}$"))
        expect(shown.first).to_be_visible()
        return key


def test_everything_is_done_by_keyboard(desk: Desk, windows: Windows, people: People) -> None:
    review = asked(desk, "desk-keyboard")
    identity, person = review["review_id"], people.get("kim")
    page = windows.open()
    hands = Keyboard(page)
    page.goto(windows.at(f"queue?channel={review['channel']}"))
    hands.to("input[name=username]")
    page.keyboard.type(person.name)
    hands.to("input[name=password]")
    page.keyboard.type(person.password)
    with page.expect_navigation():
        page.keyboard.press("Enter")

    expect(card(page, identity)).to_be_visible()
    hands.to("li.card a.open")
    with page.expect_navigation():
        page.keyboard.press("Enter")

    with page.expect_navigation():
        hands.to("form#reveal button")
        page.keyboard.press("Enter")
    expect(page.locator("img#original")).to_be_visible()
    hands.to("fieldset.label input[value=confirm], fieldset.label input[type=radio]")
    page.keyboard.press("Space")
    chosen = page.locator("fieldset.label input[type=radio]:checked")
    expect(chosen).to_have_count(1)
    expected = {"confirm": "confirmed", "deny": "denied"}[str(chosen.get_attribute("value"))]

    page.evaluate("document.activeElement.blur()")
    page.keyboard.press(hands.key_of("form#decide button[value=allow]"))
    assert hands.on("form#decide button[value=allow]")
    hands.seen()
    assert desk.review(identity)["status"] == "pending", "a key only brings to the button"
    with page.expect_navigation():
        page.keyboard.press("Enter")
    row = desk.review(identity)
    assert (row["decision"], row["by"], row["via"]) == ("allow", "kim", "desk")
    assert row["labels_judged"][expected] == ["Explicit"]


def test_keys_are_shown_and_never_fire_while_somebody_types(
    desk: Desk, windows: Windows, people: People
) -> None:
    review = asked(desk, "desk-keys")
    page = windows.case(windows.open(people.get("kim")), review["review_id"])
    page.keyboard.press("?")
    expect(page.locator("dialog#keys")).to_be_visible()
    page.keyboard.press("Escape")
    expect(page.locator("dialog#keys")).to_be_hidden()
    key = Keyboard(page).key_of("form#decide button[value=allow]")
    note = page.locator("form#note textarea")
    note.focus()
    page.keyboard.type(f"{key}?{key}")
    expect(note).to_have_value(f"{key}?{key}")
    expect(note).to_be_focused()
    expect(page.locator("dialog#keys")).to_be_hidden()
    ordered = page.eval_on_selector_all("[tabindex]", "all => all.map(one => one.tabIndex)")
    assert all(index <= 0 for index in ordered), "the focus goes as the page reads"


class TestReveal:
    def test_the_record_is_written_before_the_picture_has_an_address(
        self, desk: Desk, windows: Windows, people: People
    ) -> None:
        review = asked(desk, "desk-reveal")
        identity = review["review_id"]
        page = windows.case(windows.open(people.get("dee")), identity)
        assert not SIGNED.search(page.content())
        assert page.locator("img#original").count() == 0
        blurred = page.locator("img#blurred")
        assert blurred.evaluate("one => one.decode().then(() => one.naturalWidth)") > 0
        assert events(desk, identity) == []
        with page.expect_navigation():
            page.locator("form#reveal button").click()
        original = page.locator("img#original")
        assert original.evaluate("one => one.decode().then(() => one.naturalWidth)") == 256
        signed = parse_qs(urlsplit(str(original.get_attribute("src"))).query)
        assert int(signed["X-Amz-Expires"][0]) <= 60
        [event] = events(desk, identity)
        assert (event["kind"], event["by"]) == ("reveal", "dee")
        lent = datetime.fromisoformat(signed["X-Amz-Date"][0]).timestamp()
        assert datetime.fromisoformat(event["at"]).timestamp() < lent + 1
        windows.case(page, identity)
        assert not SIGNED.search(page.content()), "hidden again by the next look"

    def test_what_cannot_be_recorded_is_not_shown(
        self, desk: Desk, windows: Windows, people: People
    ) -> None:
        review = asked(desk, "desk-full")
        fill(desk, review["review_id"], 300_000)
        page = windows.case(windows.open(people.get("dee")), review["review_id"])
        with page.expect_navigation() as shown:
            page.locator("form#reveal button").click()
        assert shown.value and shown.value.status == 409
        assert not SIGNED.search(page.content())
        expect(page.locator("main")).to_contain_text("full")

    def test_a_picture_that_is_gone_is_said_to_be_gone(
        self, desk: Desk, windows: Windows, people: People
    ) -> None:
        review = asked(desk, "desk-gone")
        frame = review["frame"]
        desk.client("s3").delete_object(
            Bucket=frame["bucket"], Key=frame["key"], VersionId=frame["version_id"]
        )
        page = windows.case(windows.open(people.get("dee")), review["review_id"])
        page.locator("#blurred").wait_for()
        with page.expect_navigation() as shown:
            page.locator("form#reveal button").click()
        assert shown.value and shown.value.status in (200, 404)
        assert page.locator("img#original").count() == 0
        expect(page.locator("main")).to_contain_text("picture")
        press(windows.case(page, review["review_id"]), "allow")
        assert desk.review(review["review_id"])["decision"] == "allow"


def test_labels_are_judged_and_added_with_the_decision(
    desk: Desk, windows: Windows, people: People
) -> None:
    review = asked(desk, "desk-labels")
    page = windows.case(windows.open(people.get("dee")), review["review_id"])
    row = page.locator("fieldset.label[data-label=Explicit]")
    row.locator("input[value=deny]").check()
    added = page.locator("input[name=add][value=Weapons]")
    page.evaluate("document.querySelectorAll('details').forEach(one => one.open = true)")
    added.check()
    press(page, "allow")
    judged = desk.review(review["review_id"])["labels_judged"]
    assert judged == {"confirmed": [], "denied": ["Explicit"], "added": ["Weapons"]}
    expect(page.locator("main")).to_contain_text("Weapons")


def test_notes_stay_and_markup_stays_text(desk: Desk, windows: Windows, people: People) -> None:
    channel = desk.channel("desk-markup")
    channel.go_live()
    review = desk.asked(channel.show(desk.pictures.high()))
    identity = review["review_id"]
    page = windows.case(windows.open(people.get("dee")), identity)
    page.locator("form#note textarea[name=note]").fill(MARKUP)
    with page.expect_navigation():
        page.locator("form#note button").click()
    expect(page.locator("#record")).to_contain_text(MARKUP)
    [event] = events(desk, identity)
    assert (event["kind"], event["note"], event["by"]) == ("note", MARKUP, "dee")
    still = desk.asked(desk.upload(f"{MARKUP}.png", desk.pictures.critical()))
    windows.case(page, still["review_id"])
    expect(page.locator("main")).to_contain_text("onerror")
    for path in ("queue", f"reviews/{still['review_id']}", f"reviews/{identity}"):
        page.goto(windows.at(path))
        assert page.title() != "owned"
        assert page.locator("img[src=x]").count() == 0
    page.locator("#stop-channel").click()
    expect(page.locator("main")).to_contain_text(channel.id)
    assert page.locator("img[src=x]").count() == 0
