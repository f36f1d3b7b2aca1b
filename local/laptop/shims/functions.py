"""Correct how functions are run and how events reach them."""

import json
import os
import threading
from contextvars import ContextVar
from functools import wraps
from typing import Any

import ministack.core.lambda_runtime as runtime
import ministack.services.eventbridge as eventbridge
import ministack.services.lambda_svc as lambdas
import ministack.services.s3 as s3

from local.laptop.shims.anchors import anchor

Record = dict[str, Any]

_RAISED = "@@raised"
_WORKER_SAYS = (
    '_real_stdout.write(json.dumps({"status": "error", "error": str(e), '
    '"trace": traceback.format_exc()}) + "\\n")'
)
_WORKER_SHALL_SAY = (
    '_real_stdout.write(json.dumps({"status": "ok", "result": {"@@raised": {'
    '"errorMessage": str(e), "errorType": type(e).__name__, '
    '"stackTrace": traceback.format_exc().splitlines()}}}) + "\\n")'
)


def lambda_errors_keep_their_class_name() -> None:
    """Report a Python exception under its class name, and keep the environment that raised it.

    ministack answers `Runtime.HandlerError` for every exception and ends the worker. AWS sets
    `errorType` to the exception's class (what Retry and Catch match) and goes on using the
    environment; only a time-out or the end of the process resets it (`Runtime.ExitError`).
    https://docs.aws.amazon.com/lambda/latest/dg/python-exceptions.html
    """
    anchor(runtime._PYTHON_WORKER_SCRIPT, _WORKER_SAYS)
    anchor(lambdas._execute_function_warm, 'error_type = "Runtime.HandlerError"')
    runtime._PYTHON_WORKER_SCRIPT = runtime._PYTHON_WORKER_SCRIPT.replace(
        _WORKER_SAYS, _WORKER_SHALL_SAY
    )
    execute = lambdas._execute_function_warm

    @wraps(execute)
    def execute_function_warm(func: Record, event: object, request_id: str) -> Record:
        answer: Record = execute(func, event, request_id)
        body = answer.get("body")
        if not isinstance(body, dict):
            return answer
        if _RAISED in body:
            raised = body[_RAISED]
            log = "\n".join(filter(None, [answer.get("log"), *raised["stackTrace"]]))
            return {"body": raised, "error": True, "log": log}
        if body.get("errorMessage") == "Worker process died":
            body["errorType"] = "Runtime.ExitError"
        return answer

    lambdas._execute_function_warm = execute_function_warm


def events_invoke_lambda_asynchronously() -> None:
    """Retry a function that an EventBridge rule invokes, then use its on-failure destination.

    ministack calls it once and forgets a failure. AWS invokes it asynchronously: two retries
    unless `EventInvokeConfig` says otherwise, then `DestinationConfig.OnFailure`.
    https://docs.aws.amazon.com/lambda/latest/dg/invocation-async-error-handling.html
    """
    anchor(eventbridge._dispatch_to_lambda, "target=lambda_svc._execute_function_with_config_scope")
    anchor(lambdas.invoke_async_with_retry, 'func.get("event_invoke_configs")')

    @wraps(eventbridge._dispatch_to_lambda)
    def dispatch_to_lambda(arn: str, payload: str) -> None:
        func, config, _ = lambdas._get_func_record_for_ref(arn)
        if not func or not config:
            return
        record = dict(lambdas._execution_record_for_config(func, config))
        for name in ("event_invoke_config", "event_invoke_configs"):
            if func.get(name):
                record[name] = func[name]
        lambdas.invoke_async_with_retry(record, json.loads(payload))

    eventbridge._dispatch_to_lambda = dispatch_to_lambda


def s3_events_name_the_version() -> None:
    """Put `version-id` into the EventBridge event of a versioned bucket.

    ministack knows the version and leaves it out. AWS sends it in `detail.object`, and the
    ledger's key is built on it.
    https://docs.aws.amazon.com/AmazonS3/latest/userguide/ev-events.html
    """
    anchor(s3._fire_s3_event, '"sequencer": sequencer or "0"}')
    anchor(s3._fire_s3_event, "_eb._dispatch_event(eb_event)")
    version: ContextVar[str | None] = ContextVar("version", default=None)
    fire, dispatch = s3._fire_s3_event, eventbridge._dispatch_event

    @wraps(fire)
    def fire_s3_event(*args: Any, **options: Any) -> None:
        token = version.set(options.get("version_id"))
        try:
            fire(*args, **options)
        finally:
            version.reset(token)

    @wraps(dispatch)
    def dispatch_event(event: Record, view: object = None) -> None:
        if event.get("Source") == "aws.s3" and version.get():
            detail = json.loads(event["Detail"])
            detail["object"]["version-id"] = version.get()
            event = {**event, "Detail": json.dumps(detail)}
        dispatch(event, view)

    s3._fire_s3_event = fire_s3_event
    eventbridge._dispatch_event = dispatch_event


def busy_functions_make_callers_wait() -> None:
    """Run at most FRAMEWARDEN_WORKERS copies of a function at once; further calls wait their turn.

    ministack, as AWS, gives each concurrent call an environment of its own. Here that is a process
    of 60 MB that takes half a second of a core to start: ten frames a second on cold functions
    became 130 of them (8.7 GB), and the first verdict came after a minute. This limit is the
    laptop's, not AWS's. (A function must not call itself and wait; none does.)
    """
    anchor(lambdas._execute_function_warm, "worker, reason = acquire_worker(")
    anchor(lambdas._execute_function_warm, "release_worker(worker)")
    limit = int(os.environ["FRAMEWARDEN_WORKERS"])
    places: dict[str, threading.BoundedSemaphore] = {}
    execute = lambdas._execute_function_warm

    @wraps(execute)
    def execute_function_warm(func: Record, event: object, request_id: str) -> Record:
        name = (func.get("config") or func).get("FunctionName", "")
        # setdefault is atomic, so two first calls share one semaphore
        with places.setdefault(name, threading.BoundedSemaphore(limit)):
            answer: Record = execute(func, event, request_id)
        return answer

    lambdas._execute_function_warm = execute_function_warm
