"""See what is on air on channels, and when the last frame of one came."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from botocore.exceptions import ClientError

from framewarden.domain.times import iso
from local.channels import PAGE, Channel, code_of, medialive_channel
from local.target import Target

ON_AIR = frozenset({"RUNNING", "RECOVERING"})
# MediaLive names no session, and a channel has one at a time; its stop row says so as well.
SESSION = "running"
OFFLINE = frozenset({"ChannelNotBroadcasting", "ResourceNotFoundException"})

Document = dict[str, Any]


@dataclass(frozen=True)
class Live:
    """What is on air on a channel; MediaLive does not say since when, IVS has no inputs."""

    session: str
    since: str | None = None
    shows: str | None = None

    def document(self) -> Document:
        """Give the entry of JSON."""
        return {"session": self.session, "since": self.since, "input": self.shows}


@dataclass(frozen=True)
class Unknown:
    """What is on air cannot be seen just now: the name of the video service's refusal."""

    why: str


def look(target: Target, channel: Channel) -> Live | Unknown | None:
    """Look what is on air on one channel; a throttle keeps nobody from acting on it."""
    try:
        return live_of(target, channel)
    except ClientError as failure:
        return Unknown(f"{failure.operation_name}: {code_of(failure)}")


def live_now(target: Target, channels: list[Channel]) -> dict[str, Live]:
    """Find what is on air, by channel ARN; pages of ListStreams, for GetStream has a quota."""
    pages = target.client("ivs").get_paginator("list_streams").paginate(maxResults=PAGE)
    live = {
        stream["channelArn"]: _stream(stream)
        for page in pages
        for stream in page["streams"]
        if stream.get("state") != "OFFLINE"
    }
    return live | {channel.arn: Live(SESSION) for channel in channels if channel.state in ON_AIR}


def live_of(target: Target, channel: Channel) -> Live | None:
    """Look what is on air on one channel; None where nothing is, or where it does not exist."""
    if channel.service == "medialive":
        return _running(medialive_channel(target, channel.arn))
    try:
        stream = target.client("ivs").get_stream(channelArn=channel.arn)["stream"]
    except ClientError as failure:
        if code_of(failure) not in OFFLINE:
            raise
        return None
    return _stream(stream) if stream.get("state") != "OFFLINE" else None


def _running(described: Document | None) -> Live | None:
    if described is None or described["State"] not in ON_AIR:
        return None
    pipelines = described.get("PipelineDetails", [])
    shown = [one.get("ActiveInputAttachmentName") for one in pipelines]
    return Live(SESSION, None, next((name for name in shown if name), None))


def _stream(stream: Document) -> Live:
    begun = stream.get("startTime")
    return Live(stream["streamId"], iso(begun) if begun else None)
