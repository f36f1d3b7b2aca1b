"""See and stop the live streams of IVS channels, and revoke or renew their keys."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

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
    "PendingVerification": StopDeniedError,
    "StreamUnavailable": StreamUnavailableError,
    "ThrottlingException": VideoServiceThrottledError,
    "TooManyRequestsException": VideoServiceThrottledError,
    "InternalServerException": VideoServiceThrottledError,
    "ServiceUnavailable": VideoServiceThrottledError,
}
OFFLINE = "ChannelNotBroadcasting"
# ListStreams has a quota of its own (five calls a second): it stands in for a throttled GetStream.
# A page has 100 streams; who has more live ones than this waits for GetStream.
LISTED_PAGES = 3
# BatchGetChannel's own limit (botocore, service ivs).
BATCH = 50
# Seconds between thumbnails where a recording configuration does not say (IVS API reference).
DEFAULT_INTERVAL = 60


@dataclass(frozen=True)
class Session:
    """One live stream of a channel.

    `started_at` is None where the service does not say; `shows` is the input that a MediaLive
    channel has on air.
    """

    session_id: str
    started_at: datetime | None
    shows: str | None = None


def live_session(channel_arn: str, slate: str | None = None) -> Session | None:
    """Return the session that is on air, or None. (A slate is MediaLive's.)

    Raises
    ------
    ChannelNotFoundError, StopDeniedError, VideoServiceThrottledError
    """
    try:
        return _stream(channel_arn)
    except VideoServiceThrottledError:
        # Seen in the list it is live; not seen there it may be too new to be listed.
        if session := live_sessions(LISTED_PAGES).get(channel_arn):
            return session
        raise


def is_live(channel_arn: str, session_id: str, slate: str | None = None) -> bool:
    """Tell whether a session that was asked to stop is still on air.

    Raises
    ------
    ChannelNotFoundError, StopDeniedError, VideoServiceThrottledError
    """
    try:
        session = _stream(channel_arn)
    except VideoServiceThrottledError:
        # It was on air for a while, so the list has it for as long as it is.
        session = live_sessions(LISTED_PAGES).get(channel_arn)
    return session is not None and session.session_id == session_id


def _stream(channel_arn: str) -> Session | None:
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


def live_sessions(pages: int | None = None) -> dict[str, Session]:
    """Return every live session of the account and region by its channel's ARN.

    Raises
    ------
    StopDeniedError
        We may not list streams.
    VideoServiceThrottledError
        Throttled, or there are more than `pages` pages of them.
    """
    found: dict[str, Session] = {}
    token: dict[str, Any] = {}
    for _ in range(pages or 10_000):
        with named(FAILURES, VideoServiceThrottledError):
            answer = _page(token, whole=pages is None)
        for stream in answer["streams"]:
            if stream.get("state") != "OFFLINE":
                found[stream["channelArn"]] = Session(stream["streamId"], stream.get("startTime"))
        if not answer.get("nextToken"):
            return found
        token = {"nextToken": answer["nextToken"]}
    raise VideoServiceThrottledError("ListStreams: too many live streams to stand in for GetStream")


def _page(token: dict[str, Any], *, whole: bool) -> Any:
    """Return a page of what is live; who wants the whole list has time to wait for it."""
    if whole:
        return client("ivs", True).list_streams(maxResults=100, **token)
    return client("ivs").list_streams(maxResults=100, **token)


def stop(channel_arn: str) -> None:
    """Stop the stream; one that has ended by itself is as good.

    Raises
    ------
    StreamUnavailableError, ChannelNotFoundError, StopDeniedError, VideoServiceThrottledError
    """
    _unless(OFFLINE, "stop_stream", channelArn=channel_arn)


def revoke_keys(channel_arn: str) -> None:
    """Delete the channel's stream keys, so that its encoder cannot come back with them.

    Raises
    ------
    ChannelNotFoundError, StopDeniedError, VideoServiceThrottledError
    """
    for key in _keys(channel_arn):
        _unless("ResourceNotFoundException", "delete_stream_key", arn=key)


def renew_key(channel_arn: str) -> bool:
    """Make a fresh stream key where the channel has none; False where it has one.

    The value stays with IVS: the streamer's platform fetches it by GetStreamKey.

    Raises
    ------
    ChannelNotFoundError, StopDeniedError, VideoServiceThrottledError
    """
    if _keys(channel_arn):
        return False
    # A channel has one key at most: somebody else made it meanwhile.
    _unless("ServiceQuotaExceededException", "create_stream_key", channelArn=channel_arn)
    return True


def tags(channel_arn: str) -> dict[str, str]:
    """Return the channel's tags.

    Raises
    ------
    ChannelNotFoundError, StopDeniedError, VideoServiceThrottledError
    """
    with named(FAILURES, VideoServiceThrottledError):
        return dict(client("ivs").list_tags_for_resource(resourceArn=channel_arn)["tags"])


def recorded(
    channel_arns: Iterable[str], *, patient: bool = True
) -> dict[str, tuple[dict[str, str], str]]:
    """Return tags and recording configuration of channels; deleted ones are left out.

    Raises
    ------
    StopDeniedError, VideoServiceThrottledError
    """
    wanted, found = list(channel_arns), {}
    for start in range(0, len(wanted), BATCH):
        with named(FAILURES, VideoServiceThrottledError):
            answer = client("ivs", patient).batch_get_channel(arns=wanted[start : start + BATCH])
        for channel in answer.get("channels", []):
            recording = channel.get("recordingConfigurationArn", "")
            found[channel["arn"]] = channel.get("tags", {}), recording
    return found


def thumbnail_seconds(recording_arn: str) -> int:
    """Return the seconds between two thumbnails of a recording configuration.

    Raises
    ------
    ChannelNotFoundError, StopDeniedError, VideoServiceThrottledError
    """
    with named(FAILURES, VideoServiceThrottledError):
        answer = client("ivs", True).get_recording_configuration(arn=recording_arn)
    thumbnails = answer["recordingConfiguration"].get("thumbnailConfiguration", {})
    return int(thumbnails.get("targetIntervalSeconds", DEFAULT_INTERVAL))


def _keys(channel_arn: str) -> list[str]:
    with named(FAILURES, VideoServiceThrottledError):
        answer = client("ivs").list_stream_keys(channelArn=channel_arn)
    return [key["arn"] for key in answer["streamKeys"]]


def _unless(fine: str, operation: str, **asked: str) -> None:
    """Call IVS; the failure that says the work is done already is none."""
    try:
        codes = {code: ours for code, ours in FAILURES.items() if code != fine}
        with named(codes, VideoServiceThrottledError):
            getattr(client("ivs"), operation)(**asked)
    except ClientError as failure:
        if code_of(failure) != fine:
            raise
