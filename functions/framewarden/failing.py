"""Own up where a stop, or its taking back, failed."""

from datetime import datetime
from typing import Any

from framewarden import settings
from framewarden.aws.bans import Bans, act_row
from framewarden.aws.dynamo import Row
from framewarden.domain.errors import ChannelNotFoundError, StopInProgressError
from framewarden.domain.times import iso
from framewarden.domain.wants import want_of
from framewarden.observability import count, logger

Document = dict[str, Any]
# A stop that was refused, taken back or overtaken is over: a try after it has begun none.
BEGUN = ("stopping", "failed", "stopped")


def failed(state: Document, own: settings.StopFailed, now: datetime) -> Document:
    """Mark what this execution could not stop, so that the next try may take it over, and alarm."""
    want = want_of(state, {})
    error, at = str(state["stop_error"].get("Error")), iso(now)
    bans, arn = Bans(own.channels_table), want.channel_arn
    rows = bans.rows(arn) if arn else []
    mine = [row for row in rows if row.get("owner") == want.execution and row["status"] in BEGUN]
    sessions = [row["stream_id"] for row in mine if _marked(bans, row, at, error)]
    # Nothing of a channel that is gone can be on air: nobody is woken for it.
    pointless = error == ChannelNotFoundError.__name__ or want.ordered == "reinstate"
    if arn and not pointless and error != StopInProgressError.__name__:
        if not mine:
            bans.unlooked(arn, want.execution, want.by, at, error)
        if sessions or not mine:
            bans.failed(arn, at)
    if want.order:
        bans.act(act_row(want.order, want.execution, {}, at, error))
    if not pointless:
        count("StopFailed")
    logger.error("stop failed", extra={"sessions": sessions, "error": error})
    return {"error": error, "sessions": sessions}


def _marked(bans: Bans, row: Row, at: str, error: str) -> bool:
    """Tell whether a stop is marked as failed, by this try or by one before it."""
    return row["status"] == "failed" or bans.fail(row["channel"], row["stream_id"], at, error)
