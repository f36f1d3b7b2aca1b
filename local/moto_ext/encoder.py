"""Play the encoder that goes live on an IVS channel."""

from dataclasses import dataclass
from typing import cast

from moto.ivs.models import ivs_backends

from local.moto_ext.errors import AwsError
from local.moto_ext.ivs.models import LiveIVSBackend


@dataclass(frozen=True)
class Connected:
    """An encoder on air; ``recording_prefix`` is None where nothing is recorded."""

    stream_id: str
    stream_key: str
    recording_prefix: str | None


@dataclass(frozen=True)
class View:
    """What the encoder knows: StopStream disconnects it before GetStream shows that."""

    live: bool
    stream_id: str | None
    stopped: bool


def start(channel_arn: str, stream_key: str | None = None) -> str:
    """Go live and return the stream id; an encoder that is already on keeps its stream.

    Raises
    ------
    AwsError: ResourceNotFoundException; AccessDeniedException for what is no key of the channel.
    """
    return connect(channel_arn, stream_key).stream_id


def connect(
    channel_arn: str, stream_key: str | None = None, *, recording_fails: bool = False
) -> Connected:
    """Go live as ``start`` does, and return what the encoder and its recorder need to know.

    Raises
    ------
    AwsError: as ``start``.
    ValueError: a recording shall fail where the channel has none.
    """
    stream, key = _backend(channel_arn).connect_encoder(
        channel_arn, stream_key, recording_fails=recording_fails
    )
    prefix = stream.recording.prefix if stream.recording else None
    return Connected(stream.stream_id, key, prefix or None)


def stop(channel_arn: str) -> str:
    """Go offline at once and return the id of the stream that ended.

    Raises
    ------
    AwsError: ResourceNotFoundException, ChannelNotBroadcasting.
    """
    return _backend(channel_arn).disconnect_encoder(channel_arn).stream_id


def look(channel_arn: str) -> View:
    """Return what the encoder sees; ``stopped`` where StopStream ended its last stream.

    Raises
    ------
    AwsError: ResourceNotFoundException.
    """
    backend = _backend(channel_arn)
    stream = backend.encoded(channel_arn)
    stream_id = stream.stream_id if stream else None
    return View(stream is not None, stream_id, channel_arn in backend.stopped)


def _backend(channel_arn: str) -> LiveIVSBackend:
    parts = channel_arn.split(":")
    if len(parts) == 6 and parts[2] == "ivs" and parts[3] in ivs_backends[parts[4]]:
        return cast(LiveIVSBackend, ivs_backends[parts[4]][parts[3]])
    raise AwsError("ResourceNotFoundException", f"No IVS channel {channel_arn}.")
