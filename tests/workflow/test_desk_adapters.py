"""Correct the model at the desk: verify, train, see the gate, promote, and roll back."""

import re

import pytest
from playwright.sync_api import Page, expect

from framewarden.domain import adapters
from local.verify_samples import CLEAR, LABEL, MISLEADING
from tests.workflow import adapting
from tests.workflow.adapting import Samples, row, switch
from tests.workflow.browser import DARK, PHONE, Windows, complaints
from tests.workflow.browser import press as decide
from tests.workflow.conftest import Desk, Row
from tests.workflow.people import People

pytestmark = pytest.mark.workflow

SCREEN = 60
TRAINED = 90_000  # milliseconds until a training of 160 pictures has ended
NAME, BAD = "glasses", "beer"


@pytest.fixture(scope="module", autouse=True)
def a_policy_about_alcohol(desk: Desk):
    with adapting.alcohol_policy(desk):
        yield
    if (switch(desk) or {}).get("live"):
        adapting.command(desk, "adapter", "rollback", "--to-base", "--yes")


@pytest.fixture(scope="module")
def picture() -> bytes:
    """Return one that the base model takes for alcohol, and nobody else does."""
    _, body = next(adapting.wrong())
    return body


def judge(windows: Windows, page: Page, made: Samples) -> None:
    """Say of every picture of a batch what it shows, by keyboard, screen after screen."""
    batch_id = made.batch()
    page.goto(windows.at(f"batches/{batch_id}/verify?rule=alcohol"))
    left = len(made.truth)
    while left:
        shown = min(left, SCREEN)
        tiles = page.locator("main.live #grid .tile")
        expect(tiles).to_have_count(shown)
        places = tiles.evaluate_all("all => all.map(one => one.dataset.place)")
        page.locator("#grid fieldset.image").first.focus()
        for place in places:
            file = "/".join(place.split("/")[-2:])
            # Each key judges one image and goes on to the next.
            page.keyboard.press("y" if made.truth[file] else "n")
        expect(page.locator("#unsaved")).to_contain_text(f"{shown} not saved")
        page.keyboard.press("s")
        expect(page.locator("#said")).to_contain_text(f"Saved {shown}")
        left -= shown
        if left:
            page.keyboard.press("j")
            expect(page.locator(".tile.unsaved")).to_have_count(0)
            expect(page.locator(f".tile[data-place='{places[0]}']")).to_have_count(0)
    expect(page.locator("#progress")).to_have_text(
        f"{len(made.truth)} of {len(made.truth)} decided"
    )


def train(windows: Windows, page: Page, name: str) -> None:
    """Ask for an adapter of one label: the first press says what, the second one starts it."""
    page.goto(windows.at("adapters"))
    line = page.locator(f"#readiness tr[data-label='{LABEL}']")
    expect(line).to_have_attribute("data-enough", "yes")
    page.keyboard.press("n")
    for one in page.locator("#labels input[name=label]").all():
        one.set_checked(one.get_attribute("value") == LABEL)
    page.locator("#name").fill(name)
    page.locator("#train button[value=check]").click()
    expect(page.locator("#confirm")).to_contain_text(f"This trains the adapter {name}")
    expect(page.locator("#confirm")).to_contain_text(LABEL)
    with page.expect_navigation(url=re.compile(f"/adapters/{name}$")):
        page.locator("#train button[value=do]").click()
    # The page goes on by itself.
    expect(page.locator("#gate")).to_be_visible(timeout=TRAINED)


def press(page: Page, form: str) -> None:
    """Press a button that says what changes, and then the one that does it."""
    page.locator(f"{form} button").first.click()
    expect(page.locator("#confirm")).to_contain_text("What changes")
    with page.expect_navigation():
        page.locator("#confirm button[value=do]").click()


def verdict(windows: Windows, page: Page, found: Row) -> Row:
    """Read how a frame's page says that it was judged."""
    page.goto(windows.at(f"frames/{found['frame_id']}"))
    rows = page.locator("#facts > div").all()
    # As written: a style sheet may shout.
    return {one.locator("dt").text_content(): one.locator("dd").text_content() for one in rows}


def people_are_asked(windows: Windows, page: Page, found: Row, adapter: str) -> None:
    """Open the case of a picture: alcohol was found in it, and the page says by whom."""
    windows.case(page, found["review_id"])
    expect(page.locator("main")).to_contain_text(LABEL)
    if adapter:
        expect(page.locator("#adapter")).to_have_text(adapter)
    else:
        expect(page.locator("#adapter")).to_have_count(0)


def test_decisions_become_a_better_model_and_can_be_taken_back(
    desk: Desk,
    windows: Windows,
    people: People,
    picture: bytes,
    tmp_path_factory: pytest.TempPathFactory,
) -> None:
    adapting.forget_examples(desk)
    page, engineer = (
        windows.open(people.get(name, role))
        for name, role in (("lena", "lead"), ("enno", "engineer"))
    )
    judge(windows, page, Samples(desk, CLEAR, tmp_path_factory.mktemp("clear")))
    people_are_asked(windows, page, adapting.upload(desk, "desk/before.jpg", picture), "")
    # What she decides live is an example as well, and the gate asks the adapter about it.
    for wrong in page.locator("fieldset.label input[value=deny]").all():
        wrong.check()
    decide(page, "allow")

    train(windows, page, NAME)
    expect(page.locator("#gate")).to_have_attribute("data-passed", "yes")
    expect(page.locator("main")).to_have_attribute("data-status", adapters.PASSED)
    errors = page.locator("#gate [data-figure=test] dd").inner_text()
    base, corrected = map(int, re.findall(r"\d+", errors))
    assert corrected < base
    live = page.locator("#gate [data-figure=live]")
    assert re.findall(r"\d+", live.inner_text()) == ["1", "1", "0"]
    assert page.locator("svg").count() >= 1, "the errors over thresholds are drawn"
    assert not switch(desk).get("live"), "what is live is as it was"

    press(page, "#promote")
    assert switch(desk)["live"]["name"] == NAME
    after = adapting.upload(desk, "desk/after.jpg", picture)
    told = verdict(windows, engineer, after)
    assert told["Severity"] == "none"
    assert told["Outcome"].startswith("cleared")
    assert told["Adapter"] == NAME
    wine = adapting.upload(desk, "desk/wine.jpg", adapting.right())
    people_are_asked(windows, page, wine, NAME)

    page.goto(windows.at("adapters"))
    expect(page.locator("#switch")).to_have_attribute("data-live-model", NAME)
    page.keyboard.press("r")
    page.keyboard.press("Enter")
    expect(page.locator("#confirm")).to_contain_text("Roll back from")
    with page.expect_navigation():
        page.locator("#confirm button[value=do]").click()
    expect(page.locator("#switch")).to_have_attribute("data-live-model", "the base model")
    expect(page.locator("#record")).to_contain_text("lena")
    people_are_asked(windows, page, adapting.upload(desk, "desk/back.jpg", picture), "")


@pytest.mark.parametrize("how", [{}, PHONE, DARK])
def test_the_pages_have_no_grave_fault(windows: Windows, people: People, how: Row) -> None:
    page = windows.open(people.get("lena", "lead"), **how)
    for path in ("adapters", f"adapters/{NAME}"):
        page.goto(windows.at(path))
        assert complaints(page) == []
        wide = page.evaluate("document.documentElement.scrollWidth - innerWidth")
        assert wide <= 0, "nothing is beside the screen"


def test_whoever_may_look_looks_and_changes_nothing(windows: Windows, people: People) -> None:
    page = windows.open(people.get("enno", "engineer"))
    page.goto(windows.at(f"adapters/{NAME}"))
    expect(page.locator("#gate")).to_be_visible()
    expect(page.locator("#promote")).to_have_count(0)
    page.goto(windows.at("adapters"))
    expect(page.locator("#train")).to_have_count(0)
    page = windows.open(people.get("vera"))
    reply = page.goto(windows.at("adapters"))
    assert reply is not None
    assert reply.status == 403


def test_it_works_without_a_script(desk: Desk, windows: Windows, people: People) -> None:
    page = windows.open(people.get("lena", "lead"), java_script_enabled=False)
    page.goto(windows.at(f"adapters/{NAME}"))
    press(page, "#promote")
    assert switch(desk)["live"]["name"] == NAME
    page.goto(windows.at("adapters"))
    press(page, "#rollback")
    assert not switch(desk)["live"]


def test_a_misleading_set_is_refused_by_the_gate(
    desk: Desk, windows: Windows, people: People, tmp_path_factory: pytest.TempPathFactory
) -> None:
    adapting.forget_examples(desk)
    page = windows.open(people.get("lena", "lead"))
    judge(windows, page, Samples(desk, MISLEADING, tmp_path_factory.mktemp("misleading")))
    train(windows, page, BAD)
    expect(page.locator("#gate")).to_have_attribute("data-passed", "no")
    expect(page.locator("#gate-says")).to_contain_text("miss")
    expect(page.locator("#promote")).to_have_count(0)
    assert row(desk, BAD)["status"] == adapters.REFUSED
    assert not switch(desk)["live"]
