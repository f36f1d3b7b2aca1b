"""Tell EventBridge what happens on channels (IVS user guide, "Using Amazon EventBridge")."""

from datetime import UTC, datetime, timedelta
from typing import Any

from local.moto_ext import events
from local.moto_ext.control import Event
from local.moto_ext.ivs.streams import LiveStream, Recording

Channel = dict[str, Any]


def began(channel: Channel, stream: LiveStream) -> None:
    """Tell that an encoder is on, and that its recording began or could not."""
    for name in ("Session Created", "Stream Start"):
        _stream_event(name, channel, stream)
    if stream.recording:
        status = "Recording Start Failure" if stream.recording.failed else "Recording Start"
        _recording_event(status, channel, stream, stream.recording)


def ended(channel: Channel, stream: LiveStream, after_seconds: float = 0.0) -> None:
    """Tell that a stream ends in so many seconds, and its recording with it."""
    for name in ("Stream End", "Session Ended"):
        _stream_event(name, channel, stream, after_seconds)
    if stream.recording and not stream.recording.failed:
        _recording_event("Recording End", channel, stream, stream.recording, after_seconds)


def _stream_event(name: str, channel: Channel, stream: LiveStream, after: float = 0.0) -> None:
    detail = {
        "event_name": name,
        "channel_name": channel["name"],
        "stream_id": stream.stream_id,
    }
    events.publish(Event("aws.ivs", "IVS Stream State Change", channel["arn"], detail, after))


def _recording_event(
    status: str, channel: Channel, stream: LiveStream, recording: Recording, after: float = 0.0
) -> None:
    detail = {
        "channel_name": channel["name"],
        "stream_id": stream.stream_id,
        "recording_status": status,
        "recording_status_reason": "ValidationException" if recording.failed else "",
        "recording_s3_bucket_name": recording.bucket,
        "recording_s3_key_prefix": recording.prefix,
        "recording_duration_ms": 0,
        "recording_session_id": recording.session_id,
    }
    if status == "Recording End":
        lasted = datetime.now(UTC) + timedelta(seconds=after) - stream.start_time
        detail["recording_duration_ms"] = lasted // timedelta(milliseconds=1)
        detail["recording_session_stream_ids"] = [stream.stream_id]
    events.publish(Event("aws.ivs", "IVS Recording State Change", channel["arn"], detail, after))
