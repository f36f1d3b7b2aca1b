"""The function as it is deployed: its own wiring, on moto."""

from datetime import UTC, datetime, timedelta
from pathlib import Path
from types import SimpleNamespace

import pytest

from framewarden.console import session
from health_page import app
from tests.unit.conftest import LINK_KEY
from tests.unit.scenes import ACCOUNT, CHANNEL, REGION


@pytest.fixture
def deployed(aws, monkeypatch):
    for name in ("INTAKE", "SETTLE"):
        url = aws.client("sqs").create_queue(QueueName=name)["QueueUrl"]
        monkeypatch.setenv(f"{name}_DEAD_LETTERS_URL", url)
    monkeypatch.setenv("PLACE_NAME", "guard in eu-west-1")
    aws.wire.forget()
    app._desk.cache_clear()
    yield aws
    app._desk.cache_clear()


def ask(path="/health", role="engineer", method="GET"):
    until = int((datetime.now(UTC) + timedelta(minutes=5)).timestamp())
    held = session.Session("sub-1", "dana", "Dana", (role,), until)
    cookie = {"cookie": f"{session.COOKIE}={session.seal(held, LINK_KEY)}"} if role else {}
    event = {
        "httpMethod": method,
        "path": path,
        "headers": {"host": "127.0.0.1"} | cookie,
        "queryStringParameters": {},
        "requestContext": {"path": f"/live{path}"},
    }
    context = SimpleNamespace(
        aws_request_id="req-42",
        function_name="health_page",
        invoked_function_arn=f"arn:aws:lambda:{REGION}:{ACCOUNT}:function:health_page",
    )
    return app.lambda_handler(event, context)


def test_an_engineer_sees_how_it_stands(deployed):
    deployed.ivs_channel(tags={"framewarden": "moderated"})
    deployed.go_live(datetime.now(UTC) - timedelta(minutes=2))
    page = ask()
    assert page["statusCode"] == 200
    assert "guard in eu-west-1" in page["body"]
    assert "All is well" in page["body"]
    assert CHANNEL.rpartition("/")[2] in page["body"]
    live = ask("/health/live")
    assert live["statusCode"] == 200
    assert "<html" not in live["body"]


def test_looking_changes_nothing(deployed):
    for path in ("/health", "/health/live"):
        for method in ("GET", "HEAD", "OPTIONS"):
            ask(path, method=method)
    changing = ("PutItem", "UpdateItem", "DeleteItem", "SendMessage", "StopStream")
    assert deployed.wire.calls
    assert not any(deployed.wire.made(operation) for operation in changing)


@pytest.mark.parametrize(("role", "status"), [("", 303), ("moderator", 403), ("lead", 403)])
def test_whoever_is_refused_costs_no_look(deployed, role, status):
    assert ask(role=role)["statusCode"] == status
    assert {call.operation for call in deployed.wire.calls} <= {"GetSecretValue"}


def test_the_handler_stays_small():
    assert len(Path(app.__file__).read_text(encoding="utf-8").splitlines()) <= 40
