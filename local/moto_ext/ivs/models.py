"""Channels on which encoders go live."""

import time
from threading import RLock
from typing import Any

from local.moto_ext import delays
from local.moto_ext.errors import AwsError
from local.moto_ext.ivs import told
from local.moto_ext.ivs.resources import ResourcesBackend
from local.moto_ext.ivs.streams import LiveStream, Recording


class LiveIVSBackend(ResourcesBackend):
    """Add to the channels what happens on them."""

    def __init__(self, region_name: str, account_id: str) -> None:
        super().__init__(region_name, account_id)
        self.streams: dict[str, LiveStream] = {}
        # The channels whose last stream was ended by StopStream.
        self.stopped: set[str] = set()
        self._lock = RLock()

    def delete_channel(self, arn: str) -> None:
        """Delete an offline channel with its keys; a live one is a conflict."""
        self.channel(arn)
        if self._stream(arn):
            raise AwsError("ConflictException", f"Channel {arn} is live; stop its stream first.")
        super().delete_channel(arn)

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
        with self._lock:
            stream = self.live_stream(channel_arn)
            if stream.ends_at is not None:
                return
            seconds = delays.current().stream_stop_seconds
            stream.ends_at = time.monotonic() + seconds
            self.stopped.add(channel_arn)
            told.ended(self.channel(channel_arn), stream, seconds)

    def connect_encoder(
        self, channel_arn: str, stream_key: str | None = None, *, recording_fails: bool = False
    ) -> tuple[LiveStream, str]:
        """Go live with a key, the channel's own if none is given; return the stream and the key.

        An encoder that is already on keeps its stream.
        """
        with self._lock:
            key = self.accepted_key(channel_arn, stream_key)
            stream = self.encoded(channel_arn)
            if stream is None:
                channel = self.channel(channel_arn)
                recording = self._recording(channel, recording_fails)
                stream = LiveStream(channel_arn, channel["playbackUrl"], recording)
                self.streams[channel_arn] = stream
                self.stopped.discard(channel_arn)
                told.began(channel, stream)
            return stream, key

    def encoded(self, channel_arn: str) -> LiveStream | None:
        """Return the stream whose encoder is connected; StopStream disconnects it at once."""
        self.channel(channel_arn)
        stream = self._stream(channel_arn)
        return stream if stream and stream.ends_at is None else None

    def _recording(self, channel: dict[str, Any], fails: bool) -> Recording | None:
        configuration = channel["recordingConfigurationArn"]
        if not configuration:
            if fails:
                raise ValueError(f"{channel['arn']} has no recording that could fail")
            return None
        bucket = self.recording(configuration)["destinationConfiguration"]["s3"]["bucketName"]
        return Recording.begin(bucket, channel["arn"], fails=fails)

    def disconnect_encoder(self, channel_arn: str) -> LiveStream:
        """Go offline at once, or raise ChannelNotBroadcasting.

        One that StopStream has disconnected already changes nothing.
        """
        with self._lock:
            stream = self.live_stream(channel_arn)
            if stream.ends_at is None:
                self.streams.pop(channel_arn, None)
                told.ended(self.channel(channel_arn), stream)
            return stream
