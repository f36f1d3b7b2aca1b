"""Give a channel back: lift its ban first, then what the stop took away."""

from datetime import UTC, datetime
from typing import Any

from framewarden import delivering, settings
from framewarden.aws import ivs, medialive, video
from framewarden.aws.bans import Bans, act_row
from framewarden.aws.channels import STOP
from framewarden.aws.dynamo import Row
from framewarden.domain import notices
from framewarden.domain.errors import ChannelNotFoundError
from framewarden.domain.times import iso
from framewarden.domain.wants import by_of
from framewarden.observability import count

Document = dict[str, Any]
# What a clock may not do: a broadcast that was stopped is started again by a person.
BY_THE_CLOCK = "policy"


def reinstate(state: Document, own: settings.Reinstate, now: datetime) -> Document:
    """Lift a channel's ban and undo its stop, and return `$.reinstated`.

    The ban goes first, so that nobody stops what comes back; until the rest is done it is
    `lifting`. A retry goes on from there.

    Raises
    ------
    ChannelBusyError, VideoServiceThrottledError
        Try again.
    ChannelNotFoundError, StopDeniedError, SlateInputMissingError
        It cannot be given back.
    """
    order = _order(state, now)
    arn, at = order["channel_arn"], iso(now)
    bans = Bans(own.channels_table, own.outbox_table)
    rows = bans.rows(arn)
    ban = bans.lifting(arn, at, order["by"])
    stops = [row for row in rows if row["item"].startswith(STOP) and _may_return(row, ban)]
    session = (state.get("stop") or {}).get("stream_id") or order["session"]
    slot = {
        "channel_arn": arn,
        "stream_id": session or (ban or {}).get("session"),
        "lifted": False,
        "keys": None,
        "action": None,
    }
    if not ban and not stops:
        bans.act(act_row(order, state["execution"], slot | {"status": "not_banned"}, at))
        return slot
    slot |= _undone(arn, ban or stops[-1], order["via"] == BY_THE_CLOCK, state["execution"])
    was = ("stopped", "failed", "stopping")
    for row in stops:
        # IVS gives a session's id once: what was true of one that ended is kept for whoever asks
        # later. One that is still on air may be stopped anew.
        over = row["status"] == "stopped" and not video.is_medialive(arn)
        bans.close(arn, row["stream_id"], "reinstated", at, was, over)
    _told(bans, ban, order, slot, state["execution"], own, now)
    return slot | {"lifted": True}


def _order(state: Document, now: datetime) -> Document:
    """Return the order, or word a review's decision as one."""
    if "order" in state:
        return dict(state["order"])
    decision = state.get("decision") or {}
    return {
        "action": "reinstate",
        "channel_arn": state["frame"]["channel_arn"],
        "channel": state["frame"]["channel"],
        "session": None,
        "by": by_of(state),
        "via": decision.get("via") or "link",
        "note": None,
        "at": decision.get("decided_at") or iso(now),
    }


def _may_return(row: Row, ban: Row | None) -> bool:
    """Tell whether a stop is taken back: every one that stands, or failed, under this ban."""
    if row["status"] not in ("stopped", "failed", "stopping"):
        return False
    return ban is None or str(row.get("stopped_at") or row.get("failed_at") or "~") >= ban["since"]


def _undone(arn: str, stopped: Row, by_the_clock: bool, execution: str) -> Document:
    """Undo what the stop did to the channel, as far as it is not undone already."""
    if not video.is_medialive(arn):
        try:
            fresh = ivs.renew_key(arn)
        except ChannelNotFoundError:
            return {}  # there is nothing left to give a key to: only the ban is lifted
        return {"keys": "fresh" if fresh else "kept", "action": "stop_stream"}
    action = stopped.get("action")
    if action == "slate" and stopped.get("input"):
        medialive.switch(arn, stopped["input"], f"framewarden-back-{execution[:20]}")
        return {"action": action}
    if action == "stop_channel" and not by_the_clock:
        medialive.start(arn)
        return {"action": action}
    return {}


def _told(
    bans: Bans,
    ban: Row | None,
    order: Document,
    slot: Document,
    execution: str,
    own: settings.Reinstate,
    now: datetime,
) -> None:
    """Write the end with the word of it, and send that."""
    at = iso(datetime.now(UTC))
    act = act_row(order, execution, slot | {"status": "reinstated"}, at)
    if ban is None:
        bans.act(act)
        return
    arn, name = order["channel_arn"], f"reinstate#{order['channel_arn']}#{execution}"
    subject, text = notices.reinstate_notice(arn, order["by"], slot["keys"], slot["action"])
    rooms = (ban.get("terms") or {}).get("rooms")
    news = [
        delivering.notice(name, subject, text, now),
        delivering.viewers_event(name, arn, rooms, "stream_reinstated", now),
    ]
    if not bans.lifted(arn, slot["keys"], news, act):
        bans.act(act)  # somebody else was faster, and told
        return
    count("ChannelsReinstated")
    for kept in news:
        delivering.publish_kept(kept, own, now)
