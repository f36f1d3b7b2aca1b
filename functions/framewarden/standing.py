"""Read what stands about a channel: its stops and its ban, as a frame or an order meets them."""

from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from typing import Any

from framewarden.aws.bans import Bans
from framewarden.aws.channels import BAN, STOP
from framewarden.aws.dynamo import Row
from framewarden.aws.ivs import Session
from framewarden.domain.bans import stands
from framewarden.domain.times import iso, parse
from framewarden.domain.wants import Want

# S3 stamps a put in whole seconds, IVS its start to the millisecond.
CLOCK_SLACK = timedelta(seconds=1)


class Standing:
    """The rows of one channel as they were read, in the eyes of one want."""

    def __init__(self, want: Want, bans: Bans, now: datetime) -> None:
        self.want, self.now = want, now
        rows = bans.rows(want.channel_arn)
        self.ban: Row | None = next((row for row in rows if row["item"] == BAN), None)
        self._stops = [row for row in rows if row["item"].startswith(STOP)]

    @property
    def bans_now(self) -> bool:
        """Tell whether the channel is banned."""
        return stands(self.ban, self.now)

    def bans_session(self, stop: Row) -> bool:
        """Tell whether the ban that stands was set, or widened, for this very stop."""
        ban = self.ban or {}
        if ban.get("status") != "standing" or ban["session"] != stop["stream_id"]:
            return False
        # MediaLive names no session: what was stopped before this stop began was another one.
        return not ban["stopped_at"] or bool(ban["stopped_at"] >= stop["begun_at"])

    def stops(self, *statuses: str) -> list[Row]:
        """Return the stops of some statuses."""
        return [row for row in self._stops if row["status"] in statuses]

    def mine(self) -> Row | None:
        """Return the stop that this very execution has begun."""
        return next((row for row in self.stops("stopping") if self._is_mine(row)), None)

    def done(self) -> Row | None:
        """Return the stop that stands of the session which is meant, or that was made for this."""
        stops = self.stops("stopped")
        return latest(row for row in stops if self._is_mine(row) or self._covers(row))

    def begun(self) -> Row | None:
        """Return a stop of that session which somebody began and did not end."""
        return next((row for row in self.stops("stopping", "failed") if self._covers(row)), None)

    def means(self, session: Session) -> bool:
        """Tell whether what is on air is what the frame showed, or what the order means."""
        if self.want.session and self.want.session != session.session_id:
            return False
        if self.want.put_at and session.started_at:
            return self.want.put_at >= session.started_at - CLOCK_SLACK
        return True

    def slot(self, status: str, row: Row | None = None) -> dict[str, Any]:
        """Word `$.stop`: what is true of the session now."""
        row, stopped = row or {}, status == "stopped"
        return {
            "status": status,
            "channel_arn": self.want.channel_arn,
            "stream_id": row.get("stream_id"),
            "accepted_at": row.get("accepted_at"),
            "stopped_at": row.get("stopped_at"),
            "by": self.want.by,
            "confirm": self.want.confirm and stopped,
            "action": self.want.action if stopped else None,
            "banned_until": self._banned_until(),
            "keys": row.get("keys", "kept") if stopped else None,
            "live_session": None,
        }

    def _is_mine(self, row: Row) -> bool:
        return bool(row["owner"] == self.want.execution)

    def _covers(self, row: Row) -> bool:
        put_at, begun = self.want.put_at, row.get("started_at")
        if put_at is None:
            return bool(self.want.session == row["stream_id"])
        if begun and put_at < parse(begun) - CLOCK_SLACK:
            return False
        recordings = {row.get("recording"), (self.want.frame or {}).get("session")} - {None}
        if len(recordings) > 1:
            return False  # of another session, however near to this one
        done = row["status"] == "stopped"
        end = parse(row["stopped_at"]) if done else datetime.fromtimestamp(row["lease_until"], UTC)
        return put_at <= end + CLOCK_SLACK

    def _banned_until(self) -> str | None:
        if not self.ban or not self.bans_now:
            return None
        until = self.ban["until"]
        return iso(datetime.fromtimestamp(until, UTC)) if until else "until_reinstated"


def latest(stops: Iterable[Row]) -> Row | None:
    """Return the stop that was made last."""
    return max(stops, key=lambda row: str(row["stopped_at"]), default=None)
