"""The function as it is deployed: its own wiring, on moto."""

import json
import re
from datetime import UTC, datetime, timedelta
from pathlib import Path
from types import SimpleNamespace

import pytest

from framewarden.aws.ledger import Ledger
from framewarden.console import session
from framewarden.domain.times import iso
from health_page import app
from tests.unit.conftest import LINK_KEY
from tests.unit.scenes import ACCOUNT, CHANNEL, REGION, frame_of
from tests.unit.template_calls import refused

PAGES = ("/health", "/health/live")
FRAME = frame_of("archive/stopped")
NOTICE = {"id": "notice#1", "kind": "notice", "subject": "private words", "text": "private words"}
READING = re.compile("(Get|BatchGet|List|Describe|Query|Scan|Head)")
# A session of AppConfig Data is how its configuration is read.
SESSION = "StartConfigurationSession"
ENTRIES = {
    *("place", "policy", "live", "unscreened", "dead-letters", "open-reviews", "oldest"),
    *("failed-stops", "unseen", "bans", "undelivered", "given-up"),
}


@pytest.fixture
def deployed(aws, monkeypatch):
    sqs = aws.client("sqs")
    for name in ("INTAKE", "SETTLE"):
        queue = sqs.create_queue(QueueName=f"{name.lower()}-dead-letters")["QueueUrl"]
        monkeypatch.setenv(f"{name}_DEAD_LETTERS_URL", queue)
    monkeypatch.setenv("PLACE_NAME", "framewarden in us-east-1")
    app._desk.cache_clear()
    aws.wire.forget()
    yield aws
    app._desk.cache_clear()


def cookie(*roles):
    until = int((datetime.now(UTC) + timedelta(minutes=5)).timestamp())
    held = session.Session("sub-1", "eve", "Eve", roles, until)
    return {"cookie": f"{session.COOKIE}={session.seal(held, LINK_KEY)}"}


ENGINEER = cookie("engineer")


def ask(path="/health", method="GET", headers=None, **query):
    event = {
        "httpMethod": method,
        "path": path,
        "headers": {"host": "127.0.0.1", **(ENGINEER if headers is None else headers)},
        "body": None,
        "queryStringParameters": query or None,
        "requestContext": {"path": f"/live{path}"},
    }
    about = SimpleNamespace(aws_request_id="req-42", function_name="health_page")
    about.invoked_function_arn = f"arn:aws:lambda:{REGION}:{ACCOUNT}:function:health_page"
    return app.lambda_handler(event, about)


def header(reply, name):
    several = reply.get("multiValueHeaders", {})
    return several.get(name, [reply.get("headers", {}).get(name)])[0]


def entry(body, name):
    """Return the text of one part of the page."""
    [part] = re.findall(rf'<(section|span)[^>]*data-entry="{name}"[^>]*>(.*?)</\1>', body, re.S)
    return " ".join(re.sub(r"<[^>]+>", " ", part[1]).split())


@pytest.mark.parametrize("role", ["engineer", "auditor"])
@pytest.mark.parametrize("page", PAGES)
def test_engineers_and_auditors_see_how_it_stands(deployed, page, role):
    reply = ask(page, headers=cookie(role))
    assert reply["statusCode"] == 200
    assert json.loads(json.dumps(reply))["body"] == reply["body"]


def test_everything_that_somebody_may_wait_for_has_its_place(deployed):
    body = ask()["body"]
    assert set(re.findall(r'data-entry="([\w-]+)"', body)) == ENTRIES
    assert re.search(r'<main[^>]*data-page="health"', body)
    assert 'id="problems"' in body
    assert entry(body, "place") == "framewarden in us-east-1"
    assert "default" in entry(body, "policy")


@pytest.mark.parametrize("page", PAGES)
def test_looking_changes_nothing(deployed, page):
    for method in ("GET", "HEAD", "OPTIONS", "POST"):
        ask(page, method)
    asked = {one.operation for one in deployed.wire.calls} - {SESSION}
    assert [one for one in asked if not READING.match(one)] == []
    assert asked
    assert refused("HealthPageFunction", deployed.wire.calls) == set()


@pytest.mark.parametrize("page", PAGES)
@pytest.mark.parametrize("roles", [("moderator",), ("lead",), ("moderator", "lead")])
def test_for_everybody_else_nothing_is_read_and_the_page_says_who_may(deployed, page, roles):
    reply = ask(page, headers=cookie(*roles))
    assert reply["statusCode"] == 403
    assert "engineer" in reply["body"]
    assert {one.service for one in deployed.wire.calls} <= {"secrets-manager"}


@pytest.mark.parametrize("page", PAGES)
def test_a_stranger_is_asked_to_sign_in_and_reads_nothing(deployed, page):
    for query in ({}, {"exp": "4102444800", "sig": "c2lnbmF0dXJl"}):
        reply = ask(page, headers={}, **query)
        assert reply["statusCode"] in (303, 401, 403)
        assert "framewarden in us-east-1" not in reply["body"]
    assert {one.service for one in deployed.wire.calls} <= {"secrets-manager"}


def test_what_waits_is_counted(deployed):
    Ledger("frames").admit(FRAME, {"status": "started"}, datetime.now(UTC))
    Ledger("frames").settle(FRAME["frame_id"], 1, {"status": "settled", "outcome": "unscreened"})
    for _ in range(3):
        queue = deployed.client("sqs").get_queue_url(QueueName="settle-dead-letters")["QueueUrl"]
        deployed.client("sqs").send_message(QueueUrl=queue, MessageBody="{}")
    queue = deployed.client("sqs").get_queue_url(QueueName="intake-dead-letters")["QueueUrl"]
    deployed.client("sqs").send_message(QueueUrl=queue, MessageBody="{}")
    body = ask()["body"]
    assert "1" in entry(body, "unscreened").split()
    assert "4" in entry(body, "dead-letters").split()


def test_what_is_on_air_has_the_time_of_its_last_frame(deployed):
    deployed.ivs_channel(tags={"framewarden": "moderated"})
    deployed.go_live(datetime.now(UTC) - timedelta(minutes=2))
    at = iso(datetime.now(UTC) - timedelta(seconds=20))
    Ledger("frames").admit(FRAME | {"put_at": at}, {"status": "started"}, datetime.now(UTC))
    body = ask()["body"]
    assert CHANNEL.rpartition("/")[2] in entry(body, "live")
    assert at[:19] in body


def test_what_people_are_told_is_counted_and_never_shown_or_written(deployed, logged, capsys):
    now = int(datetime.now(UTC).timestamp())
    deployed.put("outbox", NOTICE | {"due": now, "attempts": 3, "last_error": "SNSError"})
    token = {"id": "callback#1", "kind": "callback", "task_token": "THE-TASK-TOKEN", "attempts": 2}
    deployed.put("outbox", token | {"due": now, "last_error": "TaskTimedOut"})
    body = ask()["body"]
    assert "2" in entry(body, "undelivered").split()
    [scan] = deployed.wire.made("Scan")
    assert {"task_token", "text"}.isdisjoint(scan["ExpressionAttributeNames"].values())
    written = logged.getvalue() + capsys.readouterr().out
    for secret in ("private words", "THE-TASK-TOKEN"):
        assert secret not in body + written


@pytest.mark.parametrize(
    ("operation", "name"),
    [
        ("GetQueueAttributes", "dead-letters"),
        ("Scan", "undelivered"),
        ("ListStreams", "live"),
        ("StartConfigurationSession", "policy"),
    ],
)
def test_a_part_that_does_not_answer_does_not_break_the_page(deployed, operation, name):
    deployed.wire.fails(operation, "AccessDeniedException", times=5, status=403)
    reply = ask()
    assert reply["statusCode"] == 200
    assert f'data-entry="{name}"' in reply["body"]
    [problems] = re.findall(r'id="problems".*?</section>', reply["body"], re.S)
    assert "AccessDenied" in problems or "read" in problems


def test_what_has_not_changed_is_not_sent_again(deployed):
    first = ask("/health/live")
    assert 'id="live"' in first["body"]
    again = ask("/health/live", headers=ENGINEER | {"if-none-match": header(first, "ETag")})
    assert (again["statusCode"], again["body"]) == (304, "")


def test_a_function_without_its_variables_says_nothing_about_them(deployed, monkeypatch):
    monkeypatch.delenv("PLACE_NAME")
    reply = ask()
    assert reply["statusCode"] == 500
    assert "PLACE_NAME" not in reply["body"]


def test_the_handler_stays_small():
    assert len(Path(app.__file__).read_text(encoding="utf-8").splitlines()) <= 40
