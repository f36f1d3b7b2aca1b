"""The control endpoint over HTTP: encoder, quotas, events and chat."""

import json
import time
from contextlib import suppress
from typing import Any

import pytest
from botocore.exceptions import ClientError

from .served import Server

pytestmark = pytest.mark.enable_socket


def test_five_calls_a_second_are_the_default(server: Server) -> None:
    ivs = server.client("ivs")
    arn = ivs.create_channel()["channel"]["arn"]
    granted, started = 0, time.monotonic()
    for _ in range(40):
        with suppress(ClientError):
            ivs.batch_get_channel(arns=[arn])
            granted += 1
    assert 5 <= granted <= 6 + 5 * (time.monotonic() - started)


def test_the_encoders_view_over_http(server: Server) -> None:
    ivs = server.client("ivs")
    arn = ivs.create_channel()["channel"]["arn"]
    _, started = server.control("POST", "encoder", {"channel_arn": arn, "action": "start"})
    live = {"live": True, "stream_id": started["stream_id"], "stopped": False}
    server.control("DELETE", "calls")
    assert server.control("GET", f"encoder?channel_arn={arn}") == (200, live)
    assert server.control("GET", "calls") == (200, [])
    assert server.control("GET", "encoder?channel_arn=x")[0] == 404


def test_a_server_has_quotas_until_they_are_lifted(server: Server) -> None:
    ivs = server.client("ivs")
    arn = ivs.create_channel()["channel"]["arn"]
    server.control("POST", "quotas", {"per_second": 1})

    def keys_listed() -> list[str | None]:
        server.control("DELETE", "calls")
        for _ in range(3):
            with suppress(ClientError):
                ivs.list_stream_keys(channelArn=arn)
        return [call["error"] for call in server.control("GET", "calls")[1]]

    assert "ThrottlingException" in keys_listed()
    assert server.control("POST", "quotas", {"per_second": None}) == (200, {"per_second": None})
    assert keys_listed() == [None] * 3


def test_what_happens_reaches_a_rule_over_http(server: Server) -> None:
    ivs, events, sqs = server.client("ivs"), server.client("events"), server.client("sqs")
    queue = sqs.create_queue(QueueName="told")["QueueUrl"]
    (queue_arn,) = sqs.get_queue_attributes(QueueUrl=queue, AttributeNames=["QueueArn"])[
        "Attributes"
    ].values()
    events.put_rule(Name="told", EventPattern=json.dumps({"source": ["aws.ivs"]}))
    events.put_targets(Rule="told", Targets=[{"Id": "queue", "Arn": queue_arn}])
    arn = ivs.create_channel(name="demo")["channel"]["arn"]
    server.control("POST", "encoder", {"channel_arn": arn, "action": "start"})
    heard: list[str] = []
    deadline = time.monotonic() + 10
    while len(heard) < 2 and time.monotonic() < deadline:
        for message in sqs.receive_message(QueueUrl=queue).get("Messages", []):
            event = json.loads(message["Body"])
            assert (event["source"], event["resources"]) == ("aws.ivs", [arn])
            heard.append(event["detail"]["event_name"])
    assert sorted(heard) == ["Session Created", "Stream Start"]


def test_rooms_tell_what_they_received(server: Server) -> None:
    chat = server.client("ivschat")
    room = chat.create_room()["arn"]
    sent = {"roomIdentifier": room, "eventName": "moderation:x", "attributes": {"code": "y"}}
    event_id = chat.send_event(**sent)["id"]
    _, events = server.control("GET", "chat")
    (event,) = [event for event in events if event["room_arn"] == room]
    assert event.pop("at").endswith("Z")
    assert event == {
        "event_id": event_id,
        "room_arn": room,
        "name": "moderation:x",
        "attributes": {"code": "y"},
    }


@pytest.mark.parametrize(
    ("method", "path", "body", "status"),
    [
        ("GET", "nothing", None, 404),
        ("POST", "health", {}, 405),
        ("POST", "encoder", {"action": "pause"}, 400),
        ("POST", "encoder", {"action": "start", "channel_arn": "x"}, 404),
        ("POST", "faults", {"service": "ivs"}, 400),
        ("POST", "faults", {"service": "ivs", "operation": "Stop", "error": "x"}, 400),
        ("POST", "faults", ["ivs"], 400),
        ("POST", "delays", {"stream_stop_seconds": "soon"}, 400),
        ("POST", "encoder", {"action": "start", "channel_arn": "x", "recording": "no"}, 400),
        ("POST", "quotas", {}, 400),
        ("POST", "quotas", {"per_second": "many"}, 400),
        ("POST", "quotas", {"per_second": 0}, 400),
        ("POST", "events", {"mode": "off"}, 400),
        ("POST", "events", {"copies": 2}, 200),
        ("POST", "events", {}, 200),
        ("DELETE", "faults", None, 200),
        ("GET", "faults", None, 200),
    ],
)
def test_the_control_endpoint_says_what_is_wrong(
    server: Server, method: str, path: str, body: Any, status: int
) -> None:
    assert server.control(method, path, body)[0] == status
