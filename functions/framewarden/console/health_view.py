"""Turn what was seen of an installation into what its page shows."""

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

from framewarden.console.channel_address import path_of
from framewarden.console.channel_words import SERVICES
from framewarden.console.moments import Moment, moment
from framewarden.domain import live_adapter
from framewarden.domain.attention import short_id
from framewarden.domain.times import parse
from framewarden.domain.troubles import UNKNOWN, Trouble

if TYPE_CHECKING:
    from framewarden.health import Health, LiveChannel

Document = Mapping[str, Any]

UNREAD = "It could not be read."
UNLOOKED = "Nothing is broken, but nobody looked at some frames"
LABELS = {
    "failed_stops": "A stop needs you",
    "unseen": "Nobody looks",
    "policy": "No policy",
    "adapter": "No adapter",
    "oldest": "Overdue",
    "dead_letters": "Dead letters",
    "given_up": "A message was given up",
    UNKNOWN: "Not known",
}
# What each list means, by what it says of no entry and of some.
LISTS = {
    "failed_stops": ("Failed stops", "Every stop was carried out.", "May still be on air."),
    "unseen": ("Unseen channels", "Frames come from every live channel.", "Nobody looks at these."),
    "bans": ("Bans standing", "No channel is kept off.", "Kept off, or being let back."),
    "undelivered": ("Undelivered messages", "Everything was delivered.", "Tried again by itself."),
    "given_up": ("Given-up messages", "No message was given up.", "Somebody was not told."),
}
EPOCH = datetime.fromtimestamp(0, UTC)


@dataclass(frozen=True)
class Link:
    """Where something is mended or seen, below the root."""

    address: str
    text: str


ADAPTERS = Link("adapters", "The adapters")


@dataclass(frozen=True)
class Problem:
    """One thing that is wrong, what mends it, and where."""

    entry: str
    label: str
    says: str
    remedy: str
    link: Link | None


@dataclass(frozen=True)
class OnAir:
    """One live channel; `state` is late, banned or fine."""

    channel: str
    service: str
    address: str | None
    session: str
    since: Moment | None
    last: Moment | None
    state: str
    trouble: str


@dataclass(frozen=True)
class Entry:
    """One figure and what it means; `tone` is fine, warm or danger, `lines` name its parts."""

    name: str
    title: str
    figure: str
    note: str
    tone: str = "fine"
    at: Moment | None = None
    link: Link | None = None
    lines: tuple[tuple[str, Link | None], ...] = ()


@dataclass(frozen=True)
class HealthView:
    """Everything that the page shows."""

    place: str
    title: str
    heading: str
    tone: str
    problems: tuple[Problem, ...]
    on_air: tuple[OnAir, ...] | None
    live_more: int
    entries: tuple[Entry, ...]
    looked_at: Moment


def view_of(health: "Health", now: datetime) -> HealthView:
    """Word what was seen."""
    number = len(health.troubles)
    heading = UNLOOKED if health.unscreened else "All is well"
    if number:
        heading = "1 problem" if number == 1 else f"{number} problems"
    return HealthView(
        place=health.place,
        title=f"{heading} · {health.place} · framewarden",
        heading=heading,
        tone="danger" if number else "warning" if health.unscreened else "fine",
        problems=tuple(_problem(trouble) for trouble in health.troubles),
        on_air=None if health.live is None else tuple(_on_air(one, now) for one in health.live),
        live_more=health.live_more,
        entries=(*_figures(health, now), *(_listed(health, name) for name in LISTS)),
        looked_at=moment(health.looked_at, now),
    )


def digest(health: "Health") -> str:
    """Return a digest of everything shown but how long ago it was."""
    timeless = view_of(replace(health, looked_at=EPOCH), EPOCH)
    return hashlib.sha256(repr(timeless).encode()).hexdigest()[:16]


def _problem(trouble: Trouble) -> Problem:
    link = _link(trouble.entry, trouble.about) if trouble.about else None
    return Problem(trouble.entry, LABELS[trouble.entry], trouble.says, trouble.remedy, link)


def _on_air(one: "LiveChannel", now: datetime) -> OnAir:
    return OnAir(
        channel=short_id(one.channel_arn),
        service=SERVICES[one.channel_arn.split(":")[2]],
        address=path_of(one.channel_arn),
        session=one.session,
        since=moment(parse(one.since), now) if one.since else None,
        last=moment(parse(one.last_frame_at), now) if one.last_frame_at else None,
        state="banned" if one.banned else "late" if one.trouble else "fine",
        trouble=one.trouble,
    )


def _figures(health: "Health", now: datetime) -> tuple[Entry, ...]:
    return (
        _policy(health),
        _adapter(health),
        _unscreened(health.unscreened),
        _number(
            "dead-letters", "Dead letters", health.dead_letters,
            "Every event was admitted and settled.", "Events that nobody took.", "danger",
        ),
        _number(
            "open-reviews", "Open reviews", health.open_reviews,
            "Nobody is waiting for a person.", "Cases that wait for a person.", "fine",
            Link("queue", "The queue"),
        ),
        _oldest(health, now),
    )  # fmt: skip


def _policy(health: "Health") -> Entry:
    policy = health.policy
    if "policy" in health.unknown:
        return Entry("policy", "Policy in force", "?", UNREAD, "warm")
    if policy is None:
        return Entry("policy", "Policy in force", "none", "Nothing is judged.", "danger")
    version = str(policy["hash"])
    link = Link(f"policies/{quote(version, safe='')}", f"Version {version[:12]}")
    return Entry("policy", "Policy in force", str(policy["name"]), "", link=link)


def _adapter(health: "Health") -> Entry:
    adapter, title = health.adapter, "Live adapter"
    if adapter is None:
        return Entry("adapter", title, "?", UNREAD, "warm")
    if adapter["state"] == live_adapter.BASE:
        return Entry("adapter", title, "none", "The base model judges.", link=ADAPTERS)
    tone = {live_adapter.SILENT: "danger", live_adapter.EXPIRING: "warm"}.get(adapter["state"])
    says = f"{adapter['says'][:1].upper()}{adapter['says'][1:]}."
    note = says if tone else ""
    return Entry("adapter", title, str(adapter["name"]), note, tone or "fine", link=ADAPTERS)


def _unscreened(number: int | None) -> Entry:
    from framewarden.health import MOST

    link = Link("executions?status=unscreened", "See which")
    found = _number(
        "unscreened", "Unscreened frames", number,
        "Somebody or something looked at every frame.",
        "Nobody looked at these. framewarden rescan tries frames again; images of a batch's list "
        "are decided on its grid.", "warm", link,
    )  # fmt: skip
    return replace(found, figure=f"{MOST:,}+") if number and number >= MOST else found


def _oldest(health: "Health", now: datetime) -> Entry:
    oldest = health.oldest
    if health.open_reviews is None:
        return Entry("oldest", "Nearest deadline", "?", UNREAD, "warm")
    if oldest is None:
        return Entry("oldest", "Nearest deadline", "none", "No review is open.")
    tone = "fine" if oldest["seconds_left"] > 0 else "danger"
    note = f"{oldest['severity']}, {oldest['channel'] or 'a still'}"
    at = moment(parse(oldest["deadline"]), now)
    return Entry("oldest", "Nearest deadline", "", note, tone, at, _link("oldest", oldest))


def _number(
    name: str,
    title: str,
    number: int | None,
    none: str,
    some: str,
    tone: str,
    link: Link | None = None,
) -> Entry:
    if number is None:
        return Entry(name, title, "?", UNREAD, "warm")
    if not number:
        return Entry(name, title, "0", none)
    return Entry(name, title, f"{number:,}", some, tone, link=link)


def _listed(health: "Health", name: str) -> Entry:
    title, none, some = LISTS[name]
    entries: Sequence[Document] | None = getattr(health, name)
    tone = "danger" if name in LABELS else "fine"
    number = None if entries is None else len(entries)
    found = _number(name.replace("_", "-"), title, number, none, some, tone)
    if not entries:
        return found
    more = "undelivered" if name == "given_up" else name
    figure = f"{number}+" if more in health.cut else found.figure
    lines = tuple((str(one["says"]), _link(name, one)) for one in entries)
    return replace(found, figure=figure, lines=lines)


def _link(entry: str, about: Document) -> Link | None:
    """Return where something is mended: at its channel, or its case."""
    if "channel_arn" in about:
        path = path_of(about["channel_arn"])
        return Link(path, f"Channel {short_id(about['channel_arn'])}") if path else None
    if entry == "adapter":
        return ADAPTERS
    if entry == "oldest":
        return Link(_case(about["review_id"]), "The case")
    if about.get("kind") == "callback":
        # Its id is `callback#<review>#<rung>`.
        return Link(_case(str(about["id"]).split("#")[1]), "The case")
    return None


def _case(review_id: str) -> str:
    return f"reviews/{quote(review_id, safe='')}"
