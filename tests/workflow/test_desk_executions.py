"""Look into executions as an engineer: find one, see what it did, and watch one end."""

import json
import re
from datetime import timedelta
from functools import cache

import pytest
from playwright.sync_api import Page, expect

from framewarden.domain.times import parse
from local.review_link import answer
from tests.workflow.browser import DARK, PHONE, Windows, complaints
from tests.workflow.conftest import Desk, Row
from tests.workflow.looked_at import (
    MARKUP,
    Ends,
    addresses,
    arn_of,
    by_hand,
    ends,
    entered,
    execution_of,
    frame_of,
    holds,
    listed,
    live,
    look,
    open_data,
    search,
    went,
)
from tests.workflow.people import People, Person
from tests.workflow.test_desk_access import TWICE

pytestmark = pytest.mark.workflow

JUDGED = ["IsAnalyzed?", "Analyze", "Classify", "RouteBySeverity"]
ASKED = [*JUDGED, "OpenReview", "IsOpener?"]
# What each frame's execution went through, the states that it did not, and words of its sentence.
WALKS: dict[str, tuple[dict[str, str], list[str], str]] = {
    "stopped": (
        dict.fromkeys([*JUDGED, "StopStream", "ConfirmStop?", "Archive"], "done"),
        ["OpenReview", "RequestReview", "HoldUnscreened"],
        r"Stopped .+Explicit 9\d\.\d %.+explicit-critical.+97",
    ),
    "reviewed": (
        dict.fromkeys([*ASKED, "RequestReview", "RouteByDecision", "Archive"], "done"),
        ["StopStream", "HoldUnscreened"],
        r"(?i)allow.*Ada|Ada.*allow",
    ),
    "joined": (
        dict.fromkeys([*ASKED, "Archive"], "done"),
        ["RequestReview", "StopStream", "HoldUnscreened"],
        r"(?i)review",
    ),
    "unscreened": (
        {"Analyze": "caught"}
        | dict.fromkeys(["IsAnalyzed?", "HoldUnscreened", "RouteByOnError", "Archive"], "done"),
        ["Classify", "OpenReview", "StopStream"],
        r"(?i)(nobody|not judged|unscreened|could not)",
    ),
}


@pytest.fixture(scope="module")
def known(desk: Desk) -> Ends:
    return ends(desk)


@pytest.fixture(scope="module")
def enzo(people: People) -> Person:
    return people.get("enzo", "engineer")


def minutes(moment: str, by: int) -> str:
    """Write a moment as a field of date and time takes it, some minutes away."""
    return f"{parse(moment) + timedelta(minutes=by):%Y-%m-%dT%H:%M}"


@pytest.mark.parametrize("end", WALKS)
def test_a_frame_is_found_by_its_key_and_told_to_its_end(
    windows: Windows, desk: Desk, known: Ends, enzo: Person, end: str
) -> None:
    row, (states, untouched, sentence) = known.row(end), WALKS[end]
    page = windows.open(enzo)
    search(windows, page, q=row["key"])
    assert listed(page) == [row["execution"]]
    line = page.locator("tr.execution")
    expect(line).to_have_attribute("data-status", "SUCCEEDED")
    outcome = "reviewed" if end == "joined" else row["outcome"]
    assert line.get_attribute("data-outcome") in (outcome, "joined")

    with page.expect_navigation():
        line.locator("a.open").click()
    main = page.locator("main[data-page=execution]")
    expect(main).to_have_attribute("data-status", "SUCCEEDED")
    assert re.search(sentence, page.locator("#why").inner_text()), page.locator("#why").inner_text()
    drawn = went(page)
    assert set(drawn) == set(deployed(desk)["States"])
    assert {name: drawn[name] for name in states} == states
    assert {name: drawn[name] for name in untouched} == dict.fromkeys(untouched, "none")
    visits = page.locator("#timeline tr.visit")
    told = visits.evaluate_all("all => all.map(one => one.dataset.state)")
    assert told == entered(desk, row["execution"])

    with page.expect_navigation():
        page.locator(f"#links a[href$='{frame_of(row)}']").first.click()
    expect(page.locator("main[data-page=frame]")).to_have_attribute("data-frame", row["frame_id"])
    assert any(one.endswith(execution_of(row)) for one in addresses(page))
    if row.get("review_id"):
        page.goto(windows.at(frame_of(row)))
        with page.expect_navigation():
            page.locator(f"a[href$='reviews/{row['review_id']}']").first.click()
        expect(page.locator("main[data-page=case]")).to_be_visible()


def deployed(desk: Desk) -> Row:
    machine = desk.target.output("StateMachineArn")
    found = desk.client("stepfunctions").describe_state_machine(stateMachineArn=machine)
    return dict(json.loads(found["definition"]))


class TestSearch:
    def test_a_review_has_its_frames(self, windows: Windows, known: Ends, enzo: Person) -> None:
        page = windows.open(enzo)
        search(windows, page, q=known.review["review_id"])
        assert set(listed(page)) == {known.reviewed["execution"], known.joined["execution"]}

    def test_a_channel_and_a_time_narrow_each_other(
        self, windows: Windows, known: Ends, enzo: Person
    ) -> None:
        page, row = windows.open(enzo), known.reviewed
        for channel in (row["channel_arn"], row["channel"]):
            search(windows, page, channel=channel)
            assert set(listed(page)) == {row["execution"], known.joined["execution"]}
        around = {"from": minutes(row["put_at"], -1), "to": minutes(row["put_at"], 2)}
        search(windows, page, channel=row["channel_arn"], **around)
        assert row["execution"] in listed(page)
        before = {"from": minutes(row["put_at"], -20), "to": minutes(row["put_at"], -10)}
        search(windows, page, channel=row["channel_arn"], **before)
        assert listed(page) == []
        search(windows, page, **around)
        assert {row["execution"], known.stopped["execution"]} <= set(listed(page))

    def test_an_arn_an_address_and_a_frame_s_id_lead_there(
        self, windows: Windows, desk: Desk, known: Ends, enzo: Person
    ) -> None:
        page, name = windows.open(enzo), known.stopped["execution"]
        address = execution_of(known.stopped)
        for pasted in (arn_of(desk, name), f" <{arn_of(desk, name)}> ", windows.at(address)):
            search(windows, page, q=pasted)
            expect(page.locator("main[data-page=execution]")).to_be_visible()
            assert page.url.endswith(address)
        search(windows, page, q=known.stopped["frame_id"])
        expect(page.locator("main[data-page=frame]")).to_be_visible()

    def test_what_is_not_there_is_said(self, windows: Windows, enzo: Person) -> None:
        page = windows.open(enzo)
        for nothing in (
            "uploads/never-put.jpg",
            "arn:aws:states:us-east-1:1:execution:x:y",
            MARKUP,
        ):
            search(windows, page, q=nothing)
            expect(page.locator("main[data-page=executions]")).to_be_visible()
            assert page.locator("tr.execution").count() == 0
            expect(page.locator("form#search input[name=q]")).to_have_value(nothing)
            assert page.title() != "owned"
        search(windows, page, channel=MARKUP)
        expect(page.locator("p.fault")).to_be_visible()
        assert page.title() != "owned"

    def test_tabs_show_one_status_and_the_unscreened(
        self, windows: Windows, known: Ends, enzo: Person
    ) -> None:
        page = look(windows, windows.open(enzo), "executions", "executions")
        page.locator("nav#statuses a[data-status=unscreened]").click()
        expect(page.locator("nav#statuses a[data-status=unscreened]")).to_have_attribute(
            "aria-current", re.compile("page|true")
        )
        assert known.unscreened["execution"] in listed(page)
        outcomes = page.locator("tr.execution").evaluate_all(
            "all => all.map(one => one.dataset.outcome)"
        )
        assert set(outcomes) == {"unscreened"}
        page.locator("nav#statuses a[data-status=SUCCEEDED]").click()
        expect(page.locator("nav#statuses a[data-status=SUCCEEDED]")).to_have_attribute(
            "aria-current", re.compile("page|true")
        )
        assert page.locator("tr.execution[data-status=SUCCEEDED]").count() == len(listed(page)) > 0
        page.locator("nav#machines a[data-machine=order]").click()
        expect(page.locator("main[data-page=executions]")).to_be_visible()
        assert known.stopped["execution"] not in listed(page)

    def test_the_list_goes_on_page_by_page(
        self, windows: Windows, known: Ends, enzo: Person
    ) -> None:
        page = look(windows, windows.open(enzo), "executions", "executions")
        first = listed(page)
        if page.locator("a#older").count() == 0:
            assert len(first) <= 50
            return
        with page.expect_navigation():
            page.locator("a#older").click()
        assert listed(page)
        assert not set(first) & set(listed(page))
        with page.expect_navigation():
            page.locator("a#newest").click()
        expect(page.locator("a#older")).to_be_visible()


def test_an_order_has_its_page_too(desk: Desk, windows: Windows, enzo: Person) -> None:
    channel = live(desk, "looked-ordered")
    desk.ended(channel.show(desk.pictures.critical()))
    channel.go_live()
    desk.wait(lambda: not channel.connected(), "the encoder is cut off again")
    page = look(windows, windows.open(enzo), "executions?machine=order", "executions")
    line = page.locator("tr.execution").first
    name = str(line.get_attribute("data-name"))
    assert re.fullmatch("(?:order|restop)-[0-9a-f]{40}", name)
    with page.expect_navigation():
        line.locator("a.open").click()
    expect(page.locator("main[data-page=execution]")).to_be_visible()
    expect(page.locator("#why")).not_to_be_empty()
    expect(page.locator(f"#links a[href$='channels/ivs/{channel.id}']").first).to_be_visible()
    assert {"input"} <= set(open_data(page, "1"))
    search(windows, page, q=name)
    assert page.url.endswith(f"executions/order/{name}")


class TestData:
    def test_what_states_read_and_wrote_is_shown_and_the_token_nowhere(
        self, windows: Windows, known: Ends, enzo: Person
    ) -> None:
        token = known.review["task_token"]
        page = look(windows, windows.open(enzo), execution_of(known.reviewed), "execution")
        fetched: list[str] = []
        page.on("response", lambda answer: fetched.append(answer.url))
        parts = open_data(page)
        assert {"input", "output"} <= set(parts)
        assert known.reviewed["key"] in page.locator("#timeline").inner_text()
        numbers = page.locator("tr.visit").evaluate_all("all => all.map(one => one.dataset.number)")
        asked = {url.rpartition("/")[2].partition("?")[0] for url in fetched if "/visits/" in url}
        assert asked == set(numbers), "each is asked for when it is opened"
        texts = [page.content()]
        for path in (
            f"{execution_of(known.reviewed)}/live",
            frame_of(known.reviewed),
            "executions",
        ):
            texts.append(page.request.get(windows.at(path)).text())
        for number in (f"{one}{part}" for one in numbers for part in ("", "?part=1")):
            address = windows.at(f"{execution_of(known.reviewed)}/visits/{number}")
            texts.append(page.request.get(address).text())
        assert not any(holds(text, token) for text in texts)

    def test_without_scripts_each_visit_is_a_page(
        self, windows: Windows, known: Ends, enzo: Person
    ) -> None:
        page = windows.open(enzo, java_script_enabled=False)
        look(windows, page, execution_of(known.stopped), "execution")
        row = page.locator("tr.visit[data-state=Classify]")
        expect(page.locator("svg#graph g.state[data-state=Classify]")).to_be_visible()
        where = row.locator("a[href*='visits/']").first.get_attribute("href")
        page.goto(windows.at(f"{execution_of(known.stopped)}/visits/{str(where).split('/')[-1]}"))
        shown = page.locator("section.visit-data pre[data-part=output]")
        expect(shown).to_contain_text("explicit-critical")


def test_an_execution_that_waits_ends_while_it_is_watched(
    desk: Desk, windows: Windows, enzo: Person
) -> None:
    frame = live(desk, "looked-watched").show(desk.pictures.high())
    review = desk.asked(frame)
    row = desk.frame(frame)
    page = look(windows, windows.open(enzo), execution_of(row), "execution")
    expect(page.locator("main")).to_have_attribute("data-status", "RUNNING")
    assert went(page)["RequestReview"] == "running"
    open_data(page, "1")
    page.evaluate("window.stayed = true")
    fragment, known = windows.at(f"{execution_of(row)}/live"), {"If-None-Match": etag_of(page)}
    assert page.request.get(fragment, headers=known).status == 304
    live_now = page.request.get(fragment).text()
    number = page.locator("tr.visit[data-state=RequestReview]").get_attribute("data-number")
    given = page.request.get(windows.at(f"{execution_of(row)}/visits/{number}")).text()
    assert review["review_id"] in given
    assert not any(holds(one, review["task_token"]) for one in (page.content(), live_now, given))
    answer(desk.link(review), "allow", "Ada", "")
    archived = page.locator("svg#graph g.state[data-state=Archive]")
    expect(archived).to_have_attribute("data-went", "done", timeout=8_000)
    expect(page.locator("main")).to_have_attribute("data-status", "SUCCEEDED")
    expect(page.locator("#why")).to_contain_text(re.compile("allow", re.IGNORECASE))
    expect(page.locator("[data-live-said]").first).to_contain_text(
        re.compile("succeeded|ended", re.IGNORECASE)
    )
    expect(page.locator("[data-live-said]").first).to_have_attribute("aria-live", "polite")
    first = page.locator("tr.visit[data-number='1']")
    expect(first.locator("section.visit-data")).to_be_visible()
    assert page.evaluate("window.stayed"), "the page was not loaded anew"
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    page.wait_for_timeout(2_500)
    assert asked == [], "what has ended is not asked for any more"


@pytest.mark.parametrize("kind", ["list", "execution", "failed", "running", "visit", "policy"])
def test_nobody_is_kept_out(
    desk: Desk, windows: Windows, enzo: Person, known: Ends, kind: str
) -> None:
    row = known.reviewed
    path = {
        "list": "executions",
        "execution": execution_of(row),
        "failed": f"executions/moderate/{by_hand(desk)}",
        "running": f"executions/moderate/{waiting(desk)}",
        "visit": f"{execution_of(row)}/visits/2",
        "policy": f"policies/{row['policy_hash']}",
    }[kind]
    found: dict[str, list[str]] = {}
    for scheme, how in (("light", {}), ("dark", {**PHONE, **DARK})):
        page = windows.open(enzo, **how)
        page.goto(windows.at(path))
        expect(page.locator("main h1").first).to_be_visible()
        if kind == "execution":
            open_data(page, "2")
        found[scheme] = complaints(page) + page.evaluate(TWICE)
        if scheme == "dark":
            wide = page.evaluate("document.documentElement.scrollWidth")
            assert wide <= 400, "nothing scrolls sideways on a phone"
    assert found == {"light": [], "dark": []}


def etag_of(page: Page) -> str:
    return str(page.locator("main").get_attribute("data-etag"))


@cache
def waiting(desk: Desk) -> str:
    """Return an execution that waits for a person."""
    frame = live(desk, "looked-waiting").show(desk.pictures.high())
    desk.asked(frame)
    return str(desk.frame(frame)["execution"])
