"""Turn what is known of a channel into what its page shows."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from framewarden.console import channel_record as record
from framewarden.console import channel_words as words
from framewarden.console.channel_record import Line
from framewarden.console.moments import Moment, moment
from framewarden.console.problems import Words
from framewarden.console.visitors import Visit
from framewarden.domain.bans import stands
from framewarden.domain.roles import needed
from framewarden.domain.times import parse

if TYPE_CHECKING:
    from framewarden.overview import Overview

Row = Mapping[str, Any]


@dataclass(frozen=True)
class Ban:
    """A channel's ban in words; `state` is standing, lifting, lifted, ended or session."""

    state: str
    since: Moment
    until: Moment | None
    by: str
    via: str
    note: str
    restops: int
    keys: str | None
    failed_at: Moment | None
    lifted_at: Moment | None
    lifted_by: str


@dataclass(frozen=True)
class Button:
    """One order that can be placed here, and what it will do."""

    action: str
    label: str
    effect: str
    tone: str

    @property
    def key(self) -> str:
        """Return the key that leads to it."""
        return self.action[0]


@dataclass(frozen=True)
class ChannelView:
    """Everything that the page of a channel shows.

    `air` is on, off, gone or unknown; `order` says what became of the one that somebody waits for.
    """

    channel: str
    channel_arn: str
    service: str
    air: str
    silence: str
    session: str
    shows: str
    slate: str
    live_since: Moment | None
    stopping: Line | None
    unseen: tuple[str, Moment, Moment | None] | None
    ban: Ban | None
    failures: tuple[str, ...]
    stops: tuple[Line, ...]
    orders: tuple[Line, ...]
    buttons: tuple[Button, ...]
    withheld: str
    order: str
    news: Words | None
    looked_at: Moment


def view_of(
    overview: "Overview", visit: Visit, awaited: tuple[str, int] | None, now: datetime
) -> ChannelView:
    """Word a channel as somebody sees it now; `awaited` is an order, and when it was placed."""
    arn, live = overview.channel_arn, overview.live
    service, ban_row = arn.split(":")[2], overview.ban_row or {}
    stopping = record.stopping(overview, now)
    order, news = record.news(overview, awaited, now)
    buttons = _buttons(overview, service, stopping is not None, now)
    offered = tuple(button for button in buttons if visit.authority.may(needed(button.action)))
    slate = stands(overview.ban_row, now) and ban_row.get("action") == "slate"
    return ChannelView(
        channel=arn.rpartition("/")[2].rpartition(":")[2],
        channel_arn=arn,
        service=words.SERVICES[service],
        air=_air(overview),
        silence=words.silence(service, overview.silence) if overview.silence else "",
        session=live.session_id if live else "",
        shows=(live.shows or "") if live else "",
        slate=str((ban_row.get("terms") or {}).get("slate_input") or "") if slate else "",
        live_since=moment(live.started_at, now) if live and live.started_at else None,
        stopping=record.stop_line(stopping, overview, now) if stopping else None,
        unseen=_unseen(overview, now),
        ban=_ban(overview.ban_row, service, now),
        failures=record.failures(overview),
        stops=tuple(record.stop_line(row, overview, now) for row in overview.stops),
        orders=tuple(record.order_line(row, overview, now) for row in overview.acts),
        buttons=offered,
        withheld=_withheld(visit, [button for button in buttons if button not in offered]),
        order=order,
        news=news,
        looked_at=moment(now, now),
    )


def _air(overview: "Overview") -> str:
    if overview.silence:
        return "gone" if overview.gone else "unknown"
    return "on" if overview.live else "off"


def _unseen(overview: "Overview", now: datetime) -> tuple[str, Moment, Moment | None] | None:
    row = overview.unseen_row
    if row is None or record.on_air(overview, None) is False:
        return None
    last = row.get("last_frame_at")
    why = words.UNSEEN.get(row["reason"], words.UNSEEN["no_frames"])
    return why, moment(parse(row["since"]), now), moment(parse(last), now) if last else None


def _ban(row: Row | None, service: str, now: datetime) -> Ban | None:
    if row is None:
        return None
    until, lifted = row.get("until"), row.get("lifted_at")
    state = row["status"]
    if state == "standing" and not stands(row, now):
        # A stop is written as a ban that ends at once where the policy bans nobody.
        state = "session" if (row.get("terms") or {}).get("ban_for") == 0 else "ended"
    failed = row.get("failed_at")
    return Ban(
        state=state,
        since=moment(parse(row["since"]), now),
        until=None if until is None else moment(datetime.fromtimestamp(until, UTC), now),
        by=str(row.get("by") or ""),
        via=str(row.get("via") or ""),
        note=str(row.get("note") or ""),
        restops=int(row.get("restops") or 0),
        keys=words.KEYS.get(str(row.get("keys"))) if service == "ivs" else None,
        failed_at=moment(parse(failed), now) if failed and state == "standing" else None,
        lifted_at=moment(parse(lifted), now) if lifted else None,
        lifted_by=str(row.get("lifted_by") or ""),
    )


def _buttons(
    overview: "Overview", service: str, being_stopped: bool, now: datetime
) -> tuple[Button, ...]:
    """Return what can be ordered by whoever may, the most urgent first."""
    ban_row, live = overview.ban_row or {}, overview.live
    banned = stands(overview.ban_row, now)
    for_good = banned and ban_row["until"] is None
    found: list[Button] = []
    if live and not being_stopped:
        effect = (words.STOP_BANNED if for_good else words.STOP_EFFECT)[service]
        found.append(Button("stop", "Stop", effect, "danger"))
    if overview.silence and for_good and not overview.gone:
        # While nobody knows what is on air, a ban is the order that stops whatever is.
        found.append(Button("ban", "Stop whatever is live", words.BAN_AGAIN, "danger"))
    elif not overview.gone and not for_good:
        effect = words.BAN_OFF if _air(overview) == "off" else words.BAN_LIVE
        found.append(Button("ban", "Ban the channel", effect, "danger"))
    if _to_undo(overview):
        effect = words.reinstate_effect(service, ban_row, stands=banned)
        found.append(Button("reinstate", "Reinstate", effect, "plain"))
    return tuple(found)


def _withheld(visit: Visit, buttons: list[Button]) -> str:
    """Say why somebody does not see these buttons, and who does; nothing where there are none."""
    if not buttons:
        return ""
    if visit.late:
        return words.LATE_LINK
    only_reinstate = [button.action for button in buttons] == ["reinstate"]
    return words.WITHHELD[visit.authority.via, only_reinstate]


def _to_undo(overview: "Overview") -> bool:
    """Tell whether a ban or a stop stands that can be taken back."""
    if overview.ban_row and overview.ban_row["status"] in ("standing", "lifting"):
        return True
    return any(row["status"] == "stopped" for row in overview.stops)
