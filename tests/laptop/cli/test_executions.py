"""`framewarden executions`: what happened in which state, and nothing that is secret."""

import json
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from typer.testing import Result

from local.executions import arn_of, readable_cause, story, visits
from local.target import Target

START = datetime(2026, 11, 22, 8, 5, 31, tzinfo=UTC)
MACHINE = "arn:aws:states:us-east-1:123456789012:stateMachine:moderate"
EXECUTION = MACHINE.replace(":stateMachine:", ":execution:")
TOKEN = "AQCEAAAAKgAAAAMAAAAAAAAAAZ" * 8
Event = dict[str, Any]


def at(seconds: float, kind: str, **details: Any) -> Event:
    return {"timestamp": START + timedelta(seconds=seconds), "type": kind, **details}


def entered(seconds: float, name: str, kind: str = "Task") -> Event:
    return at(seconds, f"{kind}StateEntered", stateEnteredEventDetails={"name": name})


def exited(seconds: float, name: str, kind: str = "Task") -> Event:
    return at(seconds, f"{kind}StateExited", stateExitedEventDetails={"name": name})


def failed(seconds: float, error: str, cause: str) -> Event:
    return at(seconds, "TaskFailed", taskFailedEventDetails={"error": error, "cause": cause})


HISTORY = [
    at(0, "ExecutionStarted"),
    entered(0.1, "IsAnalyzed?", "Choice"),
    exited(0.1, "IsAnalyzed?", "Choice"),
    entered(0.2, "Analyze"),
    at(0.2, "TaskScheduled"),
    at(0.2, "TaskStarted"),
    failed(1, "AnalyzerThrottledError", json.dumps({"errorMessage": "busy", "stackTrace": ["x"]})),
    at(2, "TaskScheduled"),
    at(2, "TaskStarted"),
    at(2.4, "TaskSucceeded"),
    exited(2.5, "Analyze"),
    entered(2.5, "RequestReview"),
    at(2.5, "TaskScheduled", taskScheduledEventDetails={"parameters": json.dumps({"t": TOKEN})}),
]


class StepFunctions:
    """One execution of our machine that waits for a person."""

    class exceptions:  # noqa: N801 as boto3 spells it
        class ExecutionDoesNotExist(Exception):  # noqa: N818
            pass

    def __init__(self) -> None:
        self.asked: list[dict[str, Any]] = []

    def describe_execution(self, executionArn: str) -> Event:  # noqa: N803
        if not executionArn.endswith(":one"):
            raise self.exceptions.ExecutionDoesNotExist
        frame = {"frame_id": "f1", "key": "uploads/a.jpg", "etag": "secret-ish"}
        return {
            "executionArn": executionArn,
            "name": "one",
            "status": "RUNNING",
            "startDate": START,
            "input": json.dumps({"frame": frame, "attempt": 1, "token": TOKEN}),
        }

    def get_paginator(self, operation: str) -> "StepFunctions":
        self.operation = operation
        return self

    def paginate(self, **asked: Any) -> Iterator[Event]:
        self.asked.append(asked)
        if self.operation == "get_execution_history":
            assert asked["includeExecutionData"] is False
            yield {"events": HISTORY[:4]}
            yield {"events": HISTORY[4:]}
        else:
            yield {"executions": [{**self.describe_execution(f"{EXECUTION}:one")}]}


@pytest.fixture
def machine(target: Target) -> StepFunctions:
    made = StepFunctions()
    target.clients["stepfunctions"] = made
    return made


def test_states_in_order_with_time_retries_and_error() -> None:
    told = [(v.state, v.seconds, v.retries, v.error, v.cause) for v in visits(iter(HISTORY))]
    assert told == [
        ("IsAnalyzed?", 0.0, 0, None, None),
        ("Analyze", 2.3, 1, "AnalyzerThrottledError", "busy"),
        ("RequestReview", None, 0, None, None),
    ]


def test_lambda_events_and_timeouts_count_as_well() -> None:
    timed_out = {"error": "States.Timeout"}
    told = visits(
        iter(
            [
                entered(0, "Classify"),
                at(0, "LambdaFunctionScheduled"),
                at(20, "LambdaFunctionTimedOut", lambdaFunctionTimedOutEventDetails=timed_out),
                at(21, "LambdaFunctionScheduled"),
                at(22, "LambdaFunctionSucceeded"),
                exited(22, "Classify"),
                entered(22, "Archive"),
                exited(23, "Archive"),
                entered(24, "Archive"),
            ]
        )
    )
    assert [(v.state, v.retries, v.error) for v in told] == [
        ("Classify", 1, "States.Timeout"),
        ("Archive", 0, None),
        ("Archive", 0, None),
    ]


def test_a_story_holds_ids_and_no_payload_or_token(target: Target, machine: StepFunctions) -> None:
    told = story(target, "one")
    assert told["frame"]["key"] == "uploads/a.jpg"
    assert told["status"] == "RUNNING"
    assert told["seconds"] is None
    assert len(told["states"]) == 3
    written = json.dumps(told)
    assert TOKEN not in written
    assert "secret-ish" not in written


@pytest.mark.parametrize(
    ("cause", "readable"),
    [
        (None, None),
        ("plain words", "plain words"),
        ('{"errorMessage": "no such image", "stackTrace": []}', "no such image"),
        ('{"payload": 1}', "a failure with a payload"),
        (f"token {TOKEN} is gone", "token [redacted] is gone"),
        ("word " * 200, ("word " * 200)[:500]),
    ],
)
def test_causes(cause: str | None, readable: str | None) -> None:
    assert readable_cause(cause) == readable


def test_an_execution_of_another_machine_is_refused(
    run: Callable[..., Result], target: Target, machine: StepFunctions
) -> None:
    assert arn_of(target, "one") == f"{EXECUTION}:one"
    assert arn_of(target, f"{EXECUTION}:one") == f"{EXECUTION}:one"
    for foreign in (f"{EXECUTION}2:one", EXECUTION.replace("1234", "9999") + ":one"):
        done = run("executions", "show", foreign)
        assert done.exit_code == 1
        assert "not of guard in us-east-1" in done.stderr


def test_show(run: Callable[..., Result], machine: StepFunctions) -> None:
    done = run("executions", "show", "one")
    assert done.exit_code == 0, done.stderr
    assert "AnalyzerThrottledError" in done.stdout
    assert json.loads(run("executions", "show", "one", "--json").stdout)["name"] == "one"
    missing = run("executions", "show", "two")
    assert missing.exit_code == 1
    assert "framewarden executions list --stack guard --region us-east-1" in missing.stderr


def test_list(run: Callable[..., Result], machine: StepFunctions) -> None:
    done = run("executions", "list", "--status", "running", "--limit", "7", "--json")
    [entry] = json.loads(done.stdout)
    assert entry["started_at"] == "2026-11-22T08:05:31.000Z"
    assert machine.asked == [
        {
            "stateMachineArn": MACHINE,
            "statusFilter": "RUNNING",
            "PaginationConfig": {"MaxItems": 7, "PageSize": 7},
        }
    ]
    assert "one" in run("executions", "list").stdout
