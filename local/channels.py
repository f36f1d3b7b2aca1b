"""Find the IVS and MediaLive channels of a stack's account and region."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any

from botocore.exceptions import ClientError

from local.encoder import MODERATED, find_channel
from local.errors import OperatorError
from local.target import Target

ARN = re.compile(
    r"arn:(?P<partition>[a-z-]+):(?P<service>ivs|medialive):(?P<region>[a-z0-9-]+):(?P<account>\d{12})"
    r":channel[/:](?P<id>[A-Za-z0-9-]+)"
)
# What IVS takes as a name (botocore, ChannelName); it answers anything else with a fault.
IVS_NAME = re.compile(r"[A-Za-z0-9_-]{1,128}")
GONE = frozenset({"DELETED", "DELETING"})
# The largest page of ListChannels (botocore).
PAGE = 100

Document = dict[str, Any]


@dataclass(frozen=True)
class Channel:
    """A channel; one that was deleted does not exist, but its rows may."""

    arn: str
    name: str
    tags: dict[str, str]
    state: str = ""
    exists: bool = True

    @property
    def service(self) -> str:
        """Return `ivs` or `medialive`."""
        return self.arn.split(":")[2]

    @property
    def id(self) -> str:
        """Return the channel's id."""
        return short_id(self.arn)

    @property
    def title(self) -> str:
        """Name the channel in a sentence."""
        return f"{self.name} ({self.id})" if self.name else self.id

    @property
    def is_moderated(self) -> bool:
        """Tell whether the stop role may act on it."""
        return MODERATED.items() <= self.tags.items()


def short_id(channel_arn: str) -> str:
    """Return the last part of a channel's ARN, which the commands take for it."""
    return channel_arn.replace("/", ":").rpartition(":")[2]


def located(target: Target, wanted: str) -> Channel:
    """Find a channel by ARN, id or name; one of an ARN that was deleted does not exist.

    Raises
    ------
    OperatorError
        There is none, there are several, or it is not of the stack's account and region.
    """
    if wanted.startswith("arn:"):
        return _by_arn(target, wanted)
    found = [*_named_of_ivs(target, wanted), *_named_of_medialive(target, wanted)]
    if len(found) == 1:
        return found[0]
    if found:
        arns = ", ".join(channel.arn for channel in found)
        raise OperatorError(
            f"{len(found)} channels are called {wanted}.", f"Give the ARN of one of them: {arns}"
        )
    raise OperatorError(
        f"There is no channel {wanted} in the account and region of {target.name}.",
        f"List them with: framewarden channels list --all{target.option}",
    )


def actionable(target: Target, wanted: str) -> Channel:
    """Find a channel that exists and that the stop role may act on.

    Raises
    ------
    OperatorError
        As `located`; or it was deleted, or lacks the tag.
    """
    channel = located(target, wanted)
    if not channel.exists:
        raise OperatorError(
            f"The channel {channel.arn} does not exist (any more): nothing of it is on air.",
            f"List those that do with: framewarden channels list --all{target.option}",
        )
    if not channel.is_moderated:
        raise OperatorError(
            f"Channel {channel.title} is not tagged framewarden=moderated, so the stack may not "
            "act on it.",
            f"Tag it: {tag_command(channel, target.region)}",
        )
    return channel


def tag_command(channel: Channel, region: str) -> str:
    """Give the command that puts a channel under moderation."""
    verb = "create-tags" if channel.service == "medialive" else "tag-resource"
    return (
        f"aws {channel.service} {verb} --resource-arn {channel.arn} "
        f"--tags framewarden=moderated --region {region}"
    )


def every(target: Target) -> list[Channel]:
    """List the channels of both services."""
    return [*_of_ivs(target), *_of_medialive(target)]


def _by_arn(target: Target, arn: str) -> Channel:
    _, partition, _, region, account, *_ = target.output("StateMachineArn").split(":")
    found = ARN.fullmatch(arn)
    if not found or found["partition"] != partition:
        raise OperatorError(
            f"{arn} is not the ARN of an IVS or MediaLive channel.",
            f"List them with: framewarden channels list --all{target.option}",
        )
    if found["account"] != account:
        raise OperatorError(
            f"That channel belongs to account {found['account']}, {target.name} to {account}.",
            "Use the credentials of its own account, and name the stack there with: --stack NAME",
        )
    if found["region"] != region:
        raise OperatorError(
            f"That channel is in {found['region']}, {target.name} is in {region}.",
            f"Name the stack of its region with: --stack NAME --region {found['region']}",
        )
    if found["service"] == "medialive":
        described = medialive_channel(target, arn)
        known = _medialive(described) if described else None
    else:
        listed = find_channel(target.client("ivs"), arn)
        known = Channel(listed.arn, listed.name, listed.tags) if listed else None
    return known or Channel(arn, "", {}, exists=False)


def _named_of_ivs(target: Target, wanted: str) -> list[Channel]:
    found = find_channel(target.client("ivs"), wanted) if IVS_NAME.fullmatch(wanted) else None
    return [Channel(found.arn, found.name, found.tags)] if found else []


def _named_of_medialive(target: Target, wanted: str) -> list[Channel]:
    return [channel for channel in _of_medialive(target) if wanted in (channel.id, channel.name)]


def _of_ivs(target: Target) -> list[Channel]:
    pages = target.client("ivs").get_paginator("list_channels").paginate(maxResults=PAGE)
    return [
        Channel(found["arn"], found.get("name") or "", found.get("tags") or {})
        for page in pages
        for found in page["channels"]
    ]


def _of_medialive(target: Target) -> list[Channel]:
    pages = target.client("medialive").get_paginator("list_channels").paginate()
    found = [_medialive(entry) for page in pages for entry in page["Channels"]]
    return [channel for channel in found if channel.exists]


def _medialive(found: Document) -> Channel:
    name, tags, state = found.get("Name") or "", found.get("Tags") or {}, found["State"]
    return Channel(found["Arn"], name, tags, state, exists=state not in GONE)


def medialive_channel(target: Target, arn: str) -> Document | None:
    """Describe a MediaLive channel; None where there is none (any more)."""
    try:
        found: Document = target.client("medialive").describe_channel(
            ChannelId=arn.rpartition(":")[2]
        )
    except ClientError as failure:
        if code_of(failure) != "NotFoundException":
            raise
        return None
    return found


def code_of(failure: ClientError) -> str:
    """Return AWS's name of a failure."""
    return str(failure.response.get("Error", {}).get("Code", ""))
