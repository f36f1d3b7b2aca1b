"""Correct which definition an execution is said to follow."""

import json
from functools import wraps
from typing import Any

import ministack.services.stepfunctions as states

from local.laptop.shims.anchors import anchor

Record = dict[str, Any]
Answer = tuple[int, dict[str, str], bytes]


def executions_keep_their_definition() -> None:
    """Tell the definition with which an execution began.

    ministack gives the one that the machine has now. In AWS a running execution goes on with the
    definition that it was started with, and DescribeStateMachineForExecution returns that one.
    https://docs.aws.amazon.com/step-functions/latest/apireference/API_UpdateStateMachine.html
    """
    anchor(states._describe_state_machine_for_execution, '"definition": sm["definition"]')
    anchor(states._start_execution, 'sm = _state_machines[sm_arn]\n    name = data.get("name")')
    # Of all executions that began, as the emulator keeps them; the texts are the machines' own.
    began: dict[str, str] = {}
    start, describe = states._start_execution, states._describe_state_machine_for_execution

    @wraps(start)
    def start_execution(asked: Record) -> Answer:
        answer: Answer = start(asked)
        arn = json.loads(answer[2]).get("executionArn")
        if arn:
            machine = states._executions[arn]["stateMachineArn"]
            began[arn] = states._state_machines[machine]["definition"]
        return answer

    @wraps(describe)
    def describe_state_machine_for_execution(asked: Record) -> Answer:
        answer: Answer = describe(asked)
        definition = began.get(str(asked.get("executionArn")))
        if answer[0] != 200 or definition is None:
            return answer
        told: Answer = states.json_response(json.loads(answer[2]) | {"definition": definition})
        return told

    states._start_execution = start_execution
    states._describe_state_machine_for_execution = describe_state_machine_for_execution
