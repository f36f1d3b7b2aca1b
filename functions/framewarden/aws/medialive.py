"""See, stop and start MediaLive channels, and switch what they show."""

from collections.abc import Callable
from typing import Any

from botocore.exceptions import ClientError

from framewarden.aws.clients import Codes, client, code_of, named
from framewarden.aws.ivs import Session
from framewarden.domain.errors import (
    ChannelBusyError,
    ChannelNotFoundError,
    SlateInputMissingError,
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
# What an action says whose name the schedule has already, or whose input the channel lacks.
UNPROCESSABLE = "UnprocessableEntityException"
# MediaLive names no session; a channel has one at a time, so its row is taken anew at each stop.
SESSION = "running"

Document = dict[str, Any]


def live_session(channel_arn: str, slate: str | None = None) -> Session | None:
    """Return the session of a channel that is on air; None where it is off, or shows its slate.

    Raises
    ------
    ChannelBusyError
        The channel is between two states: look again.
    ChannelNotFoundError, StopDeniedError, VideoServiceThrottledError
    """
    described = _described(channel_arn)
    state = described["State"]
    if state in BETWEEN:
        raise ChannelBusyError(f"the channel is {state}")
    if state not in ON_AIR:
        return None
    shown = _shown(described)
    if slate and shown == {slate}:
        return None
    return Session(SESSION, None, next(iter(sorted(shown - {slate})), None))


def is_live(channel_arn: str, session_id: str, slate: str | None = None) -> bool:
    """Tell whether a channel that was asked to stop, or to show its slate, does not yet.

    Raises
    ------
    ChannelBusyError, ChannelNotFoundError, StopDeniedError, VideoServiceThrottledError
    """
    return live_session(channel_arn, slate) is not None


def stop(channel_arn: str) -> None:
    """Stop the channel; a conflict is settled by looking again.

    Raises
    ------
    ChannelBusyError, ChannelNotFoundError, StopDeniedError, VideoServiceThrottledError
    """
    _start_or_stop("stop_channel", channel_arn, done=lambda state: state not in ON_AIR | BETWEEN)


def start(channel_arn: str) -> None:
    """Start the channel again; one that runs or starts already is as good.

    Raises
    ------
    ChannelBusyError, ChannelNotFoundError, StopDeniedError, VideoServiceThrottledError
    """
    _start_or_stop("start_channel", channel_arn, done=lambda state: state in ON_AIR | BETWEEN)


def switch(channel_arn: str, attachment: str, action: str) -> None:
    """Show another input at once; the same action asked for again is done already.

    Raises
    ------
    SlateInputMissingError
        The channel has no such input attachment.
    ChannelNotFoundError, StopDeniedError, VideoServiceThrottledError
    """
    create = {
        "ActionName": action,
        "ScheduleActionStartSettings": {"ImmediateModeScheduleActionStartSettings": {}},
        "ScheduleActionSettings": {
            "InputSwitchSettings": {"InputAttachmentNameReference": attachment}
        },
    }
    try:
        with named(FAILURES, VideoServiceThrottledError):
            client("medialive").batch_update_schedule(
                ChannelId=_channel_id(channel_arn), Creates={"ScheduleActions": [create]}
            )
    except ClientError as failure:
        if code_of(failure) != UNPROCESSABLE:
            raise
        inputs = _described(channel_arn).get("InputAttachments", [])
        if attachment not in {one.get("InputAttachmentName") for one in inputs}:
            raise SlateInputMissingError(
                f"the channel has no input attachment {attachment!r}: attach it to the channel"
            ) from failure


def tags(channel_arn: str) -> dict[str, str]:
    """Return the channel's tags.

    Raises
    ------
    ChannelNotFoundError, StopDeniedError, VideoServiceThrottledError
    """
    with named(FAILURES, VideoServiceThrottledError):
        answer = client("medialive").list_tags_for_resource(ResourceArn=channel_arn)
    return dict(answer.get("Tags", {}))


def running(*, patient: bool = True) -> dict[str, dict[str, str]]:
    """Return the tags of every running channel of the account and region by its ARN.

    Raises
    ------
    StopDeniedError, VideoServiceThrottledError
    """
    with named(FAILURES, VideoServiceThrottledError):
        pages = list(client("medialive", patient).get_paginator("list_channels").paginate())
    return {
        channel["Arn"]: channel.get("Tags", {})
        for page in pages
        for channel in page["Channels"]
        if channel.get("State") in ON_AIR
    }


def capture_seconds(channel_arn: str) -> float:
    """Return the seconds between two captured frames; 0 where the channel captures none.

    Raises
    ------
    ChannelNotFoundError, StopDeniedError, VideoServiceThrottledError
    """
    described = _described(channel_arn)
    for video in described.get("EncoderSettings", {}).get("VideoDescriptions", []):
        capture = video.get("CodecSettings", {}).get("FrameCaptureSettings")
        if capture and capture.get("CaptureInterval"):
            scale = 1000 if capture.get("CaptureIntervalUnits") == "MILLISECONDS" else 1
            return float(capture["CaptureInterval"]) / scale
    return 0


def _start_or_stop(operation: str, channel_arn: str, done: Callable[[str], bool]) -> None:
    try:
        with named(FAILURES, VideoServiceThrottledError):
            getattr(client("medialive"), operation)(ChannelId=_channel_id(channel_arn))
    except ClientError as failure:
        if code_of(failure) != CONFLICT:
            raise
        state = _described(channel_arn)["State"]
        if not done(state):
            raise ChannelBusyError(f"the channel is {state}") from failure


def _shown(described: Document) -> set[str]:
    """Return the inputs that the channel's pipelines have on air, as far as MediaLive says."""
    pipelines = described.get("PipelineDetails", [])
    names = {str(one.get("ActiveInputAttachmentName") or "") for one in pipelines}
    return names - {""}


def _described(channel_arn: str) -> Document:
    with named(FAILURES, VideoServiceThrottledError):
        found: Document = client("medialive").describe_channel(ChannelId=_channel_id(channel_arn))
    return found


def _channel_id(channel_arn: str) -> str:
    return channel_arn.rpartition(":")[2]
