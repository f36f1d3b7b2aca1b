"""Turn adapters, the switch and its record into what the page of all adapters shows."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any

from framewarden.console import adapter_shadow
from framewarden.console.adapter_address import adapter_path
from framewarden.console.adapter_evaluation import Compared, compare
from framewarden.console.adapter_words import (
    BASE_MODEL,
    Standing,
    event_words,
    expiry_words,
    named,
    status_words,
)
from framewarden.console.card import clipped
from framewarden.console.moments import Moment, moment
from framewarden.console.outcome_words import Status
from framewarden.domain import adapters
from framewarden.domain.times import parse

if TYPE_CHECKING:
    from framewarden.adapterwork import Overview

Row = Mapping[str, Any]

# The acts after which another model is live.
TURNS = ("promote", "rollback")
NO_LABELS = "no label yet"
SHORT = 30


@dataclass(frozen=True)
class Live:
    """What is live; `path` is empty for the base model, `since` None where nobody remembers.

    `before` is what a roll back leads to, empty where there is nothing to go back from; `deep`
    tells whether the base model is further back than that.
    """

    name: str
    path: str
    arn: str
    since: Moment | None
    by: str
    expiry: Standing | None
    before: str
    deep: bool
    shadow: str
    shadow_path: str
    shadow_view: adapter_shadow.ShadowView | None


@dataclass(frozen=True)
class Line:
    """One adapter; errors are on its test images, empty where it was not evaluated."""

    name: str
    path: str
    status: str
    status_words: Status
    role: str
    labels: str
    base_errors: str
    errors: str
    images: str
    by: str
    moment: Moment


@dataclass(frozen=True)
class Event:
    """What somebody changed."""

    what: str
    by: str
    at: Moment


@dataclass(frozen=True)
class ListView:
    """Everything that the page shows but the examples; `follows` tells whether one is trained."""

    live: Live
    lines: tuple[Line, ...]
    events: tuple[Event, ...]
    follows: bool
    title: str
    says: str
    looked_at: Moment


def view_of(seen: "Overview", now: datetime) -> ListView:
    """Word what was read."""
    live = _live(seen, now)
    running = [str(row["item"]) for row in seen.rows if row["status"] in adapters.LIVE]
    lines = tuple(_line(row, seen.switch, now) for row in seen.rows)
    return ListView(
        live=live,
        lines=lines,
        events=tuple(_event(event, now) for event in seen.events),
        follows=bool(running),
        title=f"Adapters: {live.name} is live · framewarden",
        says=f"{live.name} is live" + (f", {running[0]} is being trained" if running else ""),
        looked_at=moment(now, now),
    )


def trained_labels(row: Row) -> str:
    """Return what an adapter corrects, or is asked to correct."""
    found = (row.get("readiness") or {}).get("training") or row.get("labels") or ()
    return ", ".join(map(str, found)) or NO_LABELS


def before(switch: Row) -> str:
    """Return what a roll back makes live; empty where the base model is live already."""
    if not switch["live"]:
        return ""
    stack = switch["stack"]
    return named(stack[-1]["name"] if stack and stack[-1] else None)


def _live(seen: "Overview", now: datetime) -> Live:
    switch, live, shadow = seen.switch, seen.switch["live"], seen.switch["shadow"]
    turned = next((event for event in seen.events if event["act"] in TURNS), None)
    back = before(switch)
    return Live(
        name=named(live and live["name"]),
        path=adapter_path(live["name"]) if live else "",
        arn=str(live["arn"]) if live else "",
        since=moment(parse(turned["at"]), now) if turned else None,
        by=str(turned.get("by") or "") if turned else "",
        expiry=expiry_words(seen.health, live and live["arn"]),
        before=back,
        deep=back not in ("", BASE_MODEL),
        shadow=str(shadow["name"]) if shadow else "",
        shadow_path=adapter_path(shadow["name"]) if shadow else "",
        shadow_view=adapter_shadow.view_of(shadow["share"], seen.counts, (), now)
        if shadow
        else None,
    )


def _line(row: Row, switch: Row, now: datetime) -> Line:
    compared = evaluated(row)
    return Line(
        name=str(row["item"]),
        path=adapter_path(str(row["item"])),
        status=str(row["status"]),
        status_words=status_words(row),
        role=role_of(row, switch),
        labels=trained_labels(row),
        base_errors=compared.errors.base if compared else "",
        errors=compared.errors.adapter if compared else "",
        images=f"{compared.images:,}" if compared else "",
        by=clipped(row.get("by") or "", SHORT),
        moment=moment(parse(row["started_at"]), now),
    )


def evaluated(row: Row) -> Compared | None:
    """Return what Rekognition measured on the test images; None where it has not."""
    found = row.get("evaluation")
    return compare(found, "on the test images") if found else None


def role_of(row: Row, switch: Row) -> str:
    """Say what an adapter is used for now."""
    for role in ("live", "shadow"):
        used = switch[role]
        if used and used["name"] == row["item"]:
            return "live" if role == "live" else "in the shadow"
    return ""


def _event(event: Row, now: datetime) -> Event:
    what = event_words(event)
    was = event.get("was")
    if event["act"] in TURNS:
        what += f", in place of {named(was)}"
    return Event(
        what[:1].upper() + what[1:], str(event.get("by") or ""), moment(parse(event["at"]), now)
    )
