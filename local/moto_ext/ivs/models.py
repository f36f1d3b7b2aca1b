"""Channels with live streams, stream keys, recording configurations and tags."""

import time
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from moto.ivs.models import IVSBackend
from moto.moto_api._internal import mock_random

from local.moto_ext import delays
from local.moto_ext.errors import AwsError


@dataclass
class LiveStream:
    """One live session on a channel; ``ends_at`` is set once somebody stopped it."""

    channel_arn: str
    playback_url: str
    stream_id: str = field(default_factory=lambda: f"st-{mock_random.get_random_string(23)}")
    start_time: datetime = field(default_factory=lambda: datetime.now(UTC))
    ends_at: float | None = None

    def described(self) -> dict[str, Any]:
        """Return the stream as GetStream and ListStreams show it."""
        return {
            "channelArn": self.channel_arn,
            "streamId": self.stream_id,
            "playbackUrl": self.playback_url,
            "startTime": self.start_time,
            "state": "LIVE",
            "health": "HEALTHY",
            "viewerCount": 0,
        }


class LiveIVSBackend(IVSBackend):
    """Add to moto's channels what happens on them."""

    def __init__(self, region_name: str, account_id: str) -> None:
        super().__init__(region_name, account_id)
        self.streams: dict[str, LiveStream] = {}
        self.stream_keys: dict[str, dict[str, Any]] = {}
        self.recordings: dict[str, dict[str, Any]] = {}

    def _arn(self, kind: str) -> str:
        place = f"arn:{self.partition}:ivs:{self.region_name}:{self.account_id}"
        return f"{place}:{kind}/{mock_random.get_random_string(12)}"

    def channel(self, arn: str) -> dict[str, Any]:
        """Return a channel, or raise ResourceNotFoundException."""
        for channel in self.channels:
            if channel["arn"] == arn:
                return channel
        raise _not_found(arn)

    def create_channel(self, *args: Any, **details: Any) -> tuple[dict[str, Any], dict[str, Any]]:
        """Make a channel and its stream key, as IVS does in one call."""
        recording = details.get("recording_configuration_arn")
        if recording and recording not in self.recordings:
            raise _not_found(recording)
        details["name"] = details.get("name") or ""
        channel, _ = super().create_channel(*args, **details)
        return channel, self.create_stream_key(channel["arn"], {})

    def delete_channel(self, arn: str) -> None:
        """Delete an offline channel with its keys; a live one is a conflict."""
        self.channel(arn)
        if self._stream(arn):
            raise AwsError("ConflictException", f"Channel {arn} is live; stop its stream first.")
        super().delete_channel(arn)
        for key in [key for key in self.stream_keys.values() if key["channelArn"] == arn]:
            del self.stream_keys[key["arn"]]

    def _stream(self, channel_arn: str) -> LiveStream | None:
        stream = self.streams.get(channel_arn)
        if stream and stream.ends_at is not None and time.monotonic() >= stream.ends_at:
            self.streams.pop(channel_arn, None)
            return None
        return stream

    def live_stream(self, channel_arn: str) -> LiveStream:
        """Return the stream on a channel, or raise ChannelNotBroadcasting."""
        self.channel(channel_arn)
        stream = self._stream(channel_arn)
        if stream is None:
            raise AwsError(
                "ChannelNotBroadcasting", f"The channel {channel_arn} is not broadcasting."
            )
        return stream

    def live_streams(self) -> list[LiveStream]:
        """List what is live, newest first."""
        live = [stream for arn in list(self.streams) if (stream := self._stream(arn))]
        return sorted(live, key=lambda stream: stream.start_time, reverse=True)

    def stop_stream(self, channel_arn: str) -> None:
        """Disconnect the encoder; the stream stays visible for a moment, as on AWS."""
        stream = self.live_stream(channel_arn)
        if stream.ends_at is None:
            stream.ends_at = time.monotonic() + delays.current().stream_stop_seconds

    def connect_encoder(self, channel_arn: str) -> LiveStream:
        """Go live; an encoder that is already on keeps its stream."""
        channel = self.channel(channel_arn)
        if not any(key["channelArn"] == channel_arn for key in self.stream_keys.values()):
            raise AwsError("AccessDeniedException", f"Channel {channel_arn} has no stream key.")
        stream = self._stream(channel_arn)
        if stream is None or stream.ends_at is not None:
            stream = LiveStream(channel_arn, channel["playbackUrl"])
            self.streams[channel_arn] = stream
        return stream

    def disconnect_encoder(self, channel_arn: str) -> LiveStream:
        """Go offline at once, or raise ChannelNotBroadcasting."""
        stream = self.live_stream(channel_arn)
        self.streams.pop(channel_arn, None)
        return stream

    def create_stream_key(self, channel_arn: str, tags: dict[str, str]) -> dict[str, Any]:
        """Make the channel's one stream key."""
        self.channel(channel_arn)
        if self.stream_keys_of(channel_arn):
            raise AwsError("ServiceQuotaExceededException", "A channel has one stream key.")
        key: dict[str, Any] = {
            "arn": self._arn("stream-key"),
            "channelArn": channel_arn,
            "value": f"sk_{self.region_name}_{mock_random.token_urlsafe(32)}",
            "tags": tags,
        }
        self.stream_keys[key["arn"]] = key
        return key

    def stream_key(self, arn: str) -> dict[str, Any]:
        """Return a stream key with its value."""
        if arn not in self.stream_keys:
            raise _not_found(arn)
        return self.stream_keys[arn]

    def stream_keys_of(self, channel_arn: str) -> list[dict[str, Any]]:
        """List a channel's stream keys."""
        self.channel(channel_arn)
        return [key for key in self.stream_keys.values() if key["channelArn"] == channel_arn]

    def delete_stream_key(self, arn: str) -> None:
        """Revoke a stream key; what is live stays live, as on AWS."""
        self.stream_key(arn)
        del self.stream_keys[arn]

    def create_recording_configuration(self, details: dict[str, Any]) -> dict[str, Any]:
        """Keep a recording configuration, completed with IVS's defaults."""
        recording = {
            "name": "",
            "tags": {},
            "recordingReconnectWindowSeconds": 0,
            **details,
            "arn": self._arn("recording-configuration"),
            "state": "ACTIVE",
            "thumbnailConfiguration": {
                "recordingMode": "INTERVAL",
                "targetIntervalSeconds": 60,
                "storage": ["SEQUENTIAL"],
                **details.get("thumbnailConfiguration", {}),
            },
            "renditionConfiguration": {
                "renditionSelection": "ALL",
                **details.get("renditionConfiguration", {}),
            },
        }
        self.recordings[recording["arn"]] = recording
        return recording

    def recording(self, arn: str) -> dict[str, Any]:
        """Return a recording configuration."""
        if arn not in self.recordings:
            raise _not_found(arn)
        return self.recordings[arn]

    def tags_of(self, arn: str) -> dict[str, str]:
        """Return the tags of a resource, to read or to change."""
        named = {channel["arn"]: channel for channel in self.channels}
        resource = {**named, **self.stream_keys, **self.recordings}.get(arn)
        if resource is None:
            raise _not_found(arn)
        tags: dict[str, str] = resource.setdefault("tags", {})
        return tags


def _not_found(arn: str) -> AwsError:
    return AwsError("ResourceNotFoundException", f"Resource: {arn} not found")
