"""Read what happened to one frame, across its attempts, its incident, the decision and the stop."""

import re

import pytest
from playwright.sync_api import Page, expect

from tests.workflow.browser import DARK, PHONE, Windows, complaints
from tests.workflow.conftest import Desk, Row
from tests.workflow.looked_at import (
    MARKUP,
    NO_PICTURE,
    Ends,
    addresses,
    ends,
    execution_of,
    forgotten,
    frame_of,
    holds,
    look,
)
from tests.workflow.people import People, Person
from tests.workflow.test_desk_access import TWICE

pytestmark = pytest.mark.workflow

# Words that a frame's story has beside its sentence.
STORIES: dict[str, str] = {
    "stopped": r"(?i)stop",
    "reviewed": r"Ada",
    "joined": r"(?i)join",
    "unscreened": r"(?i)rescan|nobody|not judged|hold|held",
}


@pytest.fixture(scope="module")
def known(desk: Desk) -> Ends:
    return ends(desk)


@pytest.fixture(scope="module")
def gus(people: People) -> Person:
    return people.get("gus", "auditor")


def story(windows: Windows, page: Page, row: Row) -> Page:
    look(windows, page, frame_of(row), "frame")
    expect(page.locator("main")).to_have_attribute("data-frame", row["frame_id"])
    return page


def moments(page: Page) -> list[str]:
    """Return when each thing happened, as the page writes it for machines."""
    times = page.locator("#happenings li time")
    return [str(at) for at in times.evaluate_all("all => all.map(one => one.dateTime)")]


@pytest.mark.parametrize("end", STORIES)
def test_a_frame_s_story_is_told_to_its_end(
    windows: Windows, known: Ends, gus: Person, end: str
) -> None:
    row = known.row(end)
    page = story(windows, windows.open(gus), row)
    expect(page.locator("#why")).not_to_be_empty()
    told = page.locator("#happenings").inner_text()
    assert re.search(STORIES[end], f"{page.locator('#why').inner_text()} {told}")
    assert moments(page) == sorted(moments(page))
    expect(page.locator("main")).to_contain_text(row["key"])
    expect(page.locator("#evidence")).to_contain_text(row["evidence"])
    expect(page.locator("#attempts tr[data-attempt='1']")).to_be_visible()
    leads = addresses(page)
    expected = [execution_of(row)]
    expected += [f"reviews/{row['review_id']}"] if row.get("review_id") else []
    expected += [f"channels/ivs/{row['channel']}"] if row.get("channel_arn") else []
    expected += [f"policies/{row['policy_hash']}"] if row.get("policy_hash") else []
    for path in expected:
        assert any(one.partition("?")[0].endswith(path) for one in leads), path
    assert not holds(page.content(), known.review["task_token"])


def test_each_attempt_has_its_execution(desk: Desk, windows: Windows, gus: Person) -> None:
    frame = desk.upload("looked-at/again.jpg", NO_PICTURE)
    first = desk.ended(frame)
    wanted = {name: first[name] for name in ("bucket", "key", "version_id")}
    desk.invoke("IntakeFunction", {"rescan": wanted})
    desk.wait(
        lambda: (row := desk.frame(frame))["attempt"] == 2 and row["status"] == "settled",
        "the rescan ends",
    )
    page = story(windows, windows.open(gus), desk.frame(frame))
    for number, name in ((1, frame), (2, f"{frame}-2")):
        line = page.locator(f"#attempts tr[data-attempt='{number}']")
        where = str(line.locator("a[href*='executions/']").first.get_attribute("href"))
        assert where.endswith(f"executions/moderate/{name}")
        with page.expect_navigation():
            line.locator("a[href*='executions/']").first.click()
        expect(page.locator("main[data-page=execution]")).to_be_visible()
        page.go_back()


def test_a_refused_frame_never_had_an_execution(
    desk: Desk, windows: Windows, gus: Person, known: Ends
) -> None:
    row = desk.ended(desk.channel("looked-stopped").show(desk.pictures.clean()))
    assert row["outcome"] == "skipped"
    page = story(windows, windows.open(gus), row)
    assert re.search("(?i)skipped|never", page.locator("#why").inner_text())
    assert not any("/executions/moderate/" in one for one in addresses(page))
    page.goto(windows.at(f"executions?q={row['frame_id']}"))
    expect(page.locator("main")).to_contain_text(re.compile("never started|skipped", re.IGNORECASE))


def test_markup_in_every_field_stays_text(desk: Desk, windows: Windows, gus: Person) -> None:
    marked = dict.fromkeys(("channel", "source", "reason", "evidence", "review_id"), MARKUP)
    row = forgotten(
        desk,
        "markup",
        **marked,
        key=f"uploads/{MARKUP}.jpg",
        channel_arn=f"arn:aws:ivs:us-east-1:000000000000:channel/{MARKUP}",
    )
    page = windows.open(gus)
    for path in (
        frame_of(row),
        f"{frame_of(row)}?gone={MARKUP}",
        f"executions?q={row['frame_id']}",
    ):
        page.goto(windows.at(path))
        expect(page.locator("main")).to_contain_text("onerror")
        assert page.title() != "owned"
        assert page.locator("img[src=x]").count() == 0
        assert page.locator("main script").count() == 0
    page.goto(windows.at("executions"))
    page.locator("form#search input[name=q]").fill(row["key"])
    with page.expect_navigation():
        page.locator("form#search button[type=submit]").click()
    assert page.locator("tr.execution").count() == 1
    assert page.locator("img[src=x]").count() == 0
    assert page.title() != "owned"


@pytest.mark.parametrize(
    "path",
    [
        f"frames/{'f' * 64}",
        "frames/nobody",
        "frames/%3Cb%3E",
        f"frames/{'0' * 63}",
        f"policies/{'0' * 64}",
        "policies/latest",
        "policies/..%2f..%2fqueue",
    ],
)
def test_what_nobody_knows_is_said_to_be_nowhere(windows: Windows, gus: Person, path: str) -> None:
    page = windows.open(gus)
    answer = page.goto(windows.at(path))
    assert answer and answer.status == 404
    expect(page.locator("main h1")).to_contain_text("There is no such")


def test_a_policy_that_judged_is_shown(windows: Windows, gus: Person, known: Ends) -> None:
    page = windows.open(gus)
    page.goto(windows.at(f"policies/{known.stopped['policy_hash']}"))
    expect(page.locator("main")).to_contain_text("workflow tests")
    expect(page.locator("main")).to_contain_text("explicit-critical")


@pytest.mark.parametrize("end", ["joined", "unscreened", "forgotten"])
def test_nobody_is_kept_out(
    desk: Desk, windows: Windows, gus: Person, known: Ends, end: str
) -> None:
    row = forgotten(desk, "forgotten") if end == "forgotten" else known.row(end)
    gone = f"?gone={row['execution']}" if end == "forgotten" else ""
    found: dict[str, list[str]] = {}
    for scheme, how in (("light", {}), ("dark", {**PHONE, **DARK})):
        page = look(windows, windows.open(gus, **how), frame_of(row) + gone, "frame")
        found[scheme] = complaints(page) + page.evaluate(TWICE)
        if scheme == "dark":
            wide = page.evaluate("document.documentElement.scrollWidth")
            assert wide <= 400, "nothing scrolls sideways on a phone"
    assert found == {"light": [], "dark": []}
