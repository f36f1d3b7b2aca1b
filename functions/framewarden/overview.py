"""Gather what is known of a channel: what its video service says now, and what is stored."""

from dataclasses import dataclass
from datetime import datetime

from framewarden import settings
from framewarden.aws import video
from framewarden.aws.channels import ACT, BAN, STOP, UNSEEN, Channels
from framewarden.aws.dynamo import Row
from framewarden.aws.ivs import Session
from framewarden.domain.errors import ChannelNotFoundError
from framewarden.observability import logger

STOPS, ACTS = 10, 20
NOT_FOUND = ChannelNotFoundError.__name__


@dataclass(frozen=True)
class Overview:
    """A channel as it stands; `silence` names why the video service did not say what is live.

    Stops and acts are the last few, the newest first.
    """

    channel_arn: str
    live: Session | None
    silence: str | None
    ban_row: Row | None
    unseen_row: Row | None
    stops: list[Row]
    acts: list[Row]

    @property
    def gone(self) -> bool:
        """Tell whether the video service knows no such channel."""
        return self.silence == NOT_FOUND

    @property
    def known(self) -> bool:
        """Tell whether the service or our own tables know the channel at all."""
        stored = self.ban_row or self.unseen_row or self.stops or self.acts
        return bool(stored) or not self.gone


def look(channel_arn: str, own: settings.ChannelPage, now: datetime) -> Overview:
    """Look at a channel; a video service that fails is part of what is seen.

    Raises
    ------
    StoreThrottledError
        Our own table does not answer.
    """
    rows = {str(row["item"]): row for row in Channels(own.channels_table).rows(channel_arn)}
    ban_row = rows.get(BAN)
    live, silence = _live(channel_arn, ban_row)
    # While it is only watched, its frames are not missing yet.
    unseen_row = rows.get(UNSEEN)
    if unseen_row and unseen_row["open"] != UNSEEN:
        unseen_row = None
    stops = [row for item, row in rows.items() if item.startswith(STOP)]
    acts = [row for item, row in rows.items() if item.startswith(ACT)]
    return Overview(
        channel_arn=channel_arn,
        live=live,
        silence=silence,
        ban_row=ban_row,
        unseen_row=unseen_row,
        stops=sorted(stops, key=_moment, reverse=True)[:STOPS],
        acts=sorted(acts, key=lambda row: str(row["at"]), reverse=True)[:ACTS],
    )


def _live(channel_arn: str, ban_row: Row | None) -> tuple[Session | None, str | None]:
    """Return the live session, or the name of what failed; a slate on air is no session."""
    slate = None
    if ban_row and ban_row["action"] == "slate" and ban_row["status"] != "lifted":
        slate = ban_row["terms"]["slate_input"]
    try:
        return video.service(channel_arn).live_session(channel_arn, slate), None
    except Exception as failure:
        # Whatever it is: the page must still show what is stored, and offer what can be done.
        logger.warning("the video service did not answer", extra={"error": type(failure).__name__})
        return None, type(failure).__name__


def _moment(row: Row) -> str:
    """Return when a stop was begun or, where that was forgotten, when it came to its end."""
    named = ("begun_at", "stopped_at", "failed_at", "ended_at", "started_at")
    return next((str(row[name]) for name in named if row.get(name)), "")
