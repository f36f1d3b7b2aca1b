"""The function as it is deployed: its own wiring, on moto."""

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path
from types import SimpleNamespace
from urllib.parse import urlencode

import boto3
import pytest
from moto import mock_aws

from framewarden.aws import clients, dynamo, frame_links, link_keys
from framewarden.domain import links
from framewarden.domain.times import iso
from review_page import app

KEY = "k" * 40
ARN = "arn:aws:lambda:us-east-1:111122223333:function:review_page"
CONTEXT = SimpleNamespace(
    aws_request_id="req-42", function_name="review_page", invoked_function_arn=ARN
)


@pytest.fixture
def deployed(monkeypatch):
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
        monkeypatch.setenv(name, "testing")
    monkeypatch.setenv("AWS_DEFAULT_REGION", "us-east-1")
    monkeypatch.setenv("POWERTOOLS_METRICS_NAMESPACE", "framewarden")
    caches = (clients.client, frame_links._signer, link_keys.link_keys, app._desk)
    with mock_aws():
        for kept in caches:
            kept.cache_clear()
        secret = boto3.client("secretsmanager").create_secret(Name="links", SecretString=KEY)
        monkeypatch.setenv("LINK_SECRET_ARN", secret["ARN"])
        monkeypatch.setenv("FRAMES_BUCKET", "frames")
        for name in ("REVIEWS_TABLE", "OUTBOX_TABLE"):
            monkeypatch.setenv(name, name.lower())
        for table, key in (("reviews_table", "review_id"), ("outbox_table", "id")):
            boto3.client("dynamodb").create_table(
                TableName=table,
                KeySchema=[{"AttributeName": key, "KeyType": "HASH"}],
                AttributeDefinitions=[{"AttributeName": key, "AttributeType": "S"}],
                BillingMode="PAY_PER_REQUEST",
            )
        yield
    for kept in caches:
        kept.cache_clear()


def store():
    now = datetime.now(UTC)
    row = {
        "review_id": "r1",
        "status": "pending",
        "severity": "high",
        "category": "Explicit",
        "channel": "uploads",
        "channel_arn": None,
        "frame": {"bucket": "frames", "key": "uploads/a.jpg", "version_id": "v1"},
        "opened_at": iso(now),
        "deadline": int(now.timestamp()) + 60,
        "rung": 0,
        "ladder": [60],
        "default": "block",
        "labels": [{"name": "Explicit", "parent": None, "level": 1, "confidence": 92.5}],
    }
    boto3.client("dynamodb").put_item(TableName="reviews_table", Item=dynamo.typed(row))


def ask(path, method="GET", form=None):
    exp = int((datetime.now(UTC) + timedelta(hours=1)).timestamp())
    event = {
        "httpMethod": method,
        "path": path,
        "headers": {"host": "127.0.0.1", "content-type": "application/x-www-form-urlencoded"},
        "body": urlencode(form or {}),
        "queryStringParameters": {"exp": str(exp), "sig": links.sign_link(KEY, "r1", exp)},
        "requestContext": {"path": f"/live{path}"},
    }
    return app.lambda_handler(event, CONTEXT)


def test_a_signed_link_shows_a_stored_review_and_lends_its_picture(deployed):
    store()
    page = ask("/reviews/r1")
    assert page["statusCode"] == 200
    assert "Block the image" in page["body"]
    address = ask("/reviews/r1/frame")["multiValueHeaders"]["Location"][0]
    assert address.startswith("https://frames.s3.amazonaws.com/uploads/a.jpg?")
    assert "&versionId=v1&" in address
    policy = page["multiValueHeaders"]["Content-Security-Policy"][0]
    assert "img-src 'self' https://frames.s3.amazonaws.com;" in policy


def test_its_form_decides_in_the_store_once_however_many_press(deployed):
    store()
    nonce = links.make_nonce(KEY, "r1", datetime.now(UTC))
    first = ask("/reviews/r1", "POST", {"nonce": nonce, "decision": "block", "name": "Ana"})
    second = ask("/reviews/r1", "POST", {"nonce": nonce, "decision": "allow", "name": "Ben"})
    assert (first["statusCode"], second["statusCode"]) == (303, 200)
    assert "Yours came second" in second["body"]
    stored = boto3.client("dynamodb").get_item(
        TableName="reviews_table", Key={"review_id": {"S": "r1"}}
    )
    row = dynamo.untyped(stored["Item"])
    assert (row["decision"], row["by"], row["via"]) == ("block", "Ana", "link")


def test_a_review_that_is_not_stored_has_a_page(deployed):
    assert ask("/reviews/r1")["statusCode"] == 404


def test_a_function_without_its_variables_says_nothing_about_them(deployed, monkeypatch):
    monkeypatch.delenv("REVIEWS_TABLE")
    reply = ask("/reviews/r1")
    assert reply["statusCode"] == 500
    assert "REVIEWS_TABLE" not in reply["body"]


def test_the_root_needs_neither_table_nor_key():
    app._desk.cache_clear()
    event = {"httpMethod": "GET", "path": "/", "requestContext": {"path": "/live/"}}
    assert app.lambda_handler(event, CONTEXT)["statusCode"] == 200


def test_an_answer_is_json_and_its_body_is_text(deployed):
    reply = ask("/reviews/r1")
    assert json.loads(json.dumps(reply))["body"] == reply["body"]
    assert reply["isBase64Encoded"] is False


def test_the_handler_stays_small():
    assert len(Path(app.__file__).read_text(encoding="utf-8").splitlines()) <= 40
