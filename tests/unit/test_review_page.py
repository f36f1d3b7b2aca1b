"""The function as it is deployed: its own wiring, on moto."""

import json
import re
from datetime import UTC, datetime, timedelta
from html import unescape
from pathlib import Path
from types import SimpleNamespace
from urllib.parse import parse_qs, urlencode, urlsplit

import pytest

from framewarden import casework
from framewarden.aws import frame_links
from framewarden.console import session
from framewarden.domain import incidents, links
from framewarden.domain.times import iso
from review_page import app
from tests.unit.conftest import LINK_KEY
from tests.unit.scenes import ACCOUNT, CHANNEL, FRAMES_BUCKET, REGION

CONTEXT = SimpleNamespace(
    aws_request_id="req-42",
    function_name="review_page",
    invoked_function_arn=f"arn:aws:lambda:{REGION}:{ACCOUNT}:function:review_page",
)
FORM = {"host": "127.0.0.1", "content-type": "application/x-www-form-urlencoded"}
READS = {"GetItem", "Query", "GetSecretValue", "GetObject"}
KEY = "ivs/a.jpg"


@pytest.fixture
def deployed(aws):
    app._desk.cache_clear()
    frame_links._signer.cache_clear()
    yield aws
    app._desk.cache_clear()
    frame_links._signer.cache_clear()


def moment(seconds=0):
    return datetime.now(UTC) + timedelta(seconds=seconds)


def store(aws, review_id="r1", **changes):
    deadline = int(moment(60).timestamp())
    row = {
        "review_id": review_id,
        "status": "pending",
        "open": "review",
        "place": incidents.place("high", deadline),
        "severity": "high",
        "category": "Explicit",
        "channel": CHANNEL.rpartition("/")[2],
        "channel_arn": CHANNEL,
        "frame": {"frame_id": "f0", "bucket": FRAMES_BUCKET, "key": KEY, "version_id": None},
        "execution": "e1",
        "frames": 1,
        "opened_at": iso(moment()),
        "deadline": deadline,
        "rung": 0,
        "ladder": [60],
        "default": "stop",
        "labels": [{"name": "Explicit", "parent": None, "level": 1, "confidence": 92.5}],
        "task_token": "t",
        "waiting_rung": 0,
        **changes,
    }
    aws.put("reviews", row)
    return row


def ask(method="GET", below="", form=None, role=None, review_id="r1"):
    """Ask as somebody who holds a link or, with a role, has signed in."""
    path = f"/reviews/{review_id}{below}"
    exp = int(moment(86_400 + 60).timestamp())
    query = {"exp": str(exp), "sig": links.sign_link(LINK_KEY, review_id, exp)}
    headers = dict(FORM)
    if role:
        until = int(moment(600).timestamp())
        held = session.Session("s-1", "ana", "Ana", (role,), until)
        headers["cookie"] = f"{session.COOKIE}={session.seal(held, LINK_KEY)}"
        query = None
    event = {
        "httpMethod": method,
        "path": path,
        "headers": headers,
        "body": urlencode(form or {}),
        "queryStringParameters": query,
        "requestContext": {"path": f"/live{path}"},
    }
    return app.lambda_handler(event, CONTEXT)


def press(below="", role=None, **fields):
    """Open the page, and send one of its forms."""
    nonce = re.search(r'name="nonce" value="([^"]+)"', ask(role=role)["body"].partition("<main")[2])
    return ask("POST", below, {"nonce": nonce[1], **fields}, role)


def record(aws):
    return (aws.row("reviews", review_id="record#r1") or {}).get("events", [])


def test_its_form_decides_in_the_store_once_however_many_press(deployed):
    store(deployed)
    nonce = links.make_nonce(LINK_KEY, "r1|link", moment())
    first = ask("POST", form={"nonce": nonce, "decision": "stop", "name": "Ana"})
    second = ask("POST", form={"nonce": nonce, "decision": "allow", "name": "Ben"})
    assert (first["statusCode"], second["statusCode"]) == (303, 409)
    assert "Yours came second" in second["body"]
    row = deployed.review("r1")
    assert (row["decision"], row["by"], row["via"]) == ("stop", "Ana", "link")
    [answer] = deployed.answers()
    assert answer["token"] == "t"


def test_whoever_signed_in_decides_under_their_account_and_says_what_the_labels_are(deployed):
    store(deployed)
    said = {"label.0": "deny", "label.0.name": "Explicit", "add": "Weapons", "rung": "0"}
    assert press(role="moderator", decision="allow", **said)["statusCode"] == 303
    row = deployed.review("r1")
    assert (row["by"], row["by_account"], row["via"]) == ("Ana", "ana", "desk")
    assert row["labels_judged"] == {"confirmed": [], "denied": ["Explicit"], "added": ["Weapons"]}


def test_a_decision_for_an_execution_that_has_ended_is_kept_and_said_to_be_late(deployed):
    store(deployed)
    deployed.wire.fails("SendTaskSuccess", "TaskTimedOut")
    reply = press(role="moderator", decision="stop")
    assert reply["statusCode"] == 409
    assert "This came after the deadline" in reply["body"]
    assert deployed.review("r1")["nobody_waited_at"]
    assert "Decided too late" in ask()["body"]


def test_a_decision_after_the_deadline_is_in_the_record(deployed):
    store(deployed, deadline=int(moment(-1).timestamp()))
    reply = press(role="moderator", decision="stop", note="sorry")
    assert reply["statusCode"] == 409
    [event] = record(deployed)
    assert (event["kind"], event["decision"], event["by"]) == ("late", "stop", "Ana")
    assert "Too late: Stop the stream" in ask()["body"]


def test_a_case_is_claimed_kept_and_released(deployed):
    store(deployed)
    for action, holder in (("claim", "ana"), ("keep", "ana"), ("release", None)):
        assert press("/claim", "moderator", action=action)["statusCode"] == 303
        assert deployed.review("r1").get("claimed_by") == holder
    assert [event["kind"] for event in record(deployed)] == ["claim", "release"]


def test_a_note_is_kept_in_the_record(deployed):
    store(deployed)
    assert press("/notes", "moderator", note="look <b>")["statusCode"] == 303
    assert [event["note"] for event in record(deployed)] == ["look <b>"]
    assert "look &lt;b&gt;" in ask()["body"]


@pytest.mark.parametrize("role", [None, "auditor"])
def test_a_reveal_is_in_the_record_and_lends_the_picture_for_a_minute(deployed, role):
    deployed.client("s3").put_object(Bucket=FRAMES_BUCKET, Key=KEY, Body=b"a picture")
    store(deployed)
    reply = press("/reveal", role)
    assert reply["statusCode"] == 200
    [address] = re.findall(r'<img id="original" src="([^"]+)"', reply["body"])
    parts = urlsplit(unescape(address))
    assert (parts.path, parts.netloc) == ("/ivs/a.jpg", f"{FRAMES_BUCKET}.s3.amazonaws.com")
    assert int(parse_qs(parts.query)["X-Amz-Expires"][0]) <= 60
    policy = reply["multiValueHeaders"]["Content-Security-Policy"][0]
    assert f"img-src 'self' https://{parts.netloc};" in policy
    [event] = record(deployed)
    assert (event["kind"], event["by"]) == ("reveal", "Ana" if role else "unnamed")


@pytest.mark.parametrize("bad", ["gone", "foreign", "full", "throttled"])
def test_no_picture_is_lent_that_cannot_be_recorded_or_found(deployed, bad):
    if bad != "gone":
        deployed.client("s3").put_object(Bucket=FRAMES_BUCKET, Key=KEY, Body=b"a picture")
    row = store(deployed)
    if bad == "foreign":
        store(deployed, frame=row["frame"] | {"bucket": "payroll"})
    if bad == "full":
        deployed.put("reviews", {"review_id": "record#r1", "events": [], "size": 300_000})
    if bad == "throttled":
        deployed.wire.fails("TransactWriteItems", "ThrottlingException", times=9)
    reply = press("/reveal", "moderator")
    status = {"gone": 404, "foreign": 404, "full": 409, "throttled": 500}[bad]
    assert reply["statusCode"] == status
    assert "amazonaws.com/" not in f"{reply['body']}{reply['multiValueHeaders']}"
    assert 'id="original"' not in reply["body"]
    assert record(deployed) == []


@pytest.mark.parametrize(("below", "fields"), [("/notes", {"note": "x"}), ("/claim", {})])
def test_a_full_record_takes_nothing_more_but_a_decision(deployed, below, fields):
    store(deployed)
    deployed.put("reviews", {"review_id": "record#r1", "events": [], "size": 300_000})
    reply = press(below, "moderator", action="claim", **fields)
    assert (reply["statusCode"], "record of this case is full" in reply["body"]) == (409, True)
    assert press(role="moderator", decision="stop")["statusCode"] == 303


def crowd(aws):
    """Fill everything that the page of a case reads with far more than it may read."""
    row = store(aws)
    for number in range(80):
        put_at = iso(moment(number - 40))
        aws.put("reviews", row | {"review_id": f"old{number}", "opened_at": put_at})
        aws.put("channels", {"channel": CHANNEL, "item": f"stop#{number:03}", "status": "stopped"})
        act = {"action": "stop", "by": "Ana", "at": put_at, "status": "done"}
        aws.put("channels", {"channel": CHANNEL, "item": f"act#{put_at}", **act})
        frame = {"frame_id": f"f{number - 40}", "channel_arn": CHANNEL, "put_at": put_at}
        aws.put("frames", frame | {"status": "settled", "outcome": "cleared"})
    ban = {"status": "standing", "until": None, "since": iso(moment()), "by": "Bea"}
    aws.put("channels", {"channel": CHANNEL, "item": "ban", **ban})
    event = {"kind": "note", "at": iso(moment()), "by": "Bea", "via": "desk", "note": "n"}
    aws.put("reviews", {"review_id": "record#r1", "events": [event] * 200, "size": 20_000})


@pytest.mark.parametrize("role", [None, "lead"])
@pytest.mark.parametrize("below", ["", "/around"])
def test_a_page_reads_at_most_two_queries_and_sixty_items(deployed, role, below):
    crowd(deployed)
    deployed.wire.forget()
    read = []
    deployed.client("dynamodb").meta.events.register(
        "after-call.dynamodb", lambda parsed, **_: read.append(parsed), unique_id="read"
    )
    reply = ask(below=below, role=role)
    deployed.client("dynamodb").meta.events.unregister("after-call.dynamodb", unique_id="read")
    assert reply["statusCode"] == 200
    queries, gets = (deployed.wire.made(operation) for operation in ("Query", "GetItem"))
    assert len(queries) == 2
    assert all(query["Limit"] for query in queries)
    assert sum(answer.get("ScannedCount", 0) for answer in read) + len(gets) <= 60
    assert deployed.wire.made("Scan") == deployed.wire.made("BatchGetItem") == []
    if not below:
        assert "Banned until somebody reinstates it." in reply["body"]
        assert "There is more" in reply["body"]
        assert reply["body"].count("<li><p><span") == casework.REVIEWS
    else:
        assert reply["body"].count("<img src=") - 1 == 2 * casework.NEIGHBOURS + 1


def test_looking_writes_nothing_however_it_is_done(deployed):
    crowd(deployed)
    deployed.wire.forget()
    for method in ("GET", "HEAD", "OPTIONS"):
        for below in ("", "/around", "/claim", "/notes", "/reveal"):
            for role in (None, "lead"):
                ask(method, below, role=role)
    assert {call.operation for call in deployed.wire.calls} <= READS


def test_a_still_is_read_without_a_single_query(deployed):
    store(deployed, channel_arn=None, channel="uploads", default="block")
    deployed.wire.forget()
    assert "Block the image" in ask()["body"]
    assert "A still has no frames" in ask(below="/around")["body"]
    assert deployed.wire.made("Query") == []


def test_a_frame_that_the_ledger_lost_has_no_neighbours(deployed):
    store(deployed)
    assert "not in the ledger any more" in ask(below="/around")["body"]
    deployed.put("frames", {"frame_id": "f0", "put_at": iso(moment())})
    assert "not in the ledger any more" in ask(below="/around")["body"]


def test_a_review_that_is_not_stored_has_a_page(deployed):
    deployed.put("reviews", {"review_id": "counts", "high": 3})
    for review_id in ("r1", "counts"):
        assert ask(review_id=review_id, role="lead")["statusCode"] == 404


def test_a_function_without_its_variables_says_nothing_about_them(deployed, monkeypatch):
    monkeypatch.delenv("REVIEWS_TABLE")
    reply = ask()
    assert reply["statusCode"] == 500
    assert "REVIEWS_TABLE" not in reply["body"]


def test_an_answer_is_json_and_its_body_is_text(deployed):
    store(deployed)
    reply = ask()
    assert json.loads(json.dumps(reply))["body"] == reply["body"]
    assert reply["isBase64Encoded"] is False


def test_the_handler_stays_small():
    assert len(Path(app.__file__).read_text(encoding="utf-8").splitlines()) <= 40
