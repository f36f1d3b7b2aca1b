"""Executions as Step Functions tells of them: page by page, one, its definition, its history."""

import json
from datetime import UTC, datetime

import pytest
from botocore.exceptions import ClientError
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from framewarden.aws.executions import Execution, Executions
from framewarden.domain.errors import StoreThrottledError
from tests.unit.scenes import ACCOUNT, REGION

STATES = f"arn:aws:states:{REGION}:{ACCOUNT}"
NAMES = [f"{number:064x}" for number in range(7)]
BEGAN = datetime(2026, 11, 22, 8, tzinfo=UTC)


@pytest.fixture
def executions(aws):
    return Executions({"moderate": aws.machine, "order": aws.orders})


@pytest.fixture
def started(aws, executions):
    for name in NAMES:
        aws.client("stepfunctions").start_execution(
            stateMachineArn=aws.machine, name=name, input='{"frame": 1}'
        )
    aws.client("stepfunctions").start_execution(stateMachineArn=aws.orders, name="order-1")
    aws.wire.forget()
    return executions


def example(executions):
    return Execution("moderate", "x", executions.arn("moderate", "x"), "SUCCEEDED", BEGAN, None)


def test_names_and_arns_lead_to_each_other(executions):
    arn = executions.arn("order", "order-1")
    assert arn == f"{STATES}:execution:order:order-1"
    assert executions.named(arn) == ("order", "order-1")


@pytest.mark.parametrize(
    "arn",
    [
        f"{STATES}:execution:other:x",
        f"{STATES}:execution:moderate2:x",
        f"arn:aws:states:eu-west-1:{ACCOUNT}:execution:moderate:x",
        "arn:aws:states:us-east-1:999988887777:execution:moderate:x",
        "",
    ],
)
def test_an_execution_of_another_place_is_none_of_ours(executions, arn):
    assert executions.named(arn) is None


def test_a_page_is_one_call(aws, started):
    page = started.page("moderate", 3)
    assert len(page.entries) == 3
    assert page.after
    [call] = aws.wire.made("ListExecutions")
    assert call == {"stateMachineArn": aws.machine, "maxResults": 3}
    assert {(one.machine, one.status, one.input) for one in page.entries} == {
        ("moderate", "RUNNING", None)
    }
    assert page.entries[0].running
    assert [one.name for one in started.page("order", 3).entries] == ["order-1"]


@settings(max_examples=10, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(limit=st.integers(1, 9))
def test_pages_give_every_execution_once(started, limit):
    names, after = [], None
    while True:
        page = started.page("moderate", limit, after=after)
        assert len(page.entries) <= limit
        names += [one.name for one in page.entries]
        if (after := page.after) is None:
            break
    assert sorted(names) == NAMES


def test_a_page_may_be_of_one_status(aws, started):
    stopped = started.arn("moderate", NAMES[3])
    aws.client("stepfunctions").stop_execution(executionArn=stopped, error="E", cause="C")
    [one] = started.page("moderate", 5, "ABORTED").entries
    assert (one.name, one.arn, one.status, one.running) == (NAMES[3], stopped, "ABORTED", False)
    assert one.stopped_at >= one.started_at
    assert started.page("moderate", 5, "SUCCEEDED").entries == []


@pytest.mark.parametrize("code", ["InvalidToken", "ValidationException"])
def test_a_place_that_step_functions_refuses_is_no_place(aws, executions, code):
    aws.wire.fails("ListExecutions", code)
    with pytest.raises(ValueError, match="no place"):
        executions.page("moderate", 3, after="cut")
    # Without a place it is something else.
    aws.wire.fails("ListExecutions", code)
    with pytest.raises(ClientError):
        executions.page("moderate", 3)


def test_other_failures_of_a_page_pass_by_their_names(aws, executions):
    aws.wire.fails("ListExecutions", "ThrottlingException")
    with pytest.raises(StoreThrottledError):
        executions.page("moderate", 3, after="x")
    aws.wire.fails("ListExecutions", "AccessDeniedException")
    with pytest.raises(ClientError):
        executions.page("moderate", 3, after="x")


def test_one_execution_has_its_input(aws, started):
    one = started.get("moderate", NAMES[0])
    assert json.loads(one.input) == {"frame": 1}
    assert (one.machine, one.name, one.status, one.output) == (
        *("moderate", NAMES[0], "RUNNING", None),
    )
    aws.wire.serves(
        "DescribeExecution",
        lambda asked: {
            "name": "x",
            "executionArn": asked["executionArn"],
            "status": "FAILED",
            "startDate": BEGAN,
            "stopDate": BEGAN,
            "output": "{}",
            "error": "What",
            "cause": "why",
        },
    )
    arn = started.arn("moderate", "x")
    ended = Execution("moderate", "x", arn, "FAILED", BEGAN, BEGAN, None, "{}", "What", "why")
    assert started.get("moderate", "x") == ended


@pytest.mark.parametrize("code", ["ExecutionDoesNotExist", "InvalidArn", "ValidationException"])
def test_an_execution_that_is_not_there_is_none(aws, executions, code):
    aws.wire.fails("DescribeExecution", code)
    assert executions.get("moderate", "gone") is None
    aws.wire.fails("DescribeStateMachineForExecution", code)
    assert executions.definition(example(executions)) is None


def test_an_execution_that_never_was_is_none(executions):
    assert executions.get("moderate", "0" * 64) is None


def test_what_may_not_be_read_is_no_absence(aws, executions):
    aws.wire.fails("DescribeExecution", "AccessDeniedException")
    with pytest.raises(ClientError):
        executions.get("moderate", "x")
    aws.wire.fails("DescribeExecution", "ThrottlingException")
    with pytest.raises(StoreThrottledError):
        executions.get("moderate", "x")


def test_the_definition_is_the_executions_own_or_the_machines_now(aws, started):
    document = {"StartAt": "End", "States": {"End": {"Type": "Succeed"}}}
    own = started.definition(started.get("moderate", NAMES[0]))
    assert own.document == document
    now = started.current("moderate")
    assert now.document == document
    assert now.updated_at.tzinfo
    aws.wire.serves(
        "DescribeStateMachineForExecution",
        lambda asked: {"definition": '{"StartAt": "A"}', "updateDate": BEGAN},
    )
    own = started.definition(example(started))
    assert (own.document, own.updated_at) == ({"StartAt": "A"}, BEGAN)


def history(total, per_page=1_000):
    """Answer for a history of so many events."""

    def answer(asked):
        start = int(asked.get("nextToken", 0))
        end = min(start + min(asked["maxResults"], per_page), total)
        events = [{"id": number + 1, "type": "X"} for number in range(start, end)]
        return {"events": events} | ({"nextToken": str(end)} if end < total else {})

    return answer


@pytest.mark.parametrize(
    ("total", "most", "given", "calls"),
    [(0, 10, 0, 1), (7, 10, 7, 1), (10, 10, 10, 1), (25, 10, 10, 1), (2_500, 5_000, 2_500, 3)],
)
def test_events_come_a_thousand_at_a_time_and_no_more_than_wanted(
    aws, executions, total, most, given, calls
):
    aws.wire.serves("GetExecutionHistory", history(total))
    events = list(executions.events(example(executions), most=most))
    assert [event["id"] for event in events] == list(range(1, given + 1))
    made = aws.wire.made("GetExecutionHistory")
    assert len(made) == calls
    assert {one["includeExecutionData"] for one in made} == {False}
    assert made[0]["executionArn"] == executions.arn("moderate", "x")
    list(executions.events(example(executions), data=True, most=1))
    assert aws.wire.made("GetExecutionHistory")[-1]["includeExecutionData"] is True


def test_short_pages_are_not_the_end(aws, executions):
    aws.wire.serves("GetExecutionHistory", history(7, per_page=2))
    assert len(list(executions.events(example(executions), most=5))) == 5
    sizes = [one["maxResults"] for one in aws.wire.made("GetExecutionHistory")]
    assert sizes == [5, 3, 1]


def test_the_newest_events_are_one_call(aws, executions):
    aws.wire.serves("GetExecutionHistory", lambda asked: {"events": [{"id": 9}], "nextToken": "n"})
    assert executions.newest(example(executions)) == [{"id": 9}]
    [call] = aws.wire.made("GetExecutionHistory")
    assert (call["reverseOrder"], call["maxResults"]) == (True, 20)
    assert call["includeExecutionData"] is True
