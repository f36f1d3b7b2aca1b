"""Judge a grid of sixty in a browser, by keyboard, beside somebody else who does the same."""

import re

import pytest
from playwright.sync_api import Page, expect

from framewarden.aws.dynamo import typed, untyped
from tests.workflow.batching import Batching
from tests.workflow.browser import DARK, PHONE, Windows, complaints
from tests.workflow.conftest import Desk, Row
from tests.workflow.people import People

pytestmark = pytest.mark.workflow

IMAGES = 62
SCREEN = 60


class Grid:
    """The list of a batch of which every image is flagged."""

    def __init__(self, desk: Desk) -> None:
        self.desk, batching = desk, Batching(desk)
        refs = [
            batching.picture(f"{number:03}.jpg", desk.pictures.high() + bytes([number]))
            for number in range(IMAGES)
        ]
        self.batch_id = batching.start(batching.manifest(*refs))
        assert batching.ended(self.batch_id)["status"] == "done"
        [self.rule] = batching.rules(self.batch_id)
        self.path = f"batches/{self.batch_id}/verify?rule={self.rule}"

    def rows(self) -> list[Row]:
        answer = self.desk.client("dynamodb").query(
            TableName=self.desk.target.output("BatchesTable"),
            KeyConditionExpression="#batch = :batch AND begins_with(#item, :image)",
            ExpressionAttributeNames={"#batch": "batch", "#item": "item"},
            ExpressionAttributeValues=typed(
                {":batch": f"{self.batch_id}#{self.rule}", ":image": "image#"}
            ),
        )
        return [untyped(item) for item in answer["Items"]]

    def open(self, windows: Windows, page: Page) -> Page:
        page.goto(windows.at(self.path))
        expect(page.locator("main.live #grid .tile")).to_have_count(SCREEN)
        return page


@pytest.fixture(scope="module")
def grid(desk: Desk) -> Grid:
    return Grid(desk)


def keys(page: Page, *pressed: str) -> None:
    for key in pressed:
        page.keyboard.press(key)


def saved(page: Page) -> None:
    keys(page, "s")
    expect(page.locator("#said")).to_contain_text(re.compile("[Ss]aved"))


@pytest.mark.parametrize("how", [{}, PHONE, DARK])
def test_the_page_has_no_grave_fault(
    windows: Windows, people: People, grid: Grid, how: Row
) -> None:
    page = grid.open(windows, windows.open(people.get("vera"), **how))
    assert complaints(page) == []
    wide = page.evaluate("document.documentElement.scrollWidth - innerWidth")
    assert wide <= 0, "nothing is beside the screen"


def test_sixty_are_shown_blurred_by_one_picture(
    windows: Windows, people: People, grid: Grid
) -> None:
    page, asked = windows.open(people.get("vera")), []
    page.on("request", lambda request: asked.append(request.url))
    grid.open(windows, page)
    page.wait_for_load_state("networkidle")
    first = [url for url in asked if "/sheet?" in url and "from=" not in url]
    assert len(set(first)) == 1
    assert any("/sheet?" in url and "from=" in url for url in asked), "the next is fetched ahead"
    assert not [url for url in asked if "X-Amz" in url], "nothing is shown unasked"
    shown = "[...document.querySelectorAll('.cell img')].every(one => one.naturalWidth > 0)"
    assert page.evaluate(shown)


def test_a_grid_of_sixty_is_judged_by_keyboard(
    windows: Windows, people: People, grid: Grid
) -> None:
    page = grid.open(windows, windows.open(people.get("vera")))
    keys(page, "b", "n", "y", "1", "a")
    keys(page, "*", "x", "ArrowRight", "ArrowLeft")
    page.locator(".tile").first.locator("fieldset.image").focus()
    # All are selected but the first: whoever goes on clears that, and takes the rest at once.
    keys(page, "Escape")
    for number in range(4, SCREEN):
        page.locator(".tile input[name=pick]").nth(number).check()
    keys(page, "n")
    expect(page.locator("#unsaved")).to_contain_text(f"{SCREEN} not saved")
    saved(page)
    expect(page.locator("#unsaved")).to_be_empty()
    expect(page.locator("#progress")).to_have_text(f"{SCREEN} of {IMAGES} decided")
    rows = grid.rows()[:SCREEN]
    decided = [row["decision"] for row in rows]
    assert decided == ["block", "allow", "block", "allow", *["allow"] * (SCREEN - 4)]
    assert {row["by"] for row in rows} == {"vera"}
    label = rows[0]["labels"][0]["name"]
    assert rows[1]["labels_judged"]["denied"] == [label]
    assert rows[2]["labels_judged"]["confirmed"] == [label]
    assert rows[3]["labels_judged"]["confirmed"] == [label]
    keys(page, "j")
    expect(page.locator("#grid .tile")).to_have_count(IMAGES - SCREEN)
    page.goto(windows.at(f"{grid.path}&from=undecided"))
    expect(page.locator("#grid .tile")).to_have_count(IMAGES - SCREEN)


def test_a_missing_label_is_added_and_counted(windows: Windows, people: People, grid: Grid) -> None:
    page = grid.open(windows, windows.open(people.get("vera")))
    keys(page, "l")
    page.locator("#labels input[value=Weapons]").check()
    page.locator("#add").click()
    saved(page)
    page.reload()
    expect(page.locator(".agreement").first).to_contain_text("Weapons")
    assert grid.rows()[0]["labels_judged"]["added"] == ["Weapons"]


def test_of_two_people_the_second_is_told_and_decides(
    windows: Windows, people: People, grid: Grid
) -> None:
    first = grid.open(windows, windows.open(people.get("vera")))
    second = grid.open(windows, windows.open(people.get("udo")))
    keys(second, "a")  # it was blocked
    saved(second)
    keys(first, "n")
    saved(first)
    expect(first.locator(".tile.conflict .lost")).to_contain_text("Allowed by udo")
    assert grid.rows()[0]["by"] == "udo"
    saved(first)
    expect(first.locator(".tile.conflict")).to_have_count(0)
    row = grid.rows()[0]
    assert (row["by"], row["decision"]) == ("vera", "allow")
    assert [one["by"] for one in row["history"]][-2:] == ["udo", "vera"]


def test_an_image_is_revealed_for_whoever_asks_and_the_record_says_so(
    windows: Windows, people: People, grid: Grid
) -> None:
    page = grid.open(windows, windows.open(people.get("vera")))
    keys(page, "ArrowRight", "r")
    expect(page.locator("#said")).to_contain_text("That you looked is recorded")
    assert page.locator("#look img").evaluate("one => one.naturalWidth") > 0
    keys(page, "ArrowRight")
    expect(page.locator("#look")).to_be_hidden()
    page.reload()
    expect(page.locator(".tables")).to_contain_text("vera looked at")


def test_marks_outlive_a_reload_and_leaving_is_warned_of(
    windows: Windows, people: People, grid: Grid
) -> None:
    page, warned = grid.open(windows, windows.open(people.get("vera"))), []
    page.on("dialog", lambda dialog: (warned.append(dialog.type), dialog.accept()))
    keys(page, "ArrowDown", "b")
    page.reload()
    assert warned == ["beforeunload"]
    expect(page.locator("#said")).to_contain_text("still here")
    saved(page)


def test_it_works_without_a_script(windows: Windows, people: People, grid: Grid) -> None:
    page = windows.open(people.get("vera"), java_script_enabled=False)
    page.goto(windows.at(f"{grid.path}&from=undecided"))
    tile = page.locator(".tile").first
    name = tile.get_attribute("data-name")
    tile.locator("input[name=pick]").check()
    page.locator("button[name=bulk][value=block]").click()
    expect(page.locator(f".tile[data-name='{name}'] .by")).to_contain_text("Blocked by vera")
    tile = page.locator(".tile").first
    tile.locator("button.show").click()
    expect(page.locator(".tile.revealed img.original")).to_be_visible()
