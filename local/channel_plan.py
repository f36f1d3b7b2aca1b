"""Say what an order will do to a channel, before it is placed."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from botocore.exceptions import ClientError

from framewarden.domain.attention import ban_words
from framewarden.domain.durations import format_duration
from framewarden.domain.errors import PolicyInvalidError
from framewarden.domain.policy import parse_policy
from framewarden.domain.policy_stops import DEFAULT_STOPS
from local import publish
from local.channel_link import Wish
from local.channel_rows import Memory
from local.channels import Channel
from local.errors import OperatorError
from local.live import Live, Unknown
from local.target import Target

Terms = dict[str, Any]
AS_POLICY = "What comes with it (ban, stream key, slate) is as the policy says."
BETWEEN = frozenset({"CREATING", "STARTING", "UPDATING"})
STANDING = frozenset({"stopped", "stopping", "failed"})


def terms_of(target: Target, channel: Channel) -> Terms | None:
    """Read what the policy makes of a stop of this channel, as the functions read it.

    None where whoever asks may not read the policy: that keeps nobody from stopping a stream.
    """
    try:
        published = publish.current(target)
        policy = parse_policy(published.document) if published else None
    except (OperatorError, PolicyInvalidError):
        policy = None
    except ClientError:
        return None
    stops = policy.for_channel(channel.id, channel.arn).stops if policy else DEFAULT_STOPS
    return stops.document()


def plan(
    channel: Channel,
    wish: Wish,
    live: Live | Unknown | None,
    memory: Memory,
    terms: Terms | None,
    now: datetime,
) -> list[str]:
    """List what will happen, in sentences."""
    if wish.action == "reinstate":
        return _reinstate(channel, memory, now)
    banning = wish.action == "ban"
    told = ["Keep it off until somebody reinstates it."] if banning else []
    if isinstance(live, Unknown):
        which = f"session {wish.session}" if wish.session else "whatever is on air"
        return [*told, f"Stop {which}, which cannot be seen just now ({live.why}).", AS_POLICY]
    if wish.session and (live is None or live.session != wish.session):
        others = f" Session {live.session}, which is on air, is left alone." if live else ""
        return [*told, f"Stop nothing: session {wish.session} is not on air.{others}"]
    if live is None:
        return [*told, _nothing(channel, banning)]
    told.append(_stop(channel, live, terms))
    if terms is None:
        return [*told, AS_POLICY]
    return told + ([] if banning else [_ban(memory, terms, now)]) + _key(channel, terms)


def _nothing(channel: Channel, banning: bool) -> str:
    if channel.state in BETWEEN:
        return f"Stop it once it runs: it is {channel.state} now."
    hint = "" if banning else " To keep it off, use ban."
    return f"Stop nothing: nothing of it is on air.{hint}"


def _stop(channel: Channel, live: Live, terms: Terms | None) -> str:
    since = f", live since {live.since}" if live.since else ""
    if channel.service == "ivs":
        return f"End session {live.session}{since}, for all its viewers."
    if terms is None:
        return "Stop it, or show its slate instead."
    if terms["medialive"] == "slate":
        shown = f"the input {live.shows}" if live.shows else "what it shows"
        return f"Show the input {terms['slate_input']} instead of {shown}; the channel runs on."
    return "Stop the channel: all its outputs end, and starting it again takes minutes."


def _ban(memory: Memory, terms: Terms, now: datetime) -> str:
    standing = ban_words(memory.ban, now)
    if standing:
        return f"It is banned already: {standing}."
    seconds = terms["ban_for"]
    if seconds == 0:
        return "Not ban it: its encoder may come back with a new session."
    how_long = "until somebody reinstates it" if seconds is None else format_duration(seconds)
    return f"Ban it: {how_long}."


def _key(channel: Channel, terms: Terms) -> list[str]:
    if channel.service != "ivs":
        return []
    if terms["revoke_keys"]:
        return ["Delete its stream key: its encoder then needs the new one that reinstate makes."]
    return ["Keep its stream key."]


def _reinstate(channel: Channel, memory: Memory, now: datetime) -> list[str]:
    ban = memory.ban
    banned = ban_words(ban, now)
    stops = [stop for stop in memory.stops if stop["status"] in STANDING]
    if not (ban and banned) and not stops:
        return ["Change nothing: no ban and no stop stands."]
    told = [f"Lift its ban ({banned}, by {ban['by']})."] if ban and banned else []
    told += [f"Take back the stop of session {stop['stream_id']}." for stop in stops]
    stopped = ban or stops[0]
    if channel.service == "ivs":
        told += ["Make a new stream key, if the old one was deleted."]
    elif stopped.get("action") == "slate":
        told += [f"Show its input {stopped.get('input') or 'from before the slate'} again."]
    elif stopped.get("action") == "stop_channel":
        told += ["Start the channel again."]
    return told
