"""Events of the played services: the emulator's fault, its cure, and the way from moto to a rule.

The `…_fault` test fails once ministack has mended the fault: then delete its shim.
"""

import json
import time
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import boto3
import ministack.core.iam_evaluator as evaluator
import ministack.services.eventbridge as eventbridge
import pytest

from local.laptop import cloud as laptop
from local.laptop.connection import Cloud
from local.laptop.shims import events

ROLE = "arn:aws:sts::000000000000:assumed-role/stop-stream/session"


@pytest.fixture
def dispatched(monkeypatch: pytest.MonkeyPatch) -> Iterator[list[str]]:
    """Record the sources of the events that went on to the rules."""
    seen: list[str] = []
    monkeypatch.setattr(
        eventbridge, "_dispatch_event", lambda event, view=None: seen.append(event["Source"])
    )
    yield seen
    eventbridge.reset()


def put(*sources: str) -> list[str | None]:
    """Put an event of each source in one call; return the errors."""
    entries = [{"Source": source, "DetailType": "x", "Detail": "{}"} for source in sources]
    _, _, body = eventbridge._put_events({"Entries": entries})
    return [entry.get("ErrorCode") for entry in json.loads(body)["Entries"]]


REFUSED = "NotAuthorizedForSourceException"


def test_played_services_cannot_publish_fault(dispatched: list[str]) -> None:
    assert put("aws.ivs", "aws.medialive") == [REFUSED] * 2


def test_played_services_publish(dispatched: list[str]) -> None:
    events.played_services_publish_their_events()
    assert put("aws.ivs", "aws.medialive", "own.source") == [None] * 3
    assert dispatched == ["aws.ivs", "aws.medialive", "own.source"]


def test_services_that_ministack_plays_still_cannot(dispatched: list[str]) -> None:
    events.played_services_publish_their_events()
    assert put("aws.s3") == [REFUSED]
    assert put("aws.ivs", "aws.s3") == [REFUSED] * 2
    assert put("own.source") == [None]


def test_a_function_still_cannot(dispatched: list[str], monkeypatch: pytest.MonkeyPatch) -> None:
    events.played_services_publish_their_events()
    token = evaluator._request_caller_arn.set(ROLE)
    try:
        assert put("aws.ivs") == [REFUSED]
        assert put("own.source") == [None]
    finally:
        evaluator._request_caller_arn.reset(token)


def test_ministacks_own_services_still_publish(dispatched: list[str]) -> None:
    events.played_services_publish_their_events()
    entry = {"Source": "aws.states", "DetailType": "x", "Detail": "{}"}
    eventbridge._put_events({"Entries": [entry]}, allow_aws_source=True)
    assert dispatched == ["aws.states"]


@pytest.fixture
def cloud(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Cloud]:
    """Run both emulators, as the laptop cloud does."""
    monkeypatch.setenv("FRAMEWARDEN_HOME", str(tmp_path / "home"))
    try:
        yield laptop.up(port=0)
    finally:
        laptop.down()


def listen(cloud: Cloud) -> tuple[Any, str]:
    """Send the events of IVS to a queue, by a rule."""
    sqs, bridge = cloud.client("sqs"), cloud.client("events")
    queue = sqs.create_queue(QueueName="told")["QueueUrl"]
    asked = sqs.get_queue_attributes(QueueUrl=queue, AttributeNames=["QueueArn"])
    bridge.put_rule(Name="told", EventPattern=json.dumps({"source": ["aws.ivs"]}))
    target = {"Id": "queue", "Arn": asked["Attributes"]["QueueArn"]}
    bridge.put_targets(Rule="told", Targets=[target])
    return sqs, queue


def heard(sqs: Any, queue: str, wanted: int) -> list[dict[str, Any]]:
    """Take so many events from the queue, or what came within 10 s."""
    found: list[dict[str, Any]] = []
    deadline = time.monotonic() + 10
    while len(found) < wanted and time.monotonic() < deadline:
        answer = sqs.receive_message(QueueUrl=queue, MaxNumberOfMessages=10)
        for message in answer.get("Messages", []):
            found.append(json.loads(message["Body"]))
            sqs.delete_message(QueueUrl=queue, ReceiptHandle=message["ReceiptHandle"])
        time.sleep(0.02)
    return found


@pytest.mark.enable_socket
def test_what_ivs_tells_reaches_the_target_of_a_rule(cloud: Cloud) -> None:
    sqs, queue = listen(cloud)
    ivs = cloud.client("ivs")
    arn = ivs.create_channel(name="demo")["channel"]["arn"]
    body = json.dumps({"channel_arn": arn, "action": "start"}).encode()
    request = urllib.request.Request(f"{cloud.moto_endpoint}/_framewarden/encoder", body)
    direct = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    with direct.open(request, timeout=10) as answer:
        stream_id = json.load(answer)["stream_id"]
    told = heard(sqs, queue, 2)
    assert [event["detail"]["event_name"] for event in told] == ["Session Created", "Stream Start"]
    start = told[1]
    assert set(start) == {
        "version", "id", "detail-type", "source", "account", "time", "region", "resources", "detail"
    }  # fmt: skip
    assert (start["source"], start["detail-type"]) == ("aws.ivs", "IVS Stream State Change")
    assert (start["account"], start["region"]) == (cloud.account, cloud.region)
    assert start["resources"] == [arn]
    detail = {"event_name": "Stream Start", "channel_name": "demo", "stream_id": stream_id}
    assert start["detail"] == detail
    ivs.stop_stream(channelArn=arn)
    told = heard(sqs, queue, 2)
    assert [event["detail"]["event_name"] for event in told] == ["Stream End", "Session Ended"]


def statement(**more: Any) -> str:
    return json.dumps({"Version": "2012-10-17", "Statement": [{"Effect": "Allow", **more}]})


@pytest.mark.enable_socket
def test_a_role_that_may_put_events_puts_none_of_ivs(cloud: Cloud) -> None:
    iam, sts = cloud.client("iam"), cloud.client("sts")
    trust = statement(Principal={"AWS": "*"}, Action="sts:AssumeRole")
    arn = iam.create_role(RoleName="puts", AssumeRolePolicyDocument=trust)["Role"]["Arn"]
    may = statement(Action="events:PutEvents", Resource="*")
    iam.put_role_policy(RoleName="puts", PolicyName="put", PolicyDocument=may)
    given = sts.assume_role(RoleArn=arn, RoleSessionName="session")["Credentials"]
    bridge = boto3.client(
        "events",
        endpoint_url=cloud.endpoint,
        region_name=cloud.region,
        aws_access_key_id=given["AccessKeyId"],
        aws_secret_access_key=given["SecretAccessKey"],
        aws_session_token=given["SessionToken"],
    )
    entries = [
        {"Source": source, "DetailType": "x", "Detail": "{}"} for source in ("aws.ivs", "own")
    ]
    answers = bridge.put_events(Entries=entries)["Entries"]
    assert [answer.get("ErrorCode") for answer in answers] == [REFUSED, None]
