"""Chat rooms and the events sent to them."""

from collections import deque
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from moto.core.base_backend import BackendDict, BaseBackend
from moto.moto_api._internal import mock_random

from local.moto_ext.errors import AwsError

MAX_ATTRIBUTES_BYTES = 1024  # "The maximum length of the metadata is 1 KB total" [botocore]
KEPT_EVENTS = 1000


@dataclass(frozen=True)
class Event:
    """What SendEvent delivered to a room."""

    event_id: str
    room_arn: str
    name: str
    attributes: dict[str, str]
    at: str


class IVSChatBackend(BaseBackend):
    """Keep rooms and their latest events."""

    def __init__(self, region_name: str, account_id: str) -> None:
        super().__init__(region_name, account_id)
        self.rooms: dict[str, dict[str, Any]] = {}
        self.events: deque[Event] = deque(maxlen=KEPT_EVENTS)

    def create_room(self, details: dict[str, Any]) -> dict[str, Any]:
        """Make a room, completed with IVS Chat's defaults."""
        room_id = mock_random.get_random_string(12)
        place = f"arn:{self.partition}:ivschat:{self.region_name}:{self.account_id}"
        now = datetime.now(UTC)
        room = {
            "name": "",
            "maximumMessageRatePerSecond": 10,
            "maximumMessageLength": 500,
            "tags": {},
            **details,
            "arn": f"{place}:room/{room_id}",
            "id": room_id,
            "createTime": now,
            "updateTime": now,
        }
        self.rooms[room["arn"]] = room
        return room

    def room(self, arn: str) -> dict[str, Any]:
        """Return a room, or raise ResourceNotFoundException."""
        if arn not in self.rooms:
            raise AwsError("ResourceNotFoundException", f"Resource: {arn} not found")
        return self.rooms[arn]

    def delete_room(self, arn: str) -> None:
        """Delete a room."""
        self.room(arn)
        del self.rooms[arn]

    def send_event(self, room_arn: str, name: str, attributes: dict[str, str]) -> Event:
        """Deliver an event, or raise ValidationException where its attributes exceed 1 KB."""
        self.room(room_arn)
        size = sum(len(key.encode()) + len(value.encode()) for key, value in attributes.items())
        if size > MAX_ATTRIBUTES_BYTES:
            raise AwsError("ValidationException", f"Attributes are {size} bytes, 1 KB at most.")
        now = datetime.now(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
        event = Event(mock_random.get_random_string(12), room_arn, name, attributes, now)
        self.events.append(event)
        return event


ivschat_backends: BackendDict[IVSChatBackend] = BackendDict(IVSChatBackend, "ivschat")


def received() -> list[Event]:
    """List the events of every account and region, oldest first."""
    backends = [backend for regions in ivschat_backends.values() for backend in regions.values()]
    return sorted(
        (event for backend in backends for event in backend.events), key=lambda event: event.at
    )
