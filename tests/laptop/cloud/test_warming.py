"""Workers that are ready before the first call."""

import asyncio
import json
from collections.abc import Callable
from typing import Any

import ministack.core.lambda_runtime as runtime
import ministack.services.lambda_svc as lambdas
import pytest

from local.laptop import warming

SAYS_HOW_OFTEN = """
calls = 0
def handler(event, context):
    global calls
    calls += 1
    return calls
"""

Make = Callable[[str, str], dict[str, Any]]


def request(path: str, query: str = "") -> tuple[list[dict[str, Any]], list[str]]:
    """Ask the wrapped application; return what it sent, and the paths that went on to ministack."""
    sent: list[dict[str, Any]] = []
    passed: list[str] = []

    async def ministack(scope: Any, receive: Any, send: Any) -> None:
        passed.append(scope.get("path", scope["type"]))

    async def send(message: Any) -> None:
        sent.append(message)

    scope = {"type": "http", "path": path, "query_string": query.encode()}
    asyncio.run(warming.with_warming(ministack)(scope, None, send))  # type: ignore[arg-type]
    return sent, passed


@pytest.mark.enable_socket
def test_everything_else_goes_on_to_ministack() -> None:
    assert request("/bucket/key") == ([], ["/bucket/key"])


@pytest.mark.enable_socket
def test_the_route_names_the_functions_that_are_ready(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(warming, "start_workers", lambda names: [f"{name}!" for name in names])
    sent, passed = request(warming.ROUTE, "function=intake&function=analyze")
    assert passed == []
    assert sent[0]["status"] == 200
    assert json.loads(sent[1]["body"]) == ["intake!", "analyze!"]


def test_a_worker_is_started_and_not_called(
    function: Make, monkeypatch: pytest.MonkeyPatch
) -> None:
    known = {
        "counts": function("counts", SAYS_HOW_OFTEN),
        "broken": function("broken", "import no_such_module"),
    }

    def find(name: str) -> tuple[Any, Any, str]:
        func = known.get(name)
        return func, func and func["config"], name

    monkeypatch.setattr(lambdas, "_get_func_record_for_ref", find)
    assert warming.start_workers(["counts", "broken", "unknown"]) == ["counts"]
    [[worker]] = [pool for key, pool in runtime._workers.items() if "counts" in key]
    assert worker._proc.poll() is None
    assert not worker.in_use
    assert lambdas._execute_function_warm(known["counts"], {}, "r")["body"] == 1
    assert len(next(pool for key, pool in runtime._workers.items() if "counts" in key)) == 1
