"""Live streams and their recordings."""

from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from moto.moto_api._internal import mock_random


@dataclass(frozen=True)
class Recording:
    """Where a stream is recorded; one whose start failed records nothing."""

    bucket: str
    prefix: str
    session_id: str
    failed: bool

    @classmethod
    def begin(cls, bucket: str, channel_arn: str, *, fails: bool) -> "Recording":
        """Name a recording that starts now."""
        account, channel = channel_arn.split(":")[4:6]
        now = datetime.now(UTC)
        when = f"{now.year}/{now.month}/{now.day}/{now.hour}/{now.minute}"  # not zero padded
        place = f"ivs/v1/{account}/{channel.removeprefix('channel/')}/{when}"
        prefix = "" if fails else f"{place}/{mock_random.get_random_string(12)}"
        return cls(bucket, prefix, mock_random.get_random_string(16), fails)


@dataclass
class LiveStream:
    """One live session on a channel; ``ends_at`` is set once somebody stopped it."""

    channel_arn: str
    playback_url: str
    recording: Recording | None = None
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
