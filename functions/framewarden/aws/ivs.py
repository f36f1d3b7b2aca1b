"""See and stop the live stream of an IVS channel."""

from dataclasses import dataclass
from datetime import datetime

from botocore.exceptions import ClientError

from framewarden.aws.clients import Codes, client, code_of, named
from framewarden.domain.errors import (
    ChannelNotFoundError,
    StopDeniedError,
    StreamUnavailableError,
    VideoServiceThrottledError,
)

# IVS models no throttle for these calls (botocore, service ivs), and sends one all the same.
FAILURES: Codes = {
    "ResourceNotFoundException": ChannelNotFoundError,
    "ValidationException": ChannelNotFoundError,
    "AccessDeniedException": StopDeniedError,
    "StreamUnavailable": StreamUnavailableError,
    "ThrottlingException": VideoServiceThrottledError,
    "TooManyRequestsException": VideoServiceThrottledError,
    "InternalServerException": VideoServiceThrottledError,
    "ServiceUnavailable": VideoServiceThrottledError,
}
OFFLINE = "ChannelNotBroadcasting"


@dataclass(frozen=True)
class Session:
    """One live stream of a channel; `started_at` is None where the service does not say."""

    session_id: str
    started_at: datetime | None


def live_session(channel_arn: str) -> Session | None:
    """Return the session that is on air, or None.

    Raises
    ------
    ChannelNotFoundError, StopDeniedError, VideoServiceThrottledError
    """
    try:
        with named(FAILURES, VideoServiceThrottledError):
            stream = client("ivs").get_stream(channelArn=channel_arn)["stream"]
    except ClientError as failure:
        if code_of(failure) == OFFLINE:
            return None
        raise
    if stream.get("state") == "OFFLINE":
        return None
    return Session(stream["streamId"], stream.get("startTime"))


def stop(channel_arn: str) -> None:
    """Stop the stream; one that has ended by itself is as good.

    Raises
    ------
    StreamUnavailableError, ChannelNotFoundError, StopDeniedError, VideoServiceThrottledError
    """
    try:
        with named(FAILURES, VideoServiceThrottledError):
            client("ivs").stop_stream(channelArn=channel_arn)
    except ClientError as failure:
        if code_of(failure) != OFFLINE:
            raise
