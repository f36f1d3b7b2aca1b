"""Check that a stop can do what the policy says: show its slate, and tell its chat rooms."""

from __future__ import annotations

from collections.abc import Iterator

from botocore.exceptions import ClientError

from framewarden.domain.errors import PolicyInvalidError
from framewarden.domain.policy import Policy, parse_policy
from framewarden.domain.policy_stops import DEFAULT_STOPS, Stops
from local import publish
from local.channels import Channel, code_of, every
from local.doctor import FAIL, OK, Seen
from local.doctor_medialive import captures
from local.target import Target

VIEWERS, MODERATORS = "framewarden-viewers-room", "framewarden-moderators-room"


def check_rooms(target: Target) -> Iterator[Seen]:
    """See whether the chat rooms exist that viewers and moderators are told in."""
    policy = _policy(target)
    rooms: dict[str, str] = {}
    for channel in every(target):
        if channel.is_moderated:
            for room in _rooms(channel, policy):
                rooms.setdefault(room, channel.title)
    for room, where in sorted(rooms.items()):
        yield _judge_room(room, where, target)
    if not rooms:
        yield OK, "No channel has a chat room: nobody is told there.", ""


def _rooms(channel: Channel, policy: Policy | None) -> Iterator[str]:
    stops = _stops(policy, channel.id, channel.arn)
    for named, tag in ((stops.viewers, VIEWERS), (stops.moderators, MODERATORS)):
        if room := named or channel.tags.get(tag):
            yield room


def _judge_room(room: str, where: str, target: Target) -> Seen:
    parts = room.split(":")
    mend = "Name another in the policy (rooms), or in the channel's tags."
    if parts[2:3] != ["ivschat"] or parts[3] != target.region:
        return FAIL, f"{room} of {where} is no IVS Chat room of {target.region}.", mend
    try:
        target.client("ivschat").get_room(identifier=room)
    except ClientError as failure:
        if code_of(failure) != "ResourceNotFoundException":
            raise
        return FAIL, f"The chat room {room} of {where} does not exist.", mend
    return OK, f"{room} of {where} exists.", ""


def check_slates(target: Target) -> Iterator[Seen]:
    """See whether each MediaLive channel has the input that a stop shows instead."""
    policy, seen = _policy(target), False
    for capture in captures(target):
        channel = capture.channel
        stops = _stops(policy, channel["Id"], channel["Arn"])
        if stops.medialive != "slate":
            continue
        seen = True
        attached = [one.get("InputAttachmentName") for one in channel.get("InputAttachments", [])]
        says = f"MediaLive channel {channel['Id']} has "
        if stops.slate_input in attached:
            yield OK, f"{says}the input {stops.slate_input} for its slate.", ""
        else:
            yield (
                FAIL,
                f"{says}no input attachment {stops.slate_input}, so a stop cannot show it.",
                f"Attach it, or name one of {', '.join(map(str, attached)) or 'none'} in the "
                "policy (stops.slate_input).",
            )
    if not seen:
        yield OK, "No MediaLive channel shows a slate when it is stopped.", ""


def _policy(target: Target) -> Policy | None:
    """Read the policy; whether it is valid, another check says."""
    published = publish.current(target)
    try:
        return parse_policy(published.document) if published else None
    except PolicyInvalidError:
        return None


def _stops(policy: Policy | None, channel_id: str, channel_arn: str) -> Stops:
    return policy.for_channel(channel_id, channel_arn).stops if policy else DEFAULT_STOPS
