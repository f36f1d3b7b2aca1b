"""Stop a session once, verify it, and own up where that failed.

The stop row of a session carries the work across crashes: its owner's retry continues where it
was, others wait or see it done, and a lease that lapsed is taken over. So a crash between the row
and the call leaves no stream on air that everyone believes stopped.
"""

from datetime import UTC, datetime, timedelta
from types import ModuleType
from typing import Any

from framewarden import delivering, settings
from framewarden.aws import ivs, medialive
from framewarden.aws.channels import StopRows
from framewarden.aws.dynamo import Row
from framewarden.domain import notices
from framewarden.domain.errors import (
    ChannelNotFoundError,
    StopInProgressError,
    StreamStillLiveError,
)
from framewarden.domain.times import iso, parse
from framewarden.observability import count, duration, logger

Document = dict[str, Any]
# Longer than one try of the StopStream task (30 s in moderate.asl.json), so that only an owner
# that is really gone is replaced.
LEASE_SECONDS = 40
# S3 stamps a put in whole seconds, IVS its start to the millisecond.
CLOCK_SLACK = timedelta(seconds=1)
# How long an accepted stop may take before it is asked for again.
PATIENCE = timedelta(seconds=5)


def stop(state: Document, own: settings.StopStream, now: datetime) -> Document:
    """Stop the session that the frame belongs to, and return `$.stop`.

    Raises
    ------
    StopInProgressError, StreamStillLiveError, StreamUnavailableError, ChannelBusyError,
    VideoServiceThrottledError
        Try again.
    ChannelNotFoundError, StopDeniedError
        It cannot be stopped.
    """
    frame, rows = state["frame"], StopRows(own.channels_table)
    arn, by_person = frame["channel_arn"], "decision" in state
    if not arn:
        raise ChannelNotFoundError("a still belongs to no channel")
    session = _service(arn).live_session(arn)
    if session is None:
        return _offline(rows, frame, state, own, now)
    if session.started_at and parse(frame["put_at"]) < session.started_at - CLOCK_SLACK:
        # The frame's own session has ended; a new one is not guilty of it.
        status = "already_offline" if by_person else "not_current_session"
        return _slot(status, arn, None, None, state)
    row = _take(rows, arn, session, state, now)
    if row is None:
        standing = rows.get(arn, session.session_id) or {}
        return _slot("stopped", arn, session.session_id, standing, state)
    if _worth_calling(row, now):
        _service(arn).stop(arn)
        _accepted(rows, arn, session.session_id, frame)
    still = _service(arn).live_session(arn)
    if still and still.session_id == session.session_id:
        raise StreamStillLiveError(f"session {session.session_id} is still on air")
    return _stopped(rows, row, state, own, now)


def _take(
    rows: StopRows, arn: str, session: ivs.Session, state: Document, now: datetime
) -> Row | None:
    """Own the session's stop; None where it is done already."""
    name, frame = session.session_id, state["frame"]
    details = {
        "owner": state["execution"],
        "stream_id": name,
        "started_at": iso(session.started_at) if session.started_at else None,
        "frame_id": frame["frame_id"],
        "frame_key": frame["key"],
        "by": _by(state),
    }
    seconds = int(now.timestamp())
    row = rows.take(arn, name, details, seconds, seconds + LEASE_SECONDS)
    if row:
        return row
    standing = rows.get(arn, name)
    if standing and standing["status"] == "stopped":
        if name != medialive.SESSION:
            return None
        if parse(standing["stopped_at"]) < now - CLOCK_SLACK:  # stopped, and running again
            rows.reinstate(arn, name, iso(now))
        # Else it was stopped after we began to look, and we have seen it running just before.
    raise StopInProgressError(f"session {name} is being stopped by another execution")


def _worth_calling(row: Row, now: datetime) -> bool:
    """Ask again only where nobody asked within the last seconds: a stop takes a moment."""
    called = row.get("called_at")
    return not called or now - parse(called) > PATIENCE


def _accepted(rows: StopRows, arn: str, session: str, frame: Document) -> None:
    moment = datetime.now(UTC)
    rows.accepted(arn, session, iso(moment))
    duration("PutToStop", (moment - parse(frame["put_at"])).total_seconds())
    logger.info("stop accepted", extra={"session": session})


def _offline(
    rows: StopRows, frame: Document, state: Document, own: settings.StopStream, now: datetime
) -> Document:
    """The channel is off air: by a stop that somebody began, or by itself."""
    arn = frame["channel_arn"]
    meant = [row for row in rows.of_channel(arn) if _meant(row, frame)]
    for row in meant:
        if row["status"] in ("stopping", "failed"):
            return _stopped(rows, row, state, own, now)
    stops = [row for row in meant if row["status"] == "stopped"]
    if stops:
        latest = max(stops, key=lambda row: str(row["stopped_at"]))
        return _slot("stopped", arn, latest["stream_id"], latest, state)
    return _slot("already_offline", arn, None, None, state)


def _meant(row: Row, frame: Document) -> bool:
    """Tell whether a stop was of the session that a frame was captured in."""
    put_at, begun = parse(frame["put_at"]), row.get("started_at")
    if begun and put_at < parse(begun) - CLOCK_SLACK:
        return False
    done = row["status"] == "stopped"
    end = parse(row["stopped_at"]) if done else datetime.fromtimestamp(row["lease_until"], UTC)
    return put_at <= end + CLOCK_SLACK


def _stopped(
    rows: StopRows, row: Row, state: Document, own: settings.StopStream, now: datetime
) -> Document:
    """Write that the session is off, and tell owners of it, once."""
    frame, session = state["frame"], row["stream_id"]
    arn = frame["channel_arn"]
    slot = _slot("stopped", arn, session, rows.get(arn, session), state)
    subject, text = notices.stop_notice(slot, frame, why=_by(state))
    notice = delivering.notice(f"stop#{arn}#{session}", subject, text, now)
    at = iso(datetime.now(UTC))
    if rows.stopped(arn, session, at, notice, own.outbox_table):
        count("StreamsStopped")
        delivering.publish_kept(notice, own, now)
        return slot | {"stopped_at": at}
    return _slot("stopped", arn, session, rows.get(arn, session), state)


def _slot(status: str, arn: str, session: str | None, row: Row | None, state: Document) -> Document:
    row = row or {}
    confirm = (state.get("verdict") or {}).get("confirm_stop", False)
    return {
        "status": status,
        "channel_arn": arn,
        "stream_id": session,
        "accepted_at": row.get("accepted_at"),
        "stopped_at": row.get("stopped_at"),
        "by": _by(state),
        "confirm": bool(confirm) and status == "stopped" and "decision" not in state,
    }


def _by(state: Document) -> str:
    """Say who wants the stop: a person, the policy's default, or the policy's rules."""
    decision = state.get("decision")
    if decision:
        return str(decision.get("by") or decision.get("via") or "person")
    if state.get("unscreened"):
        return "policy: on_error"
    rules = [match["rule"] for match in (state.get("verdict") or {}).get("matched", [])]
    return f"policy: {rules[0]}" if rules else "policy"


def failed(state: Document, own: settings.StopFailed, now: datetime) -> Document:
    """Mark the session's stop as failed, so that the next try may take it over, and alarm."""
    rows, arn = StopRows(own.channels_table), state["frame"]["channel_arn"]
    sessions = []
    for row in rows.of_channel(arn) if arn else []:
        mine = row["status"] == "stopping" and row["owner"] == state["execution"]
        if mine and rows.fail(arn, row["stream_id"], iso(now)):
            sessions.append(row["stream_id"])
    count("StopFailed")
    logger.error("stop failed", extra={"sessions": sessions})
    return {"error": state["stop_error"].get("Error"), "sessions": sessions}


def reinstate(state: Document, own: settings.Reinstate, now: datetime) -> Document:
    """Lift the stop of a session: its streamer may come back, a MediaLive channel starts again.

    Raises
    ------
    ChannelBusyError, VideoServiceThrottledError
        Try again.
    ChannelNotFoundError, StopDeniedError
        It cannot be started.
    """
    rows, arn = StopRows(own.channels_table), state["frame"]["channel_arn"]
    session = (state.get("stop") or {}).get("stream_id")
    if arn.split(":")[2] == "medialive":
        medialive.start(arn)
    lifted = session is not None and rows.reinstate(arn, session, iso(now))
    return {"channel_arn": arn, "stream_id": session, "lifted": lifted}


def _service(arn: str) -> ModuleType:
    return medialive if arn.split(":")[2] == "medialive" else ivs
