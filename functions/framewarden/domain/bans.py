"""Say whether a stop stands that covers a frame, so that nobody need look at it."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from framewarden.domain.frames import Frame
from framewarden.domain.times import parse

Document = Mapping[str, Any]
# Thumbnails of a session go on arriving for a while after it ended.
LATE = timedelta(seconds=60)
# S3 stamps a put in whole seconds, IVS its start to the millisecond.
CLOCK_SLACK = timedelta(seconds=1)


def covers(ban: Document, frame: Frame, now: datetime) -> bool:
    """Tell whether a frame is of the session that a channel's ban, or its stop, has ended.

    Only a stop that was verified, and was not found to have failed since, covers anything. A frame
    of another recording than the flagged one is covered up to the stop: what comes after it is of
    a new session, which somebody must look at.
    """
    if ban["status"] != "standing" or not ban.get("stopped_at") or ban.get("failed_at"):
        return False
    recording, until = ban.get("recording"), ban.get("until")
    same = recording is not None and recording == frame.session
    if same and (until is None or until > now.timestamp()):
        return True
    another = recording is not None and frame.session is not None and not same
    put_at, stopped_at = parse(frame.put_at), parse(ban["stopped_at"])
    if put_at > (stopped_at - CLOCK_SLACK if another else stopped_at + LATE):
        return False
    begun = ban.get("session_started_at")
    if begun:
        return put_at >= parse(begun) - CLOCK_SLACK
    return same or put_at >= stopped_at - LATE


def stands(ban: Document | None, now: datetime) -> bool:
    """Tell whether a ban keeps its channel off now."""
    if not ban or ban["status"] != "standing":
        return False
    return ban["until"] is None or int(ban["until"]) > now.timestamp()
