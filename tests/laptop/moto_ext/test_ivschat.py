"""IVS Chat: rooms and events."""

import time
from collections.abc import Callable
from typing import Any

import pytest
from moto.backends import get_backend

from local.moto_ext.ivschat import models


@pytest.fixture
def room_arn(chat: Any) -> str:
    return str(chat.create_room(name="studio")["arn"])


def test_a_room_lives_and_goes(chat: Any, room_arn: str) -> None:
    room = chat.get_room(identifier=room_arn)
    assert room["name"] == "studio"
    assert room["arn"] == f"arn:aws:ivschat:us-east-1:123456789012:room/{room['id']}"
    assert [one["arn"] for one in chat.list_rooms(name="studio")["rooms"]] == [room_arn]
    chat.delete_room(identifier=room_arn)
    for call in (chat.get_room, chat.delete_room):
        with pytest.raises(chat.exceptions.ResourceNotFoundException):
            call(identifier=room_arn)


def test_an_event_reaches_its_room(chat: Any, room_arn: str) -> None:
    attributes = {"reason": "r" * 1018}  # with its name exactly 1 KB
    sent = chat.send_event(roomIdentifier=room_arn, eventName="stopped", attributes=attributes)
    (event,) = get_backend("ivschat")["123456789012"]["us-east-1"].events
    assert (event.event_id, event.room_arn, event.name) == (sent["id"], room_arn, "stopped")
    assert event.attributes == attributes


def test_what_rooms_received_is_listed(client: Callable[..., Any]) -> None:
    sent = []
    for region in ("us-east-1", "eu-west-1", "us-east-1"):
        chat = client("ivschat", region)
        room = chat.create_room()["arn"]
        code = {"code": str(len(sent))}
        chat.send_event(roomIdentifier=room, eventName="moderation:x", attributes=code)
        sent.append((room, "moderation:x", code))
        time.sleep(0.002)  # they are told apart by their milliseconds
    found = models.received()
    assert [(event.room_arn, event.name, event.attributes) for event in found] == sent
    assert found[0].at.endswith("Z")


def test_what_send_event_refuses(chat: Any, room_arn: str) -> None:
    with pytest.raises(chat.exceptions.ValidationException, match="1025 bytes"):
        chat.send_event(roomIdentifier=room_arn, eventName="e", attributes={"é": "x" * 1023})
    with pytest.raises(chat.exceptions.ValidationException, match="eventName"):
        chat.send_event(roomIdentifier=room_arn, eventName="e" * 101)
    with pytest.raises(chat.exceptions.ResourceNotFoundException):
        chat.send_event(roomIdentifier=room_arn[:-1], eventName="e")
