"""Play the encoder that goes live on an IVS channel."""

from typing import cast

from moto.ivs.models import ivs_backends

from local.moto_ext.errors import AwsError
from local.moto_ext.ivs.models import LiveIVSBackend


def start(channel_arn: str) -> str:
    """Go live and return the stream id; an encoder that is already on keeps its stream.

    Raises
    ------
    AwsError: ResourceNotFoundException; AccessDeniedException where the channel has no key.
    """
    return _backend(channel_arn).connect_encoder(channel_arn).stream_id


def stop(channel_arn: str) -> str:
    """Go offline at once and return the id of the stream that ended.

    Raises
    ------
    AwsError: ResourceNotFoundException, ChannelNotBroadcasting.
    """
    return _backend(channel_arn).disconnect_encoder(channel_arn).stream_id


def _backend(channel_arn: str) -> LiveIVSBackend:
    parts = channel_arn.split(":")
    if len(parts) == 6 and parts[2] == "ivs" and parts[3] in ivs_backends[parts[4]]:
        return cast(LiveIVSBackend, ivs_backends[parts[4]][parts[3]])
    raise AwsError("ResourceNotFoundException", f"No IVS channel {channel_arn}.")
