"""Ask for executions that never were, that are forgotten, or that mean harm."""

import json
import re
from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from playwright.sync_api import expect

from tests.workflow.browser import Windows
from tests.workflow.conftest import Desk
from tests.workflow.looked_at import (
    NEVER,
    Ends,
    by_hand,
    ends,
    entered,
    execution_of,
    forgotten,
    listed,
    look,
    open_data,
    search,
    went,
)
from tests.workflow.people import People, Person

pytestmark = pytest.mark.workflow


@pytest.fixture(scope="module")
def known(desk: Desk) -> Ends:
    return ends(desk)


@pytest.fixture(scope="module")
def enzo(people: People) -> Person:
    return people.get("enzo", "engineer")


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
            assert "IsOpener?" in went(page)
        look(windows, page, execution_of(row), "execution")

    def test_an_input_of_256_kb_is_shown_and_markup_stays_text(
        self, desk: Desk, windows: Windows, enzo: Person, known: Ends
    ) -> None:
        name = by_hand(desk)
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
