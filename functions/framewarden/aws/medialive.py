"""See, stop and start a MediaLive channel."""

from botocore.exceptions import ClientError

from framewarden.aws.clients import Codes, client, code_of, named
from framewarden.aws.ivs import Session
from framewarden.domain.errors import (
    ChannelBusyError,
    ChannelNotFoundError,
    StopDeniedError,
    VideoServiceThrottledError,
)

FAILURES: Codes = {
    "NotFoundException": ChannelNotFoundError,
    "BadRequestException": ChannelNotFoundError,
    "ForbiddenException": StopDeniedError,
    "AccessDeniedException": StopDeniedError,
    "TooManyRequestsException": VideoServiceThrottledError,
    "ThrottlingException": VideoServiceThrottledError,
    "InternalServerErrorException": VideoServiceThrottledError,
    "BadGatewayException": VideoServiceThrottledError,
    "GatewayTimeoutException": VideoServiceThrottledError,
}
CONFLICT = "ConflictException"
ON_AIR = frozenset({"RUNNING", "RECOVERING"})
BETWEEN = frozenset({"STARTING", "CREATING", "UPDATING"})
# MediaLive names no session; a channel has one at a time, so its row is taken anew at each stop.
SESSION = "running"


def live_session(channel_arn: str) -> Session | None:
    """Return the session of a channel that is on air, or None.

    Raises
    ------
    ChannelBusyError
        The channel is between two states: look again.
    ChannelNotFoundError, StopDeniedError, VideoServiceThrottledError
    """
    state = _state(channel_arn)
    if state in BETWEEN:
        raise ChannelBusyError(f"the channel is {state}")
    return Session(SESSION, None) if state in ON_AIR else None


def stop(channel_arn: str) -> None:
    """Stop the channel; a conflict is settled by looking again.

    Raises
    ------
    ChannelBusyError, ChannelNotFoundError, StopDeniedError, VideoServiceThrottledError
    """
    _change("stop_channel", channel_arn, done=lambda state: state not in ON_AIR | BETWEEN)


def start(channel_arn: str) -> None:
    """Start the channel again; one that runs or starts already is as good.

    Raises
    ------
    ChannelBusyError, ChannelNotFoundError, StopDeniedError, VideoServiceThrottledError
    """
    _change("start_channel", channel_arn, done=lambda state: state in ON_AIR | BETWEEN)


def _change(operation: str, channel_arn: str, done) -> None:  # type: ignore[no-untyped-def]
    try:
        with named(FAILURES, VideoServiceThrottledError):
            getattr(client("medialive"), operation)(ChannelId=_channel_id(channel_arn))
    except ClientError as failure:
        if code_of(failure) != CONFLICT:
            raise
        state = _state(channel_arn)
        if not done(state):
            raise ChannelBusyError(f"the channel is {state}") from failure


def _state(channel_arn: str) -> str:
    with named(FAILURES, VideoServiceThrottledError):
        described = client("medialive").describe_channel(ChannelId=_channel_id(channel_arn))
    return str(described["State"])


def _channel_id(channel_arn: str) -> str:
    return channel_arn.rpartition(":")[2]
