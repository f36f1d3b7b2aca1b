import pytest
from botocore.exceptions import ClientError

from framewarden.aws import ivs
from framewarden.domain.errors import (
    ChannelNotFoundError,
    StopDeniedError,
    StreamUnavailableError,
    VideoServiceThrottledError,
)
from tests.unit.scenes import CHANNEL

LEAVES = [
    ("ResourceNotFoundException", ChannelNotFoundError),
    ("ValidationException", ChannelNotFoundError),
    ("AccessDeniedException", StopDeniedError),
    ("StreamUnavailable", StreamUnavailableError),
    ("ThrottlingException", VideoServiceThrottledError),
    ("TooManyRequestsException", VideoServiceThrottledError),
]


@pytest.mark.parametrize(("code", "leaf"), LEAVES)
def test_every_failure_of_stop_stream_has_a_leaf(aws, code, leaf):
    aws.wire.fails("StopStream", code, status=503 if code == "StreamUnavailable" else 400)
    with pytest.raises(leaf):
        ivs.stop(CHANNEL)
    assert len(aws.wire.made("StopStream")) == 1


def test_a_live_channel_has_a_session_that_began_at_a_moment(aws):
    session = aws.go_live()
    seen = ivs.live_session(CHANNEL)
    assert seen.session_id == session
    assert seen.started_at.tzinfo


def test_a_stopped_channel_is_off_and_stopping_it_again_is_as_good(aws):
    aws.go_live()
    ivs.stop(CHANNEL)
    assert ivs.live_session(CHANNEL) is None
    ivs.stop(CHANNEL)


def test_a_stream_that_says_it_is_offline_is_off(aws):
    stream = {"streamId": "st-1", "state": "OFFLINE"}
    aws.wire.serves("GetStream", lambda asked: {"stream": stream})
    assert ivs.live_session(CHANNEL) is None


def test_a_channel_that_nobody_made_is_not_taken_for_an_offline_one(aws):
    with pytest.raises(ChannelNotFoundError):
        ivs.live_session(CHANNEL)


@pytest.mark.parametrize(
    ("operation", "call"), [("GetStream", ivs.live_session), ("StopStream", ivs.stop)]
)
def test_what_ivs_never_said_before_is_taken_for_neither_live_nor_stopped(aws, operation, call):
    aws.wire.fails(operation, "PendingVerification", status=403)
    with pytest.raises(ClientError, match="PendingVerification"):
        call(CHANNEL)
