"""Say in sentences what the rows of a channel mean."""

from __future__ import annotations

from datetime import datetime

from framewarden.domain.attention import end_of_ban, stop_words, unseen_trouble
from framewarden.domain.bans import stands
from local.channel_rows import Memory
from local.live import Live, Unknown
from local.tables import Row


def banned_until(ban: Row | None, now: datetime) -> str | None:
    """Return when a ban ends, or `until_reinstated`; None where none keeps the channel off."""
    if ban is None or not stands(ban, now):
        return None
    return end_of_ban(ban)


def stop_trouble(stop: Row, now: datetime, live: Live | Unknown | None) -> str | None:
    """Say what is wrong with a stop, and what is true now; None where it is done, or under way."""
    words = stop_words(stop, now)
    if words is None:
        return None
    what, unseen = words
    return f"{what}; {still_true(stop['stream_id'], live, unseen)}"


def still_true(session: str | None, live: Live | Unknown | None, unseen: str) -> str:
    """Say what is on air after a stop failed; `unseen` where nobody could look."""
    if isinstance(live, Unknown):
        return unseen
    if live is None:
        return "nothing of it is on air now"
    return "it is still on air" if session in (None, live.session) else live_words(live)


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
