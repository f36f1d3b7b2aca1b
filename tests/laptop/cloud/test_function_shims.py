"""How functions run, and how events reach them: the emulator's faults, and their cure.

Each `…_fault` test fails once ministack has mended the fault: then delete its shim.
"""

import json
import threading
import time
from collections.abc import Callable
from typing import Any

import ministack.core.lambda_runtime as runtime
import ministack.services.eventbridge as eventbridge
import ministack.services.lambda_svc as lambdas
import ministack.services.s3 as s3
import pytest

from local.laptop.shims import functions

RAISES = """
import os
class SlowDownError(Exception):
    pass
def handler(event, context):
    if event == "exit":
        os._exit(3)
    if event == "pid":
        return os.getpid()
    raise SlowDownError("wait\\nValueError: not this one")
"""

Make = Callable[[str, str], dict[str, Any]]


def call(func: dict[str, Any], event: object = None) -> dict[str, Any]:
    answer: dict[str, Any] = lambdas._execute_function_warm(func, event, "request-1")
    return answer


def test_a_class_name_is_lost_fault(function: Make) -> None:
    func = function("raises", RAISES)
    first = call(func, "pid")["body"]
    assert call(func)["body"]["errorType"] == "Runtime.HandlerError"
    assert call(func, "pid")["body"] != first, "ministack keeps the worker: drop that part"


def test_a_class_name_is_kept(function: Make) -> None:
    functions.lambda_errors_keep_their_class_name()
    func = function("raises", RAISES)
    first = call(func, "pid")["body"]
    raised = call(func)
    assert raised["error"] is True
    assert raised["body"]["errorType"] == "SlowDownError"
    assert raised["body"]["errorMessage"] == "wait\nValueError: not this one"
    assert raised["body"]["stackTrace"][0].startswith("Traceback")
    assert "SlowDownError" in raised["log"]
    assert call(func, "pid") == {"body": first, "log": ""}
    assert call(func, "exit")["body"]["errorType"] == "Runtime.ExitError"
    assert call(func, "pid")["body"] != first, "the next call gets a fresh worker"


class Runs:
    """Counts calls of one function at a time, and lets each take a moment."""

    def __init__(self) -> None:
        self.now = self.most = 0
        self._lock = threading.Lock()

    def acquire(self, *_: object, **__: object) -> tuple["Runs", str]:
        with self._lock:
            self.now += 1
            self.most = max(self.most, self.now)
        return self, "spawn"

    def invoke(self, *_: object, **__: object) -> dict[str, Any]:
        time.sleep(0.5)  # so long that all threads of a busy machine have begun
        return {"status": "ok", "result": None}

    def release(self, _: object) -> None:
        with self._lock:
            self.now -= 1


@pytest.fixture
def runs(monkeypatch: pytest.MonkeyPatch) -> Runs:
    counted = Runs()
    monkeypatch.setattr(lambdas, "acquire_worker", counted.acquire)
    monkeypatch.setattr(lambdas, "release_worker", counted.release)
    return counted


def call_at_once(func: dict[str, Any], times: int) -> None:
    threads = [threading.Thread(target=call, args=(func,)) for _ in range(times)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()


def test_each_concurrent_call_starts_a_process_fault(function: Make, runs: Runs) -> None:
    call_at_once(function("busy", RAISES), 6)
    assert runs.most == 6


def test_calls_wait_for_a_worker(function: Make, runs: Runs) -> None:
    functions.busy_functions_make_callers_wait()
    call_at_once(function("busy", RAISES), 6)
    assert runs.most == 2


@pytest.fixture
def attempts(monkeypatch: pytest.MonkeyPatch, function: Make) -> list[object]:
    """Record the events that a function was tried with; it always fails."""
    func = function("failing", RAISES)
    func["event_invoke_config"] = {
        "MaximumRetryAttempts": 1,
        "DestinationConfig": {"OnFailure": {"Destination": "arn:aws:sqs:…:dead"}},
    }
    seen: list[object] = []

    def fail(_: object, event: object, *__: object) -> dict[str, Any]:
        seen.append(event)
        return {"error": True, "body": {"errorType": "SlowDownError"}}

    monkeypatch.setattr(
        lambdas, "_get_func_record_for_ref", lambda _: (func, func["config"], "failing")
    )
    monkeypatch.setattr(lambdas, "_execute_function", fail)
    monkeypatch.setattr(lambdas, "_LAMBDA_ASYNC_RETRY_BASE_SECONDS", 0.01)
    monkeypatch.setattr(
        lambdas, "_route_async_failure", lambda arn, *_: seen.append(f"sent to {arn}")
    )
    return seen


def settle(seen: list[object]) -> list[object]:
    """Wait until nothing has been added for a while."""
    known = -1
    while known != len(seen):
        known = len(seen)
        time.sleep(0.5)
    return seen


def test_an_event_is_tried_once_fault(attempts: list[object]) -> None:
    eventbridge._dispatch_to_lambda("failing", json.dumps({"id": 1}))
    assert settle(attempts) == [{"id": 1}]


def test_an_event_is_retried_and_then_kept(attempts: list[object]) -> None:
    functions.events_invoke_lambda_asynchronously()
    eventbridge._dispatch_to_lambda("failing", json.dumps({"id": 1}))
    assert settle(attempts) == [{"id": 1}, {"id": 1}, "sent to arn:aws:sqs:…:dead"]


def test_an_event_for_a_deleted_function_is_dropped(monkeypatch: pytest.MonkeyPatch) -> None:
    functions.events_invoke_lambda_asynchronously()
    monkeypatch.setattr(lambdas, "_get_func_record_for_ref", lambda _: (None, None, "gone"))
    eventbridge._dispatch_to_lambda("gone", "{}")


@pytest.fixture
def put_object(monkeypatch: pytest.MonkeyPatch) -> Callable[[str | None], dict[str, Any]]:
    """Tell of an object in a bucket whose events go to EventBridge; return the event's object."""
    sent: list[dict[str, Any]] = []
    monkeypatch.setitem(
        s3._bucket_notifications, "frames", "<EventBridgeConfiguration></EventBridgeConfiguration>"
    )
    monkeypatch.setattr(eventbridge, "_dispatch_event", lambda event, view=None: sent.append(event))

    def put(version: str | None) -> dict[str, Any]:
        s3._fire_s3_event("frames", "ivs/a b+c%.jpg", "s3:ObjectCreated:Put", version_id=version)
        found: dict[str, Any] = json.loads(sent.pop()["Detail"])["object"]
        return found

    return put


def test_events_lack_the_version_fault(put_object: Callable[..., dict[str, Any]]) -> None:
    assert "version-id" not in put_object("v1")


def test_events_name_the_version(
    put_object: Callable[..., dict[str, Any]],
) -> None:
    functions.s3_events_name_the_version()
    assert put_object("v1")["version-id"] == "v1"
    assert put_object("v1")["key"] == "ivs/a b+c%.jpg"
    assert "version-id" not in put_object(None)


def test_a_changed_emulator_stops_the_launch(monkeypatch: pytest.MonkeyPatch) -> None:
    from local.laptop.shims.anchors import ShimOutdatedError

    monkeypatch.setattr(runtime, "_PYTHON_WORKER_SCRIPT", "print('rewritten')")
    with pytest.raises(ShimOutdatedError, match="ministack has changed"):
        functions.lambda_errors_keep_their_class_name()
