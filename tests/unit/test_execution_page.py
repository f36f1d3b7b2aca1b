"""The function as it is deployed: its own wiring, on moto."""

import io
import json
import re
from datetime import UTC, datetime, timedelta
from pathlib import Path
from types import SimpleNamespace

import pytest
import yaml

from execution_page import app
from framewarden import archiving, settings
from framewarden.aws import published
from framewarden.aws.ledger import Ledger
from framewarden.console import policy, session
from framewarden.domain.policy import policy_hash
from framewarden.domain.times import parse
from tests.unit.conftest import LINK_KEY
from tests.unit.scenes import ACCOUNT, REGION, ROOT, state
from tests.unit.template_calls import refused

NOW = datetime(2026, 11, 22, 8, 5, 33, tzinfo=UTC)
TOKEN = "AQDEAAAAKgAAAAMAAAAAAAAAATHETOKEN" * 3
STOPPED = state("archive/stopped")
NAME = STOPPED["execution"]
DEFINITION = (ROOT / "statemachines" / "moderate.asl.json").read_text()
POLICY = yaml.safe_load((ROOT / "policies" / "default.yaml").read_text())
PAGES = {
    "list": "/executions",
    "one": f"/executions/moderate/{NAME}",
    "live": f"/executions/moderate/{NAME}/live",
    "visit": f"/executions/moderate/{NAME}/visits/1",
    "frame": f"/frames/{NAME}",
    "policy": f"/policies/{policy_hash(POLICY)}",
}
SEARCHES = (
    {"q": STOPPED["frame"]["key"]},
    {"channel": STOPPED["frame"]["channel"]},
    {"channel": STOPPED["frame"]["channel_arn"]},
    {"from": "2026-11-22T08:05", "to": "2026-11-22T08:05"},
)
READING = re.compile("(Get|BatchGet|List|Describe|Query|Scan|Head)")


@pytest.fixture
def deployed(aws, monkeypatch):
    for name, value in {"AWS_CONSOLE": "none", "LINK_MAY": "stop"}.items():
        monkeypatch.setenv(name, value)
    serve_policies(aws)
    forget()
    yield aws
    forget()


def forget():
    for kept in (app._sources, app._inspector, policy._published, published._read):
        kept.cache_clear()


def serve_policies(aws):
    """Answer for the one version of AppConfig, which moto lacks."""
    about = {"ApplicationId": "app1234", "ConfigurationProfileId": "prof123", "VersionNumber": 1}
    content = json.dumps(POLICY).encode()
    aws.wire.serves("ListHostedConfigurationVersions", lambda asked: {"Items": [about]})
    aws.wire.serves(
        "GetHostedConfigurationVersion", lambda asked: about | {"Content": io.BytesIO(content)}
    )


@pytest.fixture
def stopped(deployed):
    """Return the stack after a frame was looked at, and its stream stopped."""
    frame = deployed.upload(STOPPED["frame"])
    Ledger("frames").admit(frame, {"status": "started", "execution": NAME}, NOW)
    document = STOPPED | {"frame": frame}
    archiving.archive(document, settings.Archive.read(), NOW)
    execute(deployed, document)
    deployed.wire.forget()
    return deployed


def execute(aws, document, status="SUCCEEDED"):
    """Let Step Functions know an execution as AWS would describe it."""
    given = {"frame": document["frame"], "attempt": document["attempt"]}
    arn = aws.client("stepfunctions").start_execution(
        stateMachineArn=aws.machine, name=document["execution"], input=json.dumps(given)
    )["executionArn"]
    began = parse(document["frame"]["put_at"])
    told = {"executionArn": arn, "stateMachineArn": aws.machine, "name": document["execution"]}
    told |= {"status": status, "startDate": began, "input": json.dumps(given)}
    if status != "RUNNING":
        told |= {"stopDate": began + timedelta(seconds=1.3), "output": json.dumps(document)}
    aws.wire.serves("DescribeExecution", lambda asked: told)
    aws.wire.serves("GetExecutionHistory", lambda asked: {"events": events(document, asked)})
    machine = {"stateMachineArn": aws.machine, "name": "moderate", "definition": DEFINITION}
    machine |= {"roleArn": f"arn:aws:iam::{ACCOUNT}:role/machine"}
    aws.wire.serves(
        "DescribeStateMachineForExecution",
        lambda asked: machine | {"updateDate": began - timedelta(days=1)},
    )
    aws.wire.serves(
        "DescribeStateMachine",
        lambda asked: machine | {"type": "STANDARD", "creationDate": began - timedelta(days=1)},
    )


def events(document, asked):
    """Return a short history in AWS's own shape; a task's parameters hold a token."""
    began, text = parse(document["frame"]["put_at"]), json.dumps(document)
    payload = {"FunctionName": "f", "Payload": {"state": {}, "task_token": TOKEN}}
    happened = [
        ("ExecutionStarted", "executionStartedEventDetails", {"input": text}),
        ("ChoiceStateEntered", "stateEnteredEventDetails", {"name": "IsAnalyzed?", "input": text}),
        ("ChoiceStateExited", "stateExitedEventDetails", {"name": "IsAnalyzed?", "output": text}),
        ("TaskStateEntered", "stateEnteredEventDetails", {"name": "RequestReview", "input": text}),
        (
            "TaskScheduled",
            "taskScheduledEventDetails",
            {"resourceType": "lambda", "resource": "invoke.waitForTaskToken", "region": REGION}
            | {"parameters": json.dumps(payload)},
        ),
        ("TaskStarted", "taskStartedEventDetails", {"resourceType": "lambda", "resource": "x"}),
    ]
    made = [
        {
            "timestamp": began + timedelta(seconds=number / 10),
            "type": kind,
            "id": number,
            "previousEventId": number - 1,
            details: about,
        }
        for number, (kind, details, about) in enumerate(happened, start=1)
    ]
    return made[::-1] if asked.get("reverseOrder") else made


def cookie(*roles):
    until = int((datetime.now(UTC) + timedelta(minutes=5)).timestamp())
    held = session.Session("sub-1", "eve", "Eve", roles, until)
    return {"cookie": f"{session.COOKIE}={session.seal(held, LINK_KEY)}"}


ENGINEER = cookie("engineer")


def ask(path, method="GET", headers=None, **query):
    event = {
        "httpMethod": method,
        "path": path,
        "headers": {"host": "127.0.0.1", **(ENGINEER if headers is None else headers)},
        "body": None,
        "queryStringParameters": query or None,
        "requestContext": {"path": f"/live{path}"},
    }
    arn = f"arn:aws:lambda:{REGION}:{ACCOUNT}:function:execution_page"
    about = SimpleNamespace(aws_request_id="req-42", function_name="execution_page")
    about.invoked_function_arn = arn
    return app.lambda_handler(event, about)


def header(reply, name):
    several = reply.get("multiValueHeaders", {})
    return several.get(name, [reply.get("headers", {}).get(name)])[0]


@pytest.mark.parametrize("role", ["engineer", "auditor"])
@pytest.mark.parametrize("page", PAGES)
def test_engineers_and_auditors_see_every_page(stopped, page, role):
    reply = ask(PAGES[page], headers=cookie(role))
    assert reply["statusCode"] == 200
    assert json.loads(json.dumps(reply))["body"] == reply["body"]


@pytest.mark.parametrize("page", PAGES)
def test_looking_changes_nothing(stopped, page):
    for method in ("GET", "HEAD", "OPTIONS", "POST"):
        ask(PAGES[page], method)
    assert [one for one in stopped.wire.calls if not READING.match(one.operation)] == []


def test_the_functions_role_may_read_all_that_is_read(stopped):
    row = {"review_id": "r1", "outcome": "reviewed", "outcome_reason": "allow"}
    row |= {"opened_at": STOPPED["frame"]["put_at"], "frame": STOPPED["frame"], "samples": []}
    stopped.put("reviews", row)
    joined = stopped.frame(NAME) | {"status": "joined", "review_id": "r1"}
    joined.pop("outcome")
    stopped.put("frames", joined)
    stopped.wire.forget()
    for path in PAGES.values():
        assert ask(path)["statusCode"] == 200
    for query in (*SEARCHES, {"status": "unscreened"}, {"machine": "batch"}):
        assert ask("/executions", **query)["statusCode"] == 200
    # No such review: so it may be a batch, of which this stack's Step Functions has any.
    assert ask("/executions", q="0" * 20)["statusCode"] == 303
    operations = {one.operation for one in stopped.wire.calls if one.service == "dynamodb"}
    assert operations >= {"GetItem", "BatchGetItem", "Query"}
    assert refused("ExecutionPageFunction", stopped.wire.calls) == set()


@pytest.mark.parametrize("page", PAGES)
@pytest.mark.parametrize("roles", [("moderator",), ("lead",), ("moderator", "lead")])
def test_for_everybody_else_nothing_is_read_and_the_page_says_who_may(stopped, page, roles):
    reply = ask(PAGES[page], headers=cookie(*roles))
    assert reply["statusCode"] == 403
    assert "engineer" in reply["body"]
    assert {one.service for one in stopped.wire.calls} <= {"secrets-manager"}


@pytest.mark.parametrize("page", PAGES)
def test_a_stranger_is_asked_to_sign_in_and_reads_nothing(stopped, page):
    for query in ({}, {"exp": "4102444800", "sig": "c2lnbmF0dXJl"}):
        reply = ask(PAGES[page], headers={}, **query)
        assert reply["statusCode"] in (303, 401, 403)
        assert NAME not in reply["body"]
    assert {one.service for one in stopped.wire.calls} <= {"secrets-manager"}


@pytest.mark.parametrize("page", PAGES)
def test_no_task_token_is_shown_or_written(stopped, logged, capsys, page):
    body = ask(PAGES[page])["body"]
    if page == "one":  # whatever visits it has
        body += "".join(
            ask(f"{PAGES['one']}/visits/{number}")["body"]
            for number in re.findall(r'data-number="(\d+)"', body)
        )
        assert body.count("<section") >= 2
    written = logged.getvalue() + capsys.readouterr().out
    assert TOKEN[:34] not in body + written
    assert STOPPED["frame"]["key"] not in written


def test_the_list_has_the_execution_with_what_the_ledger_says(stopped):
    body = ask(PAGES["list"])["body"]
    [row] = re.findall(r'<tr[^>]*class="execution[^>]*>', body)
    assert f'data-name="{NAME}"' in row
    assert 'data-outcome="stopped"' in row
    assert f'href="executions/moderate/{NAME}"' in body


@pytest.mark.parametrize("query", SEARCHES)
def test_it_is_found_by_what_somebody_may_know_of_it(stopped, query):
    assert f'data-name="{NAME}"' in ask("/executions", **query)["body"]
    other = {name: value.replace("22", "21").replace("Ab", "Ac") for name, value in query.items()}
    assert f'data-name="{NAME}"' not in ask("/executions", **other)["body"]


def test_a_page_of_many_asks_no_more_than_a_page_of_one(stopped):
    def calls():
        stopped.wire.forget()
        ask(PAGES["list"])
        return sorted(one.operation for one in stopped.wire.calls)

    calls()  # the worker's first look reads the key of sessions too
    few = calls()
    for number in range(20):
        identity = f"{number:064x}"
        frame = STOPPED["frame"] | {"frame_id": identity, "version_id": f"v{number}"}
        Ledger("frames").admit(frame, {"status": "started"}, NOW)
        stopped.client("stepfunctions").start_execution(
            stateMachineArn=stopped.machine, name=identity, input="{}"
        )
    assert calls() == few


def test_an_execution_shows_why_its_graph_and_its_timeline(stopped):
    body = ask(PAGES["one"])["body"]
    assert re.search(r'<main[^>]*data-page="execution"', body)
    assert 'data-status="SUCCEEDED"' in body
    states = json.loads(DEFINITION)["States"]
    drawn = {
        name.replace("&#34;", '"') for name in re.findall(r'<g[^>]*data-state="([^"]*)"', body)
    }
    assert drawn >= set(states)
    visits = re.findall(r'<tr[^>]*class="visit[^>]*data-state="([^"]*)"', body)
    assert visits == ["IsAnalyzed?", "RequestReview"]
    [why] = re.findall(r'id="why"[^>]*>(.*?)</', body, re.S)
    assert "Stopped" in why
    assert f"frames/{NAME}" in body


def test_head_says_what_get_would_without_its_body(stopped):
    for page in ("one", "frame"):
        reply = ask(PAGES[page], "HEAD")
        assert (reply["statusCode"], reply["body"]) == (200, "")


def test_what_has_not_changed_is_not_sent_again(stopped):
    first = ask(PAGES["live"])
    etag = header(first, "ETag")
    assert etag
    assert 'id="live"' in first["body"]
    again = ask(PAGES["live"], headers=ENGINEER | {"if-none-match": etag})
    assert (again["statusCode"], again["body"]) == (304, "")


@pytest.mark.parametrize(
    "path",
    [
        "/executions/moderate/" + "0" * 64,
        "/executions/order/" + NAME,
        "/executions/other/" + NAME,
        "/executions/moderate/" + "a" * 200,
        f"/executions/moderate/{NAME}/visits/99",
        f"/executions/moderate/{NAME}/visits/x",
        "/frames/" + "0" * 64,
        "/frames/short",
        "/policies/" + "0" * 64,
        "/policies/short",
    ],
)
def test_what_never_was_has_a_page_that_says_so(stopped, path):
    def unless_ours(asked):
        told = {"executionArn": asked["executionArn"], "stateMachineArn": stopped.machine}
        told |= {"name": NAME, "status": "RUNNING", "startDate": NOW, "input": "{}"}
        return told if asked["executionArn"].endswith(f"moderate:{NAME}") else gone(asked)

    stopped.wire.serves("DescribeExecution", unless_ours)
    reply = ask(path)
    assert reply["statusCode"] == 404
    assert "<main" in reply["body"]


def gone(asked):
    """Answer as Step Functions does of what it has forgotten."""
    parsed = {"Error": {"Code": "ExecutionDoesNotExist", "Message": "gone"}}
    return SimpleNamespace(status_code=400, headers={}), parsed


def test_an_execution_older_than_its_history_leads_to_its_frames_story(stopped):
    stopped.wire.serves("DescribeExecution", gone)
    for name in (NAME, f"{NAME}-2"):
        reply = ask(f"/executions/moderate/{name}")
        assert reply["statusCode"] == 303
        assert header(reply, "Location").endswith(f"frames/{NAME}?gone={name}")
    story = ask(PAGES["frame"], gone=NAME)
    assert story["statusCode"] == 200
    assert 'id="gone"' in story["body"]
    assert re.search(r'<main[^>]*data-page="frame"', story["body"])


def test_the_story_of_a_frame_is_told_from_the_ledger(stopped):
    body = ask(PAGES["frame"])["body"]
    assert f'data-frame="{NAME}"' in body
    assert "Stopped" in body
    assert 'data-attempt="1"' in body


def test_the_aws_console_is_linked_where_there_is_one(stopped, monkeypatch):
    assert "/states/home?" not in ask(PAGES["one"])["body"]
    monkeypatch.setenv("AWS_CONSOLE", "console.example")
    forget()
    link = f"https://console.example/states/home?region={REGION}#/v2/executions/details/"
    assert link in ask(PAGES["one"])["body"]


def test_markup_in_every_field_stays_text(deployed):
    markup = "<script>alert(1)</script>"
    frame = STOPPED["frame"] | {"key": f"uploads/{markup}.jpg", "channel": markup}
    document = STOPPED | {"frame": frame, "stop": STOPPED["stop"] | {"by": markup}}
    matched = STOPPED["verdict"]["matched"][0] | {"rule": markup, "label": markup}
    document |= {"verdict": STOPPED["verdict"] | {"matched": [matched]}}
    Ledger("frames").admit(frame, {"status": "started", "execution": NAME}, NOW)
    execute(deployed, document)
    for page, path in PAGES.items():
        assert markup not in ask(path)["body"], page
    assert markup not in ask("/executions", q=markup, channel=markup, **{"from": markup})["body"]


def test_an_input_of_256_kilobytes_has_a_page(deployed):
    document = STOPPED | {"blob": "x" * 250_000}
    Ledger("frames").admit(STOPPED["frame"], {"status": "started", "execution": NAME}, NOW)
    execute(deployed, document)
    for page in ("one", "visit"):
        reply = ask(PAGES[page])
        assert reply["statusCode"] == 200
        assert len(reply["body"].encode()) < 1_000_000  # API Gateway and Lambda take 6 MB


def test_a_function_without_its_variables_says_nothing_about_them(deployed, monkeypatch):
    monkeypatch.delenv("AWS_CONSOLE")
    reply = ask(PAGES["list"])
    assert reply["statusCode"] == 500
    assert "AWS_CONSOLE" not in reply["body"]


def test_the_handler_stays_small():
    assert len(Path(app.__file__).read_text(encoding="utf-8").splitlines()) <= 40
