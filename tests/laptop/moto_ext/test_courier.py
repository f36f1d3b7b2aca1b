"""The courier: events reach EventBridge when they are due, in order, and never stop its thread."""

import json
import time
from datetime import UTC, datetime, timedelta
from threading import Event as Flag
from typing import Any

import pytest
from botocore.exceptions import ClientError, EndpointConnectionError

from local.moto_ext.control import Event
from local.moto_ext.courier import Courier

CHANNEL = "arn:aws:ivs:eu-west-1:123456789012:channel/x"


class EventBridge:
    """Takes entries, and fails first if told to."""

    def __init__(self, wanted: int = 1, failures: list[Any] | None = None) -> None:
        self.taken: list[dict[str, Any]] = []
        self.regions: list[str] = []
        self.failures = failures or []
        self.enough = Flag()
        self._wanted = wanted

    def client(self, region: str) -> "EventBridge":
        self.regions.append(region)
        return self

    def put_events(self, Entries: list[dict[str, Any]]) -> dict[str, Any]:  # noqa: N803
        if self.failures:
            failure = self.failures.pop(0)
            if isinstance(failure, Exception):
                raise failure
            return {"FailedEntryCount": 1, "Entries": [failure]}
        self.taken += Entries
        if len(self.taken) >= self._wanted:
            self.enough.set()
        return {"FailedEntryCount": 0, "Entries": [{"EventId": "1"}]}


def delivered(bridge: EventBridge, *events: Event) -> list[dict[str, Any]]:
    """Send events and return what arrived once all are there."""
    courier = Courier(bridge.client)
    for event in events:
        courier.send(event)
    courier.start()
    assert bridge.enough.wait(5)
    return bridge.taken


def event(name: str, after: float = 0.0, late: float = 0.0) -> Event:
    return Event("aws.ivs", "IVS Stream State Change", CHANNEL, {"event_name": name}, after, late)


def names(entries: list[dict[str, Any]]) -> list[str]:
    return [json.loads(entry["Detail"])["event_name"] for entry in entries]


def test_an_event_arrives_as_it_is() -> None:
    bridge = EventBridge()
    (entry,) = delivered(bridge, event("Stream Start"))
    assert bridge.regions == ["eu-west-1"]
    assert entry["Source"] == "aws.ivs"
    assert entry["DetailType"] == "IVS Stream State Change"
    assert entry["Resources"] == [CHANNEL]
    assert names([entry]) == ["Stream Start"]


def test_events_keep_their_order_unless_one_is_due_later() -> None:
    sent = [event("late", 0.15), *(event(str(number)) for number in range(5)), event("soon", 0.05)]
    arrived = delivered(EventBridge(len(sent)), *sent)
    assert names(arrived) == ["0", "1", "2", "3", "4", "soon", "late"]


def test_a_sooner_event_overtakes_one_that_is_waited_for() -> None:
    bridge = EventBridge(2)
    courier = Courier(bridge.client)
    courier.start()
    courier.send(event("late", 0.2))
    time.sleep(0.02)
    courier.send(event("soon"))
    assert bridge.enough.wait(5)
    assert names(bridge.taken) == ["soon", "late"]


def test_a_late_event_says_when_it_happened() -> None:
    sent = datetime.now(UTC)
    (entry,) = delivered(EventBridge(), event("Stream End", after=0.1, late=0.2))
    assert datetime.now(UTC) - sent >= timedelta(seconds=0.3)
    happened = entry["Time"] - sent - timedelta(seconds=0.1)
    assert timedelta(0) <= happened < timedelta(seconds=0.1)


def test_sending_waits_for_nothing() -> None:
    Courier(lambda region: pytest.fail("it was not started")).send(event("Stream Start"))


def test_what_cannot_be_delivered_is_lost_and_said(capsys: pytest.CaptureFixture[str]) -> None:
    failures = [
        EndpointConnectionError(endpoint_url="http://127.0.0.1:1"),
        ClientError({"Error": {"Code": "InternalFailure"}}, "PutEvents"),
        {"ErrorCode": "NotAuthorizedForSourceException"},
    ]
    bridge = EventBridge(1, failures)
    assert names(delivered(bridge, *map(event, "abcd"))) == ["d"]
    said = capsys.readouterr().err.splitlines()
    assert len(said) == 3
    assert "NotAuthorizedForSourceException" in said[-1]
