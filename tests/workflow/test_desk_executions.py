"""Look into executions as an engineer: find one, see what it did, and watch one end."""

import json
import re
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from typing import Any

import boto3
import pytest
from botocore.exceptions import ClientError
from playwright.sync_api import Page, expect

from framewarden.domain.times import parse
from local.chromium import sign_in
from local.review_link import answer
from tests.workflow.browser import DARK, PHONE, Windows, complaints
from tests.workflow.conftest import Desk, Row
from tests.workflow.looked_at import (
    MARKUP,
    Ends,
    addresses,
    ends,
    execution_of,
    forgotten,
    frame_of,
    holds,
    live,
    look,
    open_data,
    went,
)
from tests.workflow.people import People, Person
from tests.workflow.test_desk_access import TWICE

pytestmark = pytest.mark.workflow

NEVER = "0" * 64
DENIED = r"AccessDenied|not authorized"
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


def search(windows: Windows, page: Page, **wanted: str) -> None:
    look(windows, page, "executions", "executions")
    for name, value in wanted.items():
        page.locator(f"form#search input[name='{name}']").fill(value)
    with page.expect_navigation():
        page.locator("form#search button[type=submit]").click()


def listed(page: Page) -> list[str]:
    rows = page.locator("table#executions tr.execution")
    return [str(row.get_attribute("data-name")) for row in rows.all()]


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


def arn_of(desk: Desk, name: str) -> str:
    machine = desk.target.output("StateMachineArn")
    return f"{machine.replace(':stateMachine:', ':execution:')}:{name}"


def entered(desk: Desk, name: str) -> list[str]:
    pages = desk.client("stepfunctions").get_paginator("get_execution_history")
    events = (
        one for page in pages.paginate(executionArn=arn_of(desk, name)) for one in page["events"]
    )
    return [
        event["stateEnteredEventDetails"]["name"]
        for event in events
        if "stateEnteredEventDetails" in event
    ]


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

    def test_an_arn_a_name_and_a_frame_s_id_lead_to_the_execution(
        self, windows: Windows, desk: Desk, known: Ends, enzo: Person
    ) -> None:
        page, name = windows.open(enzo), known.stopped["execution"]
        for pasted in (arn_of(desk, name), f"  {arn_of(desk, name)} ", name):
            search(windows, page, q=pasted)
            found = page.url.endswith(f"executions/moderate/{name}") or listed(page) == [name]
            assert found, pasted

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
        for number in numbers:
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
    assert not holds(page.content(), review["task_token"])
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


class TestWhoMayLook:
    PATHS = (
        "executions",
        "executions/moderate/{name}",
        "executions/moderate/{name}/live",
        "executions/moderate/{name}/visits/1",
        "frames/{frame}",
        "policies/{policy}",
        "health",
        "health/live",
    )

    def paths(self, row: Row) -> list[str]:
        named = {"name": row["execution"], "frame": row["frame_id"], "policy": row["policy_hash"]}
        return [path.format(**named) for path in self.PATHS]

    @pytest.mark.parametrize(("name", "role"), [("bea", "moderator"), ("lea", "lead")])
    def test_who_moderates_is_told_for_whom_this_is(
        self, windows: Windows, people: People, known: Ends, name: str, role: str
    ) -> None:
        page, row = windows.open(people.get(name, role)), known.stopped
        page.goto(windows.at(execution_of(row)))
        expect(page.locator("main")).to_contain_text("This is for engineers and auditors")
        page.goto(windows.at("queue"))
        for place in ("executions", "health"):
            assert page.locator(f"header nav a[href$='{place}']").count() == 0
        for path in self.paths(row):
            refused = page.request.get(windows.at(path), max_redirects=0)
            assert refused.status == 403, path
            assert row["key"] not in refused.text()

    def test_an_auditor_may_look(self, windows: Windows, people: People, known: Ends) -> None:
        page = windows.open(people.get("gus", "auditor"))
        look(windows, page, execution_of(known.stopped), "execution")
        for place in ("executions", "health"):
            assert page.locator(f"header nav a[href$='{place}']").count() == 1
        for path in self.paths(known.stopped):
            assert page.request.get(windows.at(path)).status == 200, path

    def test_a_stranger_signs_in_and_comes_back(
        self, windows: Windows, people: People, known: Ends
    ) -> None:
        person, page = people.get("enzo", "engineer"), windows.open()
        page.goto(windows.at(execution_of(known.stopped)))
        expect(page.locator("form#sign-in")).to_be_visible()
        assert known.stopped["key"] not in page.content()
        sign_in(page, person.name, person.password)
        expect(page.locator("main[data-page=execution]")).to_be_visible()
        assert page.url.partition("?")[0].endswith(execution_of(known.stopped))
        stranger = windows.open()
        for path in self.paths(known.stopped):
            answer = stranger.request.get(windows.at(path), max_redirects=0)
            assert answer.status in (303, 401, 403), path
            assert known.stopped["key"] not in answer.text()

    def test_nothing_but_looking_is_answered(
        self, desk: Desk, windows: Windows, enzo: Person, known: Ends
    ) -> None:
        page, before = windows.open(enzo), desk.frame(known.stopped["frame_id"])
        for path in self.paths(known.stopped):
            for method in ("POST", "PUT", "DELETE"):
                refused = page.request.fetch(windows.at(path), method=method, max_redirects=0)
                assert 400 <= refused.status < 500, (method, path)
        assert desk.frame(known.stopped["frame_id"]) == before


class TestBadInput:
    @pytest.mark.parametrize(
        "path",
        [
            f"executions/moderate/{NEVER}",
            f"executions/order/{NEVER}",
            "executions/moderate/by-hand",
            f"executions/nobody/{NEVER}",
            "executions/moderate/%3Cscript%3E",
            f"executions/moderate/{'n' * 1_000}",
            "executions/moderate/..%2f..%2fqueue",
            f"executions/moderate/{NEVER}/visits/1",
            f"executions/moderate/{NEVER}/live",
        ],
    )
    def test_what_never_ran_is_said_to_be_nowhere(
        self, windows: Windows, enzo: Person, path: str
    ) -> None:
        page = windows.open(enzo)
        answer = page.goto(windows.at(path))
        assert answer and answer.status == 404
        expect(page.locator("body")).to_contain_text(re.compile("There is no such", re.IGNORECASE))

    def test_an_execution_of_another_machine_is_not_shown_under_ours(
        self, windows: Windows, enzo: Person, known: Ends
    ) -> None:
        page = windows.open(enzo)
        other = windows.at(f"executions/order/{known.stopped['execution']}")
        answer = page.request.get(other, max_redirects=0)
        assert answer.status in (303, 404)

    def test_a_visit_that_was_not_made_is_nowhere(
        self, windows: Windows, enzo: Person, known: Ends
    ) -> None:
        page = windows.open(enzo)
        for number in ("0", "99", "-1", "x", "1e3", "%3Cb%3E", "9" * 40):
            address = windows.at(f"{execution_of(known.stopped)}/visits/{number}")
            assert page.request.get(address).status == 404, number

    @pytest.mark.parametrize(
        "query",
        [
            "after=nonsense",
            "from=yesterday&to=tomorrow",
            "from=2026-01-02T00:00&to=2026-01-01T00:00",
            "from=0000-00-00T00:00",
            "from=9999-12-31T23:59",
            "status=BROKEN",
            "machine=nobody",
            "channel=nobody",
            "channel=arn:aws:ivs",
            "q=" + "q" * 5_000,
            "q=%00%FF",
            "unknown=1",
        ],
    )
    def test_a_search_that_makes_no_sense_is_answered(
        self, windows: Windows, enzo: Person, query: str
    ) -> None:
        page = windows.open(enzo)
        answer = page.goto(windows.at(f"executions?{query}"))
        assert answer and answer.status in (200, 400), query
        expect(page.locator("main[data-page=executions], main h1").first).to_be_visible()

    def test_what_step_functions_forgot_the_ledger_still_tells(
        self, desk: Desk, windows: Windows, enzo: Person
    ) -> None:
        row = forgotten(desk, "forgotten")
        page = windows.open(enzo)
        page.goto(windows.at(execution_of(row)))
        expect(page.locator("main[data-page=frame]")).to_have_attribute(
            "data-frame", row["frame_id"]
        )
        expect(page.locator("#gone")).to_contain_text(
            re.compile("forg|gone|90 days", re.IGNORECASE)
        )
        expect(page.locator("#why")).not_to_be_empty()
        assert page.locator("#happenings li").count() > 0
        search(windows, page, q=row["key"])
        assert listed(page) == [row["execution"]]

    def test_an_execution_that_ran_by_another_definition_says_so(
        self, desk: Desk, windows: Windows, enzo: Person, known: Ends
    ) -> None:
        row = known.joined
        with renamed(desk, "IsOpener?", "IsItTheOpener?"):
            page = look(windows, windows.open(enzo), execution_of(row), "execution")
            expect(page.locator("#changed")).to_be_visible()
            told = page.locator("tr.visit").evaluate_all("all => all.map(o => o.dataset.state)")
            assert told == entered(desk, row["execution"])
            expect(page.locator("svg#graph")).to_be_visible()
        look(windows, page, execution_of(row), "execution")

    def test_an_input_of_256_kb_is_shown_and_markup_stays_text(
        self, desk: Desk, windows: Windows, enzo: Person, known: Ends
    ) -> None:
        name = by_hand(desk, known.stopped)
        page = windows.open(enzo)
        look(windows, page, f"executions/moderate/{name}", "execution")
        assert "input" in open_data(page, "1")
        expect(page.locator("pre[data-part=input]").first).to_contain_text("onerror")
        assert page.title() != "owned"
        assert page.locator("img[src=x]").count() == 0
        assert page.locator("main script").count() == 0
        for path in (f"executions/moderate/{name}/visits/1", "executions"):
            page.goto(windows.at(path))
            assert page.title() != "owned"
            assert page.locator("img[src=x]").count() == 0


def by_hand(desk: Desk, row: Row) -> str:
    """Start an execution as nobody should: of no frame of ours, as large as an input may be."""
    client, name = desk.client("stepfunctions"), "by-hand-of-256-kb"
    given = json.loads(
        client.describe_execution(executionArn=arn_of(desk, row["execution"]))["input"]
    )
    marked = given["frame"] | {"frame_id": NEVER, "key": f"uploads/{MARKUP}.jpg", "note": MARKUP}
    document = given | {"frame": marked, "padding": ""}
    document["padding"] = "x" * (262_144 - len(json.dumps(document)))
    client.start_execution(
        stateMachineArn=desk.target.output("StateMachineArn"),
        name=name,
        input=json.dumps(document),
    )
    desk.wait(lambda: desk.status(name) != "RUNNING", "the execution ends")
    return name


@contextmanager
def renamed(desk: Desk, state: str, name: str) -> Iterator[None]:
    """Deploy the machine with a state under another name for a while."""
    client, machine = desk.client("stepfunctions"), desk.target.output("StateMachineArn")
    before = client.describe_state_machine(stateMachineArn=machine)["definition"]
    after = before.replace(json.dumps(state), json.dumps(name))
    assert after != before
    client.update_state_machine(stateMachineArn=machine, definition=after)
    try:
        yield
    finally:
        client.update_state_machine(stateMachineArn=machine, definition=before)


@pytest.mark.parametrize("kind", ["list", "found", "execution", "running", "visit", "policy"])
def test_nobody_is_kept_out(
    desk: Desk, windows: Windows, enzo: Person, known: Ends, kind: str
) -> None:
    row = known.reviewed
    path = {
        "list": "executions",
        "found": f"executions?q={row['review_id']}",
        "execution": execution_of(row),
        "running": "executions/moderate/by-hand-of-256-kb",
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


class TestRoles:
    """By the policies that the running cloud enforces."""

    def acts(self, desk: Desk, function: str) -> Any:
        functions = desk.client("lambda").get_paginator("list_functions").paginate()
        [role] = {
            one["Role"]
            for page in functions
            for one in page["Functions"]
            if f"-{function}-" in one["FunctionName"]
        }
        made = desk.client("sts").assume_role(RoleArn=role, RoleSessionName="looked-at")
        return boto3.client(
            "stepfunctions",
            endpoint_url=desk.cloud.endpoint,
            region_name=desk.cloud.region,
            aws_access_key_id=made["Credentials"]["AccessKeyId"],
            aws_secret_access_key=made["Credentials"]["SecretAccessKey"],
            aws_session_token=made["Credentials"]["SessionToken"],
        )

    @pytest.mark.parametrize("function", ["ExecutionPageFunction", "HealthPageFunction"])
    def test_who_shows_executions_answers_none(
        self, desk: Desk, known: Ends, function: str
    ) -> None:
        client = self.acts(desk, function)
        denied = {
            "send_task_success": {"taskToken": known.review["task_token"], "output": "{}"},
            "send_task_failure": {"taskToken": known.review["task_token"]},
            "stop_execution": {"executionArn": arn_of(desk, known.stopped["execution"])},
            "start_execution": {"stateMachineArn": desk.target.output("StateMachineArn")},
        }
        for operation, asked in denied.items():
            with pytest.raises(ClientError, match=DENIED):
                getattr(client, operation)(**asked)
        history = {"executionArn": arn_of(desk, known.stopped["execution"])}
        if function == "ExecutionPageFunction":
            assert client.get_execution_history(**history)["events"]
        else:
            with pytest.raises(ClientError, match=DENIED):
                client.get_execution_history(**history)
