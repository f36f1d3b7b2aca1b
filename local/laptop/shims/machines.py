"""Correct how a state machine waits, fails and retries."""

from collections.abc import Mapping
from contextvars import ContextVar
from functools import wraps
from typing import Any

import ministack.services.stepfunctions as states

from local.laptop.shims.anchors import anchor

Record = dict[str, Any]


def timeout_paths_are_resolved() -> None:
    """Resolve `TimeoutSecondsPath` before the task runs.

    ministack ignores it, and a review would wait for a day. AWS takes the time-out from the
    state's input. https://docs.aws.amazon.com/step-functions/latest/dg/state-task.html
    """
    anchor(states._execute_task, "TimeoutSecondsPath", times=0)
    anchor(states._execute_task, "_invoke_with_callback(")
    execute = states._execute_task

    @wraps(execute)
    def execute_task(state: Record, given: object, execution: object, context: Record) -> object:
        if "TimeoutSecondsPath" in state:
            path = state["TimeoutSecondsPath"]
            visible = states._apply_input_path(state, given, context)
            seconds = states._resolve_path_or_ctx(path, visible, context)
            if isinstance(seconds, bool) or not isinstance(seconds, int | float) or seconds <= 0:
                raise states._ExecutionError(
                    "States.Runtime", f"{path} must select a positive number of seconds"
                )
            state = {**state, "TimeoutSeconds": seconds}
        return execute(state, given, execution, context)

    states._execute_task = execute_task


def failed_notifiers_fail_their_state() -> None:
    """Fail a `.waitForTaskToken` state when the Lambda that should pass on the token fails.

    ministack swallows the error and waits for an answer that nobody can give. AWS fails the
    task with the function's error, so Retry and Catch apply.
    https://docs.aws.amazon.com/step-functions/latest/dg/connect-to-resource.html
    """
    anchor(
        states._invoke_with_callback,
        "_call_lambda(func_ref, lambda_payload)\n        except _ExecutionError:\n            pass",
    )
    waiting: ContextVar[str | None] = ContextVar("waiting", default=None)
    invoke, call = states._invoke_with_callback, states._call_lambda

    @wraps(invoke)
    def invoke_with_callback(resource: str, given: object, token: str, state: Record) -> object:
        reset = waiting.set(token)
        try:
            return invoke(resource, given, token, state)
        finally:
            waiting.reset(reset)

    @wraps(call)
    def call_lambda(function: str, event: object) -> object:
        try:
            return call(function, event)
        except states._ExecutionError as error:
            entry = states._task_tokens.get(waiting.get())
            # An answer that came before the notifier failed has already ended the task.
            if entry is not None and not entry["event"].is_set():
                entry["error"] = {"Error": error.error, "Cause": error.cause}
                entry["event"].set()
            raise

    states._invoke_with_callback = invoke_with_callback
    states._call_lambda = call_lambda


def retries_wait_no_longer_than_they_say() -> None:
    """Honour `MaxDelaySeconds` of a retrier.

    ministack lets the interval grow to a minute. AWS caps it at `MaxDelaySeconds`.
    https://docs.aws.amazon.com/step-functions/latest/dg/concepts-error-handling.html
    """
    anchor(states._execute_task, 'backoff = retrier.get("BackoffRate", 2.0)')
    anchor(states._execute_task, "MaxDelaySeconds", times=0)
    find = states._find_matching_retrier

    @wraps(find)
    def find_matching_retrier(
        retriers: list[Record], error: str, counts: Mapping[int, int]
    ) -> tuple[Record | None, int]:
        retrier, index = find(retriers, error, counts)
        if retrier and "MaxDelaySeconds" in retrier:
            rate = retrier.get("BackoffRate", 2.0)
            delay = retrier.get("IntervalSeconds", 1) * rate ** counts.get(index, 0)
            capped = min(delay, retrier["MaxDelaySeconds"])
            retrier = {**retrier, "IntervalSeconds": capped, "BackoffRate": 1.0}
        return retrier, index

    states._find_matching_retrier = find_matching_retrier
