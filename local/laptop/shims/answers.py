"""Correct on what an answer to a waiting execution is authorized."""

from contextvars import ContextVar
from functools import wraps
from typing import Any

import ministack.core.iam_actions as actions
import ministack.services.stepfunctions as states

from local.laptop.shims.anchors import anchor

Record = dict[str, Any]


def answers_are_authorized_on_their_machine() -> None:
    """Authorize `SendTask*` on the state machine that waits for the token.

    ministack authorizes it on `*`, which no statement about one machine matches. AWS evaluates
    the machine's ARN (the resource in its own AccessDenied message).
    https://docs.aws.amazon.com/step-functions/latest/dg/concept-create-iam-advanced.html
    """
    anchor(actions.extract_resource_arn, "taskToken", times=0)
    anchor(states._execute_task, "_invoke_with_callback(")
    running: ContextVar[str] = ContextVar("running", default="*")
    machines: dict[str, str] = {}  # kept: a late answer is refused by its token, not by a policy
    execute, invoke = states._execute_task, states._invoke_with_callback
    extract = actions.extract_resource_arn

    @wraps(execute)
    def execute_task(state: Record, given: object, execution: object, context: Record) -> object:
        reset = running.set(context["StateMachine"]["Id"])
        try:
            return execute(state, given, execution, context)
        finally:
            running.reset(reset)

    @wraps(invoke)
    def invoke_with_callback(resource: str, given: object, token: str, state: Record) -> object:
        machines[token] = running.get()
        return invoke(resource, given, token, state)

    @wraps(extract)
    def extract_resource_arn(
        service: str, method: str, path: str, headers: Record, body: bytes, *rest: Any
    ) -> str:
        if service == "states":
            token = actions._safe_json_field(body, "taskToken")
            if token:
                return machines.get(token, "*")
        return str(extract(service, method, path, headers, body, *rest))

    states._execute_task = execute_task
    states._invoke_with_callback = invoke_with_callback
    actions.extract_resource_arn = extract_resource_arn
