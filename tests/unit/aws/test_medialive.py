import pytest
from botocore.exceptions import ClientError

from framewarden.aws import medialive
from framewarden.domain.errors import (
    ChannelBusyError,
    ChannelNotFoundError,
    StopDeniedError,
    VideoServiceThrottledError,
)
from tests.unit.scenes import MEDIALIVE

OFF = ["IDLE", "STOPPING", "DELETING", "DELETED", "CREATE_FAILED", "UPDATE_FAILED"]
BETWEEN = ["STARTING", "CREATING", "UPDATING"]
ON_AIR = ["RUNNING", "RECOVERING"]


@pytest.mark.parametrize("state", ON_AIR)
def test_a_channel_on_air_has_one_session(aws, state):
    aws.medialive(state)
    assert medialive.live_session(MEDIALIVE) == medialive.Session(medialive.SESSION, None)


@pytest.mark.parametrize("state", OFF)
def test_a_channel_that_is_off_has_none(aws, state):
    aws.medialive(state)
    assert medialive.live_session(MEDIALIVE) is None


@pytest.mark.parametrize("state", BETWEEN)
def test_a_channel_between_two_states_is_looked_at_again(aws, state):
    aws.medialive(state)
    with pytest.raises(ChannelBusyError, match=state):
        medialive.live_session(MEDIALIVE)


def test_a_running_channel_is_stopped_and_an_idle_one_started(aws):
    aws.medialive("RUNNING")
    medialive.stop(MEDIALIVE)
    assert medialive.live_session(MEDIALIVE) is None
    aws.medialive("IDLE")
    medialive.start(MEDIALIVE)
    assert aws.wire.made("StartChannel") == [{"ChannelId": "1234567"}]


@pytest.mark.parametrize("state", OFF)
def test_a_conflict_over_a_channel_that_is_off_is_a_stop(aws, state):
    aws.medialive(state)
    medialive.stop(MEDIALIVE)


@pytest.mark.parametrize("state", BETWEEN)
def test_a_conflict_over_a_channel_between_two_states_is_tried_again(aws, state):
    aws.medialive(state)
    with pytest.raises(ChannelBusyError):
        medialive.stop(MEDIALIVE)


@pytest.mark.parametrize("state", [*ON_AIR, *BETWEEN])
def test_a_channel_that_runs_or_starts_needs_no_start(aws, state):
    aws.medialive(state)
    medialive.start(MEDIALIVE)


def test_a_channel_that_still_stops_is_started_later(aws):
    aws.medialive("STOPPING")
    with pytest.raises(ChannelBusyError, match="STOPPING"):
        medialive.start(MEDIALIVE)


@pytest.mark.parametrize(
    ("code", "leaf"),
    [
        ("NotFoundException", ChannelNotFoundError),
        ("BadRequestException", ChannelNotFoundError),
        ("ForbiddenException", StopDeniedError),
        ("AccessDeniedException", StopDeniedError),
        ("TooManyRequestsException", VideoServiceThrottledError),
        ("BadGatewayException", VideoServiceThrottledError),
    ],
)
@pytest.mark.parametrize("operation", ["StopChannel", "StartChannel", "DescribeChannel"])
def test_every_failure_of_medialive_has_a_leaf(aws, operation, code, leaf):
    calls = {
        "StopChannel": medialive.stop,
        "StartChannel": medialive.start,
        "DescribeChannel": medialive.live_session,
    }
    aws.wire.fails(operation, code)
    with pytest.raises(leaf):
        calls[operation](MEDIALIVE)


@pytest.mark.parametrize(
    ("operation", "call"), [("StopChannel", medialive.stop), ("StartChannel", medialive.start)]
)
def test_what_medialive_never_said_before_is_no_conflict(aws, operation, call):
    aws.wire.fails(operation, "UnprocessableEntityException", status=422)
    with pytest.raises(ClientError, match="UnprocessableEntity"):
        call(MEDIALIVE)
    assert aws.wire.made("DescribeChannel") == []
