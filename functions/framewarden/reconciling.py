"""Compare what is on air with what may be: bans, stops that hang, and pictures that do not come.

IVS's events are best effort: late by hours, twice, out of order, or never. So what they tell is
acted on at once, and once a minute everything is looked at anyway.
"""

from datetime import datetime
from functools import partial
from typing import Any

from framewarden import ordering, settings
from framewarden.aws import ivs, medialive, video
from framewarden.aws.bans import UNKNOWN, Bans
from framewarden.aws.dynamo import Row
from framewarden.aws.ivs import Session
from framewarden.domain.bans import stands
from framewarden.domain.errors import ChannelNotFoundError
from framewarden.domain.times import iso
from framewarden.observability import count, each, gauge, logger
from framewarden.watching import is_moderated, unseen_row, watch

Document = dict[str, Any]
BY = "policy: ban"
# Executions that try to stop one session of a banned channel again; then only people can, and the
# alarm stays.
TRIES = 3


def heard(event: Document, own: settings.Reconcile, now: datetime) -> Document:
    """Act on an event of IVS: a banned channel is back, or a live one is not recorded."""
    arn, detail = event["resources"][0], event["detail"]
    if detail.get("recording_status") == "Recording Start Failure":
        if not is_moderated(arn):
            return {"unseen": None}
        unseen = unseen_row(arn, detail["stream_id"], "recording_start_failure", None, now)
        Bans(own.channels_table).unseen(unseen)
        count("RecordingFailed")
        logger.error("not recorded", extra={"channel": arn, "session": detail["stream_id"]})
        return {"unseen": arn}
    bans = Bans(own.channels_table)
    ban = bans.ban(arn, consistent=True)
    if not stands(ban, now) or ban is None:
        return {"restopped": None}
    return {"restopped": _restop(bans, ban, detail["stream_id"], own, now)}


def reconcile(own: settings.Reconcile, now: datetime) -> Document:
    """Look at everything that is on air, and at everything that should not be.

    Raises
    ------
    StopDeniedError, VideoServiceThrottledError
        What is live cannot be listed; the next minute tries again, and failing so is alarmed.
    """
    bans, live = Bans(own.channels_table), ivs.live_sessions()
    standing = bans.open("ban")
    for ban in standing:
        each(ban["channel"], partial(_enforce, bans, ban, live, own, now))
    hanging = bans.open("stop")
    for stop in hanging:
        each(stop["channel"], partial(_resume, bans, stop, live, own, now))
    stuck = [stop for stop in bans.open("stop") if not _is_owned(stop, now)]
    gauge("ChannelsBanned", len(standing))
    gauge("StopsHanging", len(stuck))
    # Last, so that a list that cannot be read hides no stop that hangs.
    banned = {ban["channel"] for ban in standing if stands(ban, now)}
    unseen = watch(bans, own.frames_table, live, banned, now)
    gauge("ChannelsUnseen", unseen)
    return {
        "live": len(live),
        "banned": len(standing),
        "hanging": len(stuck),
        "unseen": unseen,
    }


def _enforce(
    bans: Bans, ban: Row, live: dict[str, Session], own: settings.Reconcile, now: datetime
) -> None:
    """Stop a banned channel that is on air, and end a ban whose time is over."""
    arn = ban["channel"]
    if ban["status"] == "lifting":
        return
    if not stands(ban, now):
        ordering.place(
            _order("reinstate", arn, None, "policy: ban_for", now),
            f"lapsed|{ban['since']}|{ban['until']}",
            own.order_machine_arn,
        )
        return
    session = _on_air(arn, ban, live)
    if session:
        _restop(bans, ban, session.session_id, own, now)


def _on_air(arn: str, ban: Row | None, live: dict[str, Session]) -> Session | None:
    """Return what a channel has on air; the slate that its ban put there is nothing."""
    if not video.is_medialive(arn):
        return live.get(arn)
    slate = ban["terms"]["slate_input"] if ban and ban["action"] == "slate" else None
    try:
        return medialive.live_session(arn, slate)
    except ChannelNotFoundError:
        return None


def _restop(
    bans: Bans, ban: Row, session: str, own: settings.Reconcile, now: datetime
) -> str | None:
    """Order a banned session stopped: a few times, then it is left to people."""
    arn = ban["channel"]
    row, unlooked = bans.stop(arn, session) or {}, bans.stop(arn, UNKNOWN) or {}
    ended = row.get("status") == "stopped" and not video.is_medialive(arn)  # a late event
    failures = row.get("failures", 0) + unlooked.get("failures", 0)
    if ended or failures >= TRIES or _is_owned(row, now):
        return None
    # An event may come before the stream is seen: an order that found nothing is placed again.
    unique = f"{session}|{failures}|{iso(now)[:16]}"
    return ordering.place(_order("restop", arn, None, BY, now), unique, own.order_machine_arn)


def _resume(
    bans: Bans, stop: Row, live: dict[str, Session], own: settings.Reconcile, now: datetime
) -> None:
    """End a stop whose session went off by itself, and take up one that nobody works on."""
    arn, session = stop["channel"], stop["stream_id"]
    if _is_owned(stop, now):
        return
    ban = bans.ban(arn, consistent=True)
    on_air = _on_air(arn, ban, live)
    if on_air is None or session not in (on_air.session_id, UNKNOWN):
        bans.close(arn, session, "ended", iso(now), ("stopping", "failed"), False)
        return
    if stop["status"] == "failed" or stands(ban, now):
        return  # people have the case, or the ban sees to it
    ordering.place(
        _order("stop", arn, session, stop["by"], now),
        f"resume|{session}|{stop['lease_until']}",
        own.order_machine_arn,
    )


def _is_owned(stop: Row, now: datetime) -> bool:
    """Tell whether an execution works on a stop just now."""
    return stop.get("status") == "stopping" and stop["lease_until"] >= now.timestamp()


def _order(action: str, arn: str, session: str | None, by: str, now: datetime) -> Document:
    return {
        "action": action,
        "channel_arn": arn,
        "channel": arn.rpartition("/")[2].rpartition(":")[2],
        "session": session,
        "by": by,
        "via": "policy",
        "note": None,
        "at": iso(now),
    }
