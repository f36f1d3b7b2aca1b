"""Send events to the chat rooms of channels: everyone in a room sees them."""

from collections.abc import Mapping

from framewarden.aws.clients import Codes, client, named
from framewarden.domain.errors import MessageRefusedError, RoomNotFoundError, StoreThrottledError

FAILURES: Codes = {
    "ResourceNotFoundException": RoomNotFoundError,
    "AccessDeniedException": MessageRefusedError,
    "ValidationException": MessageRefusedError,
    "PendingVerification": MessageRefusedError,
    "ThrottlingException": StoreThrottledError,
    "TooManyRequestsException": StoreThrottledError,
}


def send_event(room_arn: str, name: str, attributes: Mapping[str, str]) -> None:
    """Send an event; IVS Chat takes 1 KB of attributes, and 100 events a second of an account.

    Raises
    ------
    RoomNotFoundError, MessageRefusedError
        The room, or IVS Chat, will never take it.
    StoreThrottledError
        Try again.
    """
    with named(FAILURES, StoreThrottledError):
        client("ivschat").send_event(
            roomIdentifier=room_arn, eventName=name, attributes=dict(attributes)
        )
