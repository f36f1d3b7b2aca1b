"""Turn a channel's ARN into the address of its page, and back."""

import re
from typing import TYPE_CHECKING
from urllib.parse import urlencode

from framewarden.domain import links

if TYPE_CHECKING:
    from framewarden.domain.frames import Home

# Before the channel's id an ARN of IVS has a slash, one of MediaLive a colon.
ARN = re.compile(
    r"arn:[a-z-]+:(?:ivs:[a-z0-9-]+:\d{12}:channel/(?P<ivs>[A-Za-z0-9-]+)"
    r"|medialive:[a-z0-9-]+:\d{12}:channel:(?P<medialive>\d+))",
    re.ASCII,
)


def arn_of(service: str, channel_id: str, home: "Home") -> str | None:
    """Return the ARN of a channel of our own account and region; None where there is no such."""
    mark = {"ivs": "/", "medialive": ":"}.get(service)
    if mark is None:
        return None
    arn = f"arn:{home.partition}:{service}:{home.region}:{home.account}:channel{mark}{channel_id}"
    return arn if ARN.fullmatch(arn) else None


def path_of(channel_arn: str) -> str | None:
    """Return the path of a channel's page below the root; None where it can have none."""
    match = ARN.fullmatch(channel_arn)
    found = match.groupdict().items() if match else ()
    return next((f"channels/{service}/{name}" for service, name in found if name), None)


def link_of(channel_arn: str, key: str, exp: int) -> str | None:
    """Return the signed address of a channel's page below the root, good until `exp`.

    On its last day (`links.VIEW_ONLY`) it only shows.
    """
    path = path_of(channel_arn)
    if path is None:
        return None
    sig = links.sign_channel(key, channel_arn, exp)
    return f"{path}?{urlencode({'exp': exp, 'sig': sig})}"
