"""How the machine waits, fails and retries: the emulator's faults, and their cure.

Each `…_fault` test fails once ministack has mended the fault: then delete its shim.
"""

import json
import threading
from typing import Any

import ministack.core.iam_actions as actions
import ministack.services.stepfunctions as states
import pytest

from local.laptop.shims import answers, machines

MACHINE = "arn:aws:states:us-east-1:000000000000:stateMachine:moderate"
NOTIFY = "arn:aws:lambda:us-east-1:000000000000:function:notify"
ASKS = {
    "Type": "Task",
    "Resource": "arn:aws:states:::lambda:invoke.waitForTaskToken",
    "Parameters": {"FunctionName": NOTIFY, "Payload": {"token.$": "$$.Task.Token"}},
    "End": True,
}
CALLS = {"Type": "Task", "Resource": NOTIFY, "End": True}


class Machine:
    """Runs one state, as the emulator does inside an execution."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.tokens: list[str] = []
        self.calls = 0
        self.slept: list[float] = []
        self.fails: list[Exception] = []
        self.outcome: object = "still waiting"
        monkeypatch.setattr(states, "_add_event", lambda *_: None)
        monkeypatch.setattr(states, "_scaled_sleep", self.slept.append)
        monkeypatch.setattr(states, "_resolve_lambda_function_ref", lambda name, **_: name)
        monkeypatch.setattr(states, "_call_lambda", self.call)

    def call(self, _: str, event: Any) -> object:
        self.calls += 1
        if isinstance(event, dict) and "token" in event:
            self.tokens.append(event["token"])
        if self.fails:
            raise self.fails.pop(0)
        return "done"

    def run(self, state: dict[str, Any], given: dict[str, Any], patience: float = 1.0) -> object:
        """Run the state; return its output, its error, or that it did not end in time."""
        context = {"State": {"Name": "RequestReview"}, "StateMachine": {"Id": MACHINE}}

        def work() -> None:
            try:
                self.outcome = states._execute_task(state, given, {}, context)[0]
            except states._ExecutionError as error:
                self.outcome = error

        thread = threading.Thread(target=work, daemon=True)
        thread.start()
        thread.join(patience)
        outcome = self.outcome
        for token in self.tokens:  # let the thread go
            states._send_task_success({"taskToken": token, "output": "{}"})
        thread.join(1)
        return outcome


@pytest.fixture
def machine(monkeypatch: pytest.MonkeyPatch) -> Machine:
    return Machine(monkeypatch)


def test_timeout_paths_are_ignored_fault(machine: Machine) -> None:
    given = {"review": {"seconds": 0.05}}
    asks = {**ASKS, "TimeoutSecondsPath": "$.review.seconds"}
    assert machine.run(asks, given, 0.3) == "still waiting"


def test_timeout_paths_are_resolved(machine: Machine) -> None:
    machines.timeout_paths_are_resolved()
    given = {"review": {"seconds": 0.05}}
    error = machine.run({**ASKS, "TimeoutSecondsPath": "$.review.seconds"}, given)
    assert isinstance(error, states._ExecutionError) and error.error == "States.Timeout"


@pytest.mark.parametrize("seconds", [None, "60", 0, -1, True])
def test_a_timeout_must_be_a_number(machine: Machine, seconds: object) -> None:
    machines.timeout_paths_are_resolved()
    error = machine.run({**ASKS, "TimeoutSecondsPath": "$.seconds"}, {"seconds": seconds})
    assert isinstance(error, states._ExecutionError) and error.error == "States.Runtime"
    assert not machine.tokens


def test_a_failed_notifier_is_swallowed_fault(machine: Machine) -> None:
    machine.fails = [states._ExecutionError("NotifyFailedError", "nobody told")]
    assert machine.run(ASKS, {}, 0.3) == "still waiting"


def test_a_failed_notifier_fails_its_state(machine: Machine) -> None:
    machines.failed_notifiers_fail_their_state()
    machine.fails = [states._ExecutionError("NotifyFailedError", "nobody told")]
    error = machine.run(ASKS, {})
    assert isinstance(error, states._ExecutionError) and error.error == "NotifyFailedError"
    assert error.cause == "nobody told"


def test_a_failed_notifier_is_retried(machine: Machine) -> None:
    machines.failed_notifiers_fail_their_state()
    machine.fails = [states._ExecutionError("NotifyFailedError", "")]
    retry = {"Retry": [{"ErrorEquals": ["NotifyFailedError"], "MaxAttempts": 1}]}
    assert machine.run({**ASKS, **retry}, {}, 0.3) == "still waiting"
    assert machine.calls == 2


def test_an_answer_before_the_failure_stands(
    machine: Machine, monkeypatch: pytest.MonkeyPatch
) -> None:
    def answer_and_fail(_: str, event: dict[str, str]) -> object:
        states._send_task_success({"taskToken": event["token"], "output": '"allow"'})
        raise states._ExecutionError("NotifyFailedError", "too late")

    monkeypatch.setattr(states, "_call_lambda", answer_and_fail)
    machines.failed_notifiers_fail_their_state()
    assert machine.run(ASKS, {}) == "allow"


def test_errors_outside_a_wait_are_untouched(machine: Machine) -> None:
    machines.failed_notifiers_fail_their_state()
    machine.fails = [states._ExecutionError("ThrottlingException", "slow down")]
    error = machine.run(CALLS, {})
    assert isinstance(error, states._ExecutionError) and error.error == "ThrottlingException"


RETRY = {"ErrorEquals": ["ThrottlingException"], "IntervalSeconds": 2, "MaxDelaySeconds": 5}


def test_retries_grow_without_end_fault(machine: Machine) -> None:
    machine.fails = [states._ExecutionError("ThrottlingException", "")] * 3
    assert machine.run({**CALLS, "Retry": [RETRY]}, {}) == "done"
    assert machine.slept == [2, 4, 8]


def test_retries_are_capped(machine: Machine) -> None:
    machines.retries_wait_no_longer_than_they_say()
    machine.fails = [states._ExecutionError("ThrottlingException", "")] * 3
    assert machine.run({**CALLS, "Retry": [RETRY]}, {}) == "done"
    assert machine.slept == [2, 4, 5]


def answered_resource(token: str) -> str:
    """Return what a SendTaskSuccess with this token is authorized on."""
    headers = {"x-amz-target": "AWSStepFunctions.SendTaskSuccess"}
    body = json.dumps({"taskToken": token, "output": "{}"}).encode()
    return str(
        actions.extract_resource_arn(
            "states", "POST", "/", headers, body, {}, "us-east-1", "000000000000"
        )
    )


def test_answers_are_authorized_on_anything_fault(machine: Machine) -> None:
    machine.run(ASKS, {}, 0.1)
    assert answered_resource(machine.tokens[0]) == "*"


def test_answers_are_authorized_on_their_machine(machine: Machine) -> None:
    answers.answers_are_authorized_on_their_machine()
    machine.run(ASKS, {}, 0.1)
    assert answered_resource(machine.tokens[0]) == MACHINE
    assert answered_resource("unknown") == "*"
