"""Which definition an execution follows: the emulator's fault, and its cure.

The `…_fault` test fails once ministack has mended the fault: then delete its shim.
"""

import json
from typing import Any

import ministack.services.stepfunctions as states
import pytest

from local.laptop.shims import definitions

ROLE = "arn:aws:iam::000000000000:role/machine"


def definition(name: str) -> str:
    return json.dumps({"StartAt": name, "States": {name: {"Type": "Succeed"}}})


def told(answer: Any) -> dict[str, Any]:
    return dict(json.loads(answer[2]))


@pytest.fixture(autouse=True)
def as_it_was(monkeypatch: pytest.MonkeyPatch) -> None:
    """Put back what a shim replaces."""
    for name in ("_start_execution", "_describe_state_machine_for_execution"):
        monkeypatch.setattr(states, name, getattr(states, name))


def drawn_after_an_update(name: str) -> str:
    """Begin an execution, deploy its machine anew, and return the state that it is said to have."""
    made = told(
        states._create_state_machine(
            {"name": name, "definition": definition("Before"), "roleArn": ROLE}
        )
    )
    machine = {"stateMachineArn": made["stateMachineArn"]}
    began = told(states._start_execution({**machine, "name": "one", "input": "{}"}))
    states._update_state_machine({**machine, "definition": definition("After")})
    asked = {"executionArn": began["executionArn"]}
    described = told(states._describe_state_machine_for_execution(asked))
    assert described["stateMachineArn"] == machine["stateMachineArn"]
    return str(json.loads(described["definition"])["StartAt"])


def test_the_newest_definition_is_said_to_be_an_execution_s_own_fault() -> None:
    assert drawn_after_an_update("fault") == "After"


def test_an_execution_keeps_the_definition_that_it_began_with() -> None:
    definitions.executions_keep_their_definition()
    assert drawn_after_an_update("cured") == "Before"


def test_what_never_began_is_refused_as_before() -> None:
    definitions.executions_keep_their_definition()
    nobody = {"executionArn": "arn:aws:states:us-east-1:000000000000:execution:cured:nobody"}
    answer = states._describe_state_machine_for_execution(nobody)
    assert (answer[0], told(answer)["__type"]) == (400, "ExecutionDoesNotExist")
    refused = states._start_execution({"stateMachineArn": f"{nobody['executionArn']}:machine"})
    assert refused[0] == 400
