import pytest
from botocore.exceptions import ClientError, ConnectTimeoutError

from framewarden.aws import chat
from framewarden.domain.errors import MessageRefusedError, RoomNotFoundError, StoreThrottledError

NOWHERE = "arn:aws:ivschat:us-east-1:111122223333:room/NoSuchRoom00"
NAME, ATTRIBUTES = "moderation:stream_stopped", {"v": "1", "code": "stream_stopped"}


@pytest.fixture
def room(aws):
    """Return the ARN of a room that exists."""
    return aws.client("ivschat").create_room(name="demo")["arn"]


def send(room, attributes=ATTRIBUTES):
    chat.send_event(room, NAME, attributes)


def test_an_event_reaches_its_room(aws, room):
    send(room)
    [asked] = aws.wire.made("SendEvent")
    assert asked == {"roomIdentifier": room, "eventName": NAME, "attributes": ATTRIBUTES}


def test_a_room_that_does_not_exist_is_named(aws):
    with pytest.raises(RoomNotFoundError, match="SendEvent: ResourceNotFoundException"):
        send(NOWHERE)


def test_an_event_of_more_than_a_kilobyte_is_refused(aws, room):
    with pytest.raises(MessageRefusedError, match="ValidationException"):
        send(room, {"text": "x" * 1024})


@pytest.mark.parametrize("code", ["AccessDeniedException", "PendingVerification"])
def test_what_we_may_not_send_is_refused_for_good(aws, room, code):
    aws.wire.fails("SendEvent", code, status=403)
    with pytest.raises(MessageRefusedError, match=code):
        send(room)


@pytest.mark.parametrize(
    ("code", "status"),
    [
        ("ThrottlingException", 429),
        ("TooManyRequestsException", 429),
        ("InternalServerException", 500),
        ("SomethingNewException", 503),
    ],
)
def test_a_throttle_or_a_failure_inside_passes(aws, room, code, status):
    aws.wire.fails("SendEvent", code, status=status)
    with pytest.raises(StoreThrottledError, match=code):
        send(room)


def test_a_room_that_cannot_be_reached_is_a_throttle(aws, room):
    aws.wire.raises("SendEvent", ConnectTimeoutError(endpoint_url="https://example.invalid"))
    with pytest.raises(StoreThrottledError, match="ConnectTimeoutError"):
        send(room)


def test_what_we_have_no_name_for_passes_under_its_own(aws, room):
    aws.wire.fails("SendEvent", "ConflictException", status=409)
    with pytest.raises(ClientError, match="ConflictException"):
        send(room)
