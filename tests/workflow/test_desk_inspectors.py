"""Let engineers and auditors look, and nobody else, and nobody change anything by it."""

from typing import Any

import boto3
import pytest
from botocore.exceptions import ClientError
from playwright.sync_api import expect

from local.chromium import sign_in
from tests.workflow.browser import Windows
from tests.workflow.conftest import Desk, Row
from tests.workflow.looked_at import Ends, arn_of, ends, execution_of, frame_of, look
from tests.workflow.people import People, Person

pytestmark = pytest.mark.workflow

DENIED = r"AccessDenied|not authorized"


@pytest.fixture(scope="module")
def known(desk: Desk) -> Ends:
    return ends(desk)


@pytest.fixture(scope="module")
def enzo(people: People) -> Person:
    return people.get("enzo", "engineer")


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
        for path in (execution_of(known.stopped), frame_of(known.stopped)):
            assert page.request.head(windows.at(path)).status == 200, path

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
