"""Stop one session: look, take, count, ban, revoke, stop, verify, tell; each step once.

The stop row carries the work across crashes: its owner's retry goes on where it was, others wait or
see it done, and a lease that lapsed is taken over. So a crash between two steps leaves no stream on
air that everyone believes stopped.
"""

from datetime import UTC, datetime, timedelta
from typing import Any

from framewarden import delivering, settings
from framewarden.aws import video
from framewarden.aws.bans import Bans, act_row
from framewarden.aws.dynamo import Row
from framewarden.aws.ivs import Session
from framewarden.domain import notices
from framewarden.domain.errors import StopDeniedError, StopInProgressError, StreamStillLiveError
from framewarden.domain.times import iso, parse
from framewarden.domain.wants import RESTOP, Want
from framewarden.observability import count, duration, logger
from framewarden.standing import CLOCK_SLACK, Standing

Document = dict[str, Any]
# Longer than one try of the StopStream task (30 s in moderate.asl.json), so that only an owner
# that is really gone is replaced.
LEASE_SECONDS = 40
# How long an accepted stop may take before it is asked for again.
PATIENCE = timedelta(seconds=5)


class Saga:
    """One try of one stop."""

    def __init__(self, want: Want, own: settings.StopStream, now: datetime) -> None:
        self.want, self.own, self.now = want, own, now
        self.arn = want.channel_arn
        self.service = video.service(self.arn)
        self.bans = Bans(own.channels_table, own.outbox_table)
        self.standing = Standing(want, self.bans, now)

    def run(self) -> Document:
        """Go on from wherever this stop is."""
        want, standing = self.want, self.standing
        if want.ordered == "restop" and not standing.bans_now:
            return self._ended("ban_lifted")
        if want.ordered == "ban":
            self._ban(None)
        if mine := standing.mine():
            begun = mine.get("started_at")
            return self._go_on(Session(mine["stream_id"], parse(begun) if begun else None))
        done = standing.done()
        if done and not video.is_medialive(self.arn):
            # Nothing to ask the video service. (MediaLive's one session may be running again.)
            return self._ended("stopped", done)
        session = self.service.live_session(self.arn, want.slate)
        if session is None:
            return self._offline()
        if standing.means(session):
            return self._go_on(session)
        if want.asked or want.order:
            return self._ended("already_offline", live=session)
        return self._ended("not_current_session")

    def _go_on(self, session: Session) -> Document:
        """Ban, revoke, stop, verify and tell, as far as that is not done yet."""
        want, row = self.want, self._take(session)
        if row is None:
            return self._ended("stopped", self.bans.stop(self.arn, session.session_id))
        if want.automatic and not self._admitted(row):
            return self._refused(row)
        self._ban(row)
        if want.action == "stop_stream" and want.terms["revoke_keys"] and "keys" not in row:
            self._revoke(row)
        called = row.get("called_at")
        if not called or (self.now - parse(called) > PATIENCE and self._is_live(row)):
            self._call(row)
        if self._is_live(row):
            raise StreamStillLiveError(f"session {row['stream_id']} is still on air")
        return self._stopped(row)

    def _take(self, session: Session) -> Row | None:
        """Own the session's stop; None where it is done already."""
        want, name, frame = self.want, session.session_id, self.want.frame
        details = {
            "owner": want.execution,
            "incident": want.incident,
            "begun_at": iso(self.now),
            "since": iso(self.now),
            "stream_id": name,
            "started_at": iso(session.started_at) if session.started_at else None,
            "by": want.by,
            "action": want.action,
            "input": session.shows,
            "again": want.ordered == "restop",
        }
        if frame:  # an order that takes over a frame's stop leaves it its frame
            named = ("recording", "frame_id", "frame_key")
            details |= zip(named, (frame["session"], frame["frame_id"], frame["key"]), strict=True)
        seconds = int(self.now.timestamp())
        if row := self.bans.take(self.arn, name, details, seconds, seconds + LEASE_SECONDS):
            return row
        standing = self.bans.stop(self.arn, name)
        if standing and standing["status"] == "stopped":
            if not video.is_medialive(self.arn):
                return None
            if parse(standing["stopped_at"]) < self.now - CLOCK_SLACK:  # and running again
                self.bans.close(self.arn, name, "reinstated", iso(self.now), ("stopped",), False)
            # Else it was stopped after we began to look, and we have seen it running just before.
        raise StopInProgressError(f"session {name} is being stopped by another execution")

    def _admitted(self, row: Row) -> bool:
        breaker = self.want.terms["breaker"]
        stamp = f"{self.arn}#{row['stream_id']}"
        begun = parse(row["begun_at"])
        return self.bans.admits(stamp, begun, breaker["stops"], breaker["within"])

    def _refused(self, row: Row) -> Document:
        """Leave the session to people: the stack has stopped as many as it may by itself."""
        self.bans.close(self.arn, row["stream_id"], "refused", iso(self.now), ("stopping",), False)
        count("BreakerOpen")
        logger.error("breaker open", extra={"session": row["stream_id"]})
        return self.standing.slot("breaker_open") | {"stream_id": row["stream_id"]}

    def _ban(self, row: Row | None) -> None:
        """Keep the channel off until it is reinstated, or as long as the policy says."""
        if row and self.standing.bans_session(row):
            return
        order, ban_for = self.want.order or {}, self.want.terms["ban_for"]
        stop, until = row or {}, None if ban_for is None else int(self.now.timestamp()) + ban_for
        ban = {
            "since": iso(self.now),
            "until": until,
            "by": self.want.by,
            "via": order.get("via") or ("policy" if self.want.automatic else "review"),
            "note": order.get("note"),
            "session": stop.get("stream_id"),
            "session_started_at": stop.get("started_at"),
            "recording": stop.get("recording"),
            "stopped_at": None,
            "keys": "kept",
            "terms": dict(self.want.terms),
            "action": self.want.action if row else None,
            "input": stop.get("input"),
            "restops": 0,
        }
        # A ban for no time covers this session only: nobody need enforce or lift it.
        ban |= {} if ban_for == 0 else {"open": "ban"}
        self.standing.ban = self.bans.put(self.arn, ban, self.standing.ban)

    def _revoke(self, row: Row) -> None:
        """Revoke the keys; where that is denied to us the stop itself may still be allowed."""
        try:
            self.service.revoke_keys(self.arn)
        except StopDeniedError:
            row["keys"] = "denied"
        else:
            row["keys"] = "revoked"
        self.bans.keys(self.arn, row["stream_id"], row["keys"])

    def _call(self, row: Row) -> None:
        want = self.want
        if want.slate:
            # The same name for every try of this stop: MediaLive does it once.
            self.service.switch(self.arn, want.slate, f"framewarden-{row['incident']}")
        else:
            self.service.stop(self.arn)
        moment = datetime.now(UTC)
        row |= self.bans.accepted(self.arn, row["stream_id"], iso(moment)) or {}
        if want.put_at:
            duration("PutToStop", (moment - want.put_at).total_seconds())
        logger.info("stop accepted", extra={"session": row["stream_id"]})

    def _is_live(self, row: Row) -> bool:
        return bool(self.service.is_live(self.arn, row["stream_id"], self.want.slate))

    def _offline(self) -> Document:
        """The channel is off air: by a stop that somebody began, or by itself."""
        if begun := self.standing.begun():
            self._ban(begun)
            return self._stopped(begun)
        done = self.standing.done()
        return self._ended("stopped" if done else "already_offline", done)

    def _stopped(self, row: Row) -> Document:
        """Write that the session is off, and keep and send the word of it, once."""
        at = iso(datetime.now(UTC))
        slot = self.standing.slot("stopped", row) | {"stopped_at": at}
        news, again = self._news(slot), self.want.ordered == "restop"
        if not self.bans.stopped(self.arn, row["stream_id"], at, news, self._act(slot), int(again)):
            return self._ended("stopped", self.bans.stop(self.arn, row["stream_id"]))
        count("StreamsRestopped" if again else "StreamsStopped")
        for kept in news:
            delivering.publish_kept(kept, self.own, self.now)
        if again:
            self._forget_earlier(row["stream_id"])
        return slot

    def _forget_earlier(self, session: str) -> None:
        """Keep the first stop and the last of an encoder that keeps coming back: the ban counts.

        Every try reads the channel's rows: thousands of reconnects must not make them thousands.
        """
        for row in self.standing.stops("stopped"):
            if row.get("again") and row["stream_id"] != session:
                self.bans.forget(self.arn, row["stream_id"])

    def _news(self, slot: Document) -> list[Row]:
        """Word what owners and viewers are told; of an encoder that keeps coming back, once."""
        again = self.want.ordered == "restop"
        if again and (self.standing.ban or {}).get("restops"):
            return []
        name = f"stop#{self.arn}#{slot['stream_id']}"
        why = RESTOP if again else self.want.by
        subject, text = notices.stop_notice(slot, self.want.frame, why, again=again)
        rooms = self.want.terms["rooms"]
        return [
            delivering.notice(name, subject, text, self.now),
            delivering.viewers_event(name, self.arn, rooms, "stream_stopped", self.now),
        ]

    def _ended(self, status: str, row: Row | None = None, live: Session | None = None) -> Document:
        """End without a call: it is off already, or not what was meant."""
        slot = self.standing.slot(status, row)
        if live:
            begun = iso(live.started_at) if live.started_at else None
            slot["live_session"] = {"stream_id": live.session_id, "started_at": begun}
        if act := self._act(slot):
            self.bans.act(act)
        return slot

    def _act(self, slot: Document) -> Row | None:
        """Word the record of an order; of an encoder that keeps coming back, of the first."""
        again = self.want.ordered == "restop" and (self.standing.ban or {}).get("restops")
        if not self.want.order or again:
            return None
        return act_row(self.want.order, self.want.execution, slot, iso(datetime.now(UTC)))
