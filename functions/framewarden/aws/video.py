"""Find the gateway of the video service that a channel belongs to."""

from types import ModuleType

from framewarden.aws import ivs, medialive


def service(channel_arn: str) -> ModuleType:
    """Return the gateway of a channel's service: `ivs` or `medialive`."""
    return medialive if is_medialive(channel_arn) else ivs


def is_medialive(channel_arn: str) -> bool:
    """Tell whether a channel is MediaLive's."""
    return channel_arn.split(":")[2:3] == ["medialive"]
