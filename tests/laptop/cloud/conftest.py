"""The emulator's modules, put back as they were after each test."""

import io
import zipfile
from collections.abc import Callable, Iterator
from typing import Any

import ministack.app as app
import ministack.core.iam_actions as actions
import ministack.core.iam_evaluator as evaluator
import ministack.core.lambda_runtime as runtime
import ministack.services.cloudwatch as cloudwatch
import ministack.services.eventbridge as eventbridge
import ministack.services.lambda_svc as lambdas
import ministack.services.s3 as s3
import ministack.services.stepfunctions as states
import pytest

ROLE = "arn:aws:iam::000000000000:role/made-for-a-test"
REPLACED = {
    runtime: ("_PYTHON_WORKER_SCRIPT",),
    lambdas: ("_execute_function_warm", "_emit_lambda_logs"),
    eventbridge: ("_dispatch_to_lambda", "_dispatch_event", "_put_events"),
    s3: ("_fire_s3_event", "_get_object"),
    evaluator: ("_resolve_condition_key",),
    actions: ("extract_resource_arn",),
    app: ("pin_request_origin",),
    cloudwatch: ("_evaluate_alarm",),
    states: (
        "_execute_task", "_invoke_with_callback", "_call_lambda", "_find_matching_retrier"
    ),
}  # fmt: skip


@pytest.fixture(autouse=True)
def emulator(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Undo every shim after the test, and run two copies of a function at most."""
    monkeypatch.setenv("FRAMEWARDEN_WORKERS", "2")
    for module, names in REPLACED.items():
        for name in names:
            monkeypatch.setattr(module, name, getattr(module, name))
    yield
    runtime.reset()


@pytest.fixture
def function() -> Callable[[str, str], dict[str, Any]]:
    """Make a function record, as ministack keeps it, from the source of a handler module."""

    def make(name: str, source: str) -> dict[str, Any]:
        archive = io.BytesIO()
        with zipfile.ZipFile(archive, "w") as file:
            file.writestr("app.py", source)
        config = {
            "FunctionName": name,
            "FunctionArn": f"arn:aws:lambda:us-east-1:000000000000:function:{name}",
            "Role": ROLE,
            "Runtime": "python3.11",
            "Handler": "app.handler",
            "Timeout": 20,
        }
        return {"config": config, "code_zip": archive.getvalue()}

    return make
