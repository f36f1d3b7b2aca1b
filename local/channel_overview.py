"""List the channels, and show one: what is on air, what was stopped, what nobody sees."""

from __future__ import annotations

from collections import defaultdict
from datetime import datetime
from typing import Any

from framewarden.domain.attention import end_of_ban
from local import channels
from local.channel_rows import (
    BAN,
    UNSEEN,
    Memory,
    last_frame_at,
    memory_of,
    open_rows,
)
from local.channel_words import banned_until, troubles
from local.channels import Channel
from local.errors import OperatorError
from local.links import Links
from local.live import Live, live_now, live_of
from local.tables import Row
from local.target import Target

Document = dict[str, Any]
# Keys of the tables, of their indexes and of leases.
HIDDEN = frozenset({"channel", "item", "open", "lease_until", "expires_at"})


def listed(target: Target, everything: bool, now: datetime) -> list[Document]:
    """List the moderated channels, the live ones first; `everything` adds the others.

    One that has a ban, a failed stop or missing frames is listed although it lost its tag or was
    deleted. What is asked of AWS are pages, and one query of the ledger for each live channel.
    """
    memories = _open_memories(target)
    found = channels.every(target)
    known = {channel.arn for channel in found}
    gone = [Channel(arn, "", {}, exists=False) for arn in sorted(memories.keys() - known)]
    live = live_now(target, found)
    told = [
        {
            **_who(channel),
            "live": on_air.document() if (on_air := live.get(channel.arn)) else None,
            "banned_until": banned_until(memory.ban, now),
            "last_frame_at": last_frame_at(target, channel.arn) if on_air else None,
            "trouble": _troubles(channel, memory, on_air, now),
        }
        for channel in [*found, *gone]
        if (memory := memories.get(channel.arn, Memory())) or channel.is_moderated or everything
    ]
    return sorted(told, key=lambda one: (one["live"] is None, one["name"] or one["id"]))


def _open_memories(target: Target) -> dict[str, Memory]:
    stops: dict[str, list[Row]] = defaultdict(list)
    for row in open_rows(target, "stop"):
        stops[row["channel"]].append(row)
    bans = {row["channel"]: row for row in open_rows(target, BAN)}
    unseen = {row["channel"]: row for row in open_rows(target, UNSEEN)}
    return {
        arn: Memory(bans.get(arn), unseen.get(arn), stops.get(arn, []))
        for arn in {*stops, *bans, *unseen}
    }


def _troubles(channel: Channel, memory: Memory, live: Live | None, now: datetime) -> list[str]:
    found = troubles(memory, live, now)
    if memory and not channel.exists:
        found.append("it does not exist (any more): nothing of it is on air")
    elif memory and not channel.is_moderated:
        found.append("it is not tagged framewarden=moderated: the stack may not act on it")
    return found


def _who(channel: Channel) -> Document:
    return {
        "channel_arn": channel.arn,
        "id": channel.id,
        "name": channel.name or None,
        "service": channel.service,
        "exists": channel.exists,
        "moderated": channel.is_moderated,
    }


def shown(target: Target, wanted: str, link: bool, now: datetime) -> Document:
    """Show what a channel's page shows; its link, which is a bearer, only where it is asked for.

    Raises
    ------
    OperatorError
        There is no such channel, and nothing is remembered of one.
    """
    channel = channels.located(target, wanted)
    memory = memory_of(target, channel.arn)
    if not channel.exists and not memory:
        raise OperatorError(
            f"There is no channel {channel.arn}, and {target.name} remembers nothing of one.",
            f"List those that exist with: framewarden channels list --all{target.option}",
        )
    live = live_of(target, channel) if channel.exists else None
    ban = memory.ban
    told = {
        **_who(channel),
        "live": live.document() if live else None,
        "banned_until": banned_until(ban, now),
        "last_frame_at": last_frame_at(target, channel.arn),
        "trouble": _troubles(channel, memory, live, now),
        "ban": _seen(ban | {"until": end_of_ban(ban)}) if ban else None,
        "unseen": _seen(memory.unseen) if memory.unseen else None,
        "stops": [_seen(stop) for stop in memory.stops],
        "acts": [_seen(act) for act in memory.acts],
    }
    return told | ({"url": Links(target).channel_url(channel.arn)} if link else {})


def _seen(row: Row) -> Document:
    return {name: value for name, value in sorted(row.items()) if name not in HIDDEN}
