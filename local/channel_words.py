"""Say in sentences what the rows of a channel mean."""

from __future__ import annotations

from datetime import UTC, datetime

from framewarden.domain.bans import stands
from framewarden.domain.failures import MAYBE, stop_failure_words
from framewarden.domain.times import iso
from local.channel_rows import Memory
from local.live import Live, Unknown
from local.tables import Row

UNTIL_REINSTATED = "until_reinstated"
# For whoever words a row without a look at its channel.
UNSEEN = Unknown("not looked at")
RECORDING_FAILED = "recording_start_failure"


def banned_until(ban: Row | None, now: datetime) -> str | None:
    """Return when a ban ends, or `until_reinstated`; None where none keeps the channel off."""
    if ban is None or not stands(ban, now):
        return None
    return end_of_ban(ban)


def end_of_ban(ban: Row) -> str:
    """Return when a ban ends or ended, or `until_reinstated`."""
    return UNTIL_REINSTATED if ban["until"] is None else end_of(ban["until"])


def end_of(epoch: float) -> str:
    """Write epoch seconds as everywhere else."""
    return iso(datetime.fromtimestamp(epoch, UTC))


def ban_words(ban: Row | None, now: datetime) -> str | None:
    """Say how long a channel is kept off; None where it is not."""
    if ban is None:
        return None
    if ban["status"] == "lifting":
        return f"being lifted since {ban['lifted_at']} by {ban['lifted_by']}"
    until = banned_until(ban, now)
    return "until reinstated" if until == UNTIL_REINSTATED else until and f"until {until}"


def hangs(stop: Row, now: datetime) -> bool:
    """Tell whether a stop began and nobody works on it any more."""
    return bool(stop["status"] == "stopping" and stop["lease_until"] < now.timestamp())


def stop_trouble(stop: Row, now: datetime, live: Live | Unknown | None = UNSEEN) -> str | None:
    """Say what is wrong with a stop, and what is true now; None where it is done, or under way."""
    session = f"the stop of session {stop['stream_id']}"
    if hangs(stop, now):
        still = still_true(stop["stream_id"], live, MAYBE)
        return f"{session} hangs: begun at {stop['begun_at']}, taken up by nobody; {still}"
    if stop["status"] != "failed":
        return None
    what, still = stop_failure_words(stop.get("error"))
    still = still_true(stop["stream_id"], live, still)
    return f"{session} failed at {stop['failed_at']}: {what}; {still}"


def still_true(session: str | None, live: Live | Unknown | None, unseen: str) -> str:
    """Say what is on air after a stop failed; `unseen` where nobody could look."""
    if isinstance(live, Unknown):
        return unseen
    if live is None:
        return "nothing of it is on air now"
    return "it is still on air" if session in (None, live.session) else live_words(live)


def unseen_trouble(unseen: Row) -> str:
    """Say why nobody sees what a live channel shows."""
    if unseen["reason"] == RECORDING_FAILED:
        return f"live without a recording since {unseen['since']}: nobody looks at it"
    last = unseen.get("last_frame_at")
    since = f"the last came at {last}" if last else "none has come at all"
    return f"live, but its frames do not come ({since}): nobody looks at it"


def is_on_slate(ban: Row | None, live: Live) -> bool:
    """Tell whether what is on air is what a stop put there."""
    return bool(ban and ban.get("action") == "slate" and live.shows in (None, _slate(ban)))


def _slate(ban: Row) -> str | None:
    slate: str | None = (ban.get("terms") or {}).get("slate_input")
    return slate


def troubles(memory: Memory, live: Live | Unknown | None, now: datetime) -> list[str]:
    """List what somebody should look at on one channel."""
    found = [stop_trouble(stop, now, live) for stop in memory.stops]
    if memory.unseen:
        found.append(unseen_trouble(memory.unseen))
    ban = memory.ban
    if isinstance(live, Live) and ban and banned_until(ban, now) and not is_on_slate(ban, live):
        found.append(f"on air in spite of its ban (session {live.session})")
    return [words for words in found if words]


def live_words(live: Live | Unknown | None) -> str:
    """Say what is on air."""
    if isinstance(live, Unknown):
        return f"nobody can see what is on air ({live.why})"
    if live is None:
        return "nothing is on air"
    since = f" since {live.since}" if live.since else ""
    shown = f", showing the input {live.shows}" if live.shows else ""
    return f"session {live.session} is on air{since}{shown}"
