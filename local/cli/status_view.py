"""Write how a stack stands for a terminal: what is on air, what waits, and what is wrong last."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime
from typing import Any

from rich.table import Table
from rich.text import Text

from framewarden.console.moments import moment
from framewarden.domain import live_adapter
from framewarden.domain.attention import short_id
from framewarden.domain.times import parse
from framewarden.health import MOST
from local.cli.output import cell_text, console, printable, say

Document = dict[str, Any]
Row = tuple[str, Text]
GOOD, WARM, BAD, QUIET = "bold green", "bold yellow", "bold red", "dim"
# What is wrong wherever there is any, and what only waits for somebody.
STYLES = {
    "dead_letters": BAD,
    "failed_stops": BAD,
    "unseen": BAD,
    "given_up": BAD,
    "unscreened": WARM,
    "undelivered": WARM,
}
# How the live adapter stands, where there is more to say than its name.
ADAPTERS = {
    live_adapter.BASE: (QUIET, ": the base model judges"),
    live_adapter.EXPIRING: (WARM, ", deprecated"),
    live_adapter.SILENT: (BAD, ", which does not answer"),
}
WAITING = ("open_reviews", "oldest", "unscreened", "dead_letters")
LISTED = ("failed_stops", "unseen", "bans", "undelivered", "given_up")
# What is in order is told as well, but not by the screen; JSON has all of it.
NAMED = 10


def show(told: Document) -> None:
    """Write everything that is no problem to stdout, and what is merely told to stderr."""
    now = datetime.now(UTC)
    out = console(sys.stdout)
    for title, rows in (
        ("", _head(told)),
        ("waits for somebody", _waits(told, now)),
        ("stack", _stack(told)),
    ):
        if title:
            out.print(Text(f"\n{title}", style=_style("bold")))
        out.print(_grid(rows))
        if not title:
            _on_air(told["live"], now)
    adapter = told["adapter"]
    if adapter and adapter["state"] == live_adapter.EXPIRING:
        say(f"{adapter['says'][:1].upper()}{adapter['says'][1:]}. {adapter['remedy']}")
    for name in ("bans", "undelivered"):
        for entry in (told[name] or [])[:NAMED]:
            say(f"{entry['says']}. {entry['remedy']}")


def show_problems(problems: Iterable[str]) -> None:
    """Write what is wrong to stderr, in red where somebody reads it."""
    err = console(sys.stderr)
    for problem in problems:
        text = Text(f"Not healthy: {printable(problem)}", style=_style("red"))
        err.print(text, soft_wrap=True)


def _head(told: Document) -> Iterable[Row]:
    yield "healthy", _text("yes", GOOD) if told["healthy"] else _text("no", BAD)
    yield "place", _text(told["place"])
    policy = told["policy"]
    words = f"{policy['name']} (version {policy['version']})" if policy else None
    yield "policy", _text(words) if words else _text("none", BAD)
    yield "adapter", _adapter(told["adapter"])


def _adapter(adapter: Document | None) -> Text:
    if adapter is None:
        return _unknown()
    style, words = ADAPTERS.get(adapter["state"], ("", ""))
    return _text(f"{adapter['name'] or 'none'}{words}", style)


def _waits(told: Document, now: datetime) -> Iterable[Row]:
    for name in WAITING:
        if name == "oldest":
            yield "nearest deadline", _oldest(told, now)
        else:
            yield _named(name), _count(name, told[name])
    for name in LISTED:
        entries = told[name]
        yield _named(name), _count(name, None if entries is None else len(entries))


def _stack(told: Document) -> Iterable[Row]:
    for name, value in told["stack"].items():
        yield _named(name), _text(value)
    if told["frames"]:
        counts = (f"{count} {name}" for name, count in told["frames"].items())
        yield "frames", _text(", ".join(counts))
    for process in told["processes"]:
        megabytes = process["resident_bytes"] // 2**20
        named = f" pid {process['pid']}," if process["pid"] else ""
        yield "process", _text(f"{process['name']},{named} {megabytes} MB")


def _on_air(live: Sequence[Document] | None, now: datetime) -> None:
    """Write the live channels, each with its last frame."""
    out = console(sys.stdout)
    out.print(Text("\non air under moderation", style=_style("bold")))
    if not live:
        out.print(_text("nothing", QUIET) if live is not None else _unknown())
        return
    grid = _columns(4)
    for one in live:
        last = one["last_frame_at"]
        ago = _ago(last, now) if last else "no frame yet"
        name, since = short_id(one["channel_arn"]), one["since"]
        late = _text(f"{ago}, late", BAD) if one["trouble"] else _text(ago)
        state = "banned" if one["banned"] else one["trouble"]
        on_air = f"live for {_span(since, now)}" if since else "live"
        grid.add_row(_text(name), late, _text(on_air), Text(printable(state), style=_style(QUIET)))
    out.print(grid)


def _oldest(told: Document, now: datetime) -> Text:
    if told["open_reviews"] is None:
        return _unknown()
    oldest = told["oldest"]
    if oldest is None:
        return _text("none", QUIET)
    words = f"{_ago(oldest['deadline'], now)}: review {oldest['review_id']}, {oldest['severity']}"
    channel = f", {oldest['channel']}" if oldest["channel"] else ""
    return _text(words + channel, "" if oldest["seconds_left"] > 0 else BAD)


def _count(name: str, number: int | None) -> Text:
    if number is None:
        return _unknown()
    more = "+" if name == "unscreened" and number >= MOST else ""
    return _text(f"{number:,}{more}", STYLES.get(name, "") if number else QUIET)


def _unknown() -> Text:
    return _text("not known", WARM)


def _ago(at: str, now: datetime) -> str:
    return moment(parse(at), now).relative


def _span(since: str, now: datetime) -> str:
    return _ago(since, now).removesuffix(" ago")


def _grid(rows: Iterable[Row]) -> Table:
    grid = _columns(2)
    for name, value in rows:
        grid.add_row(Text(name, style=_style(QUIET)), value)
    return grid


def _columns(number: int) -> Table:
    grid = Table.grid(padding=(0, 2, 0, 0))
    for _ in range(number):
        grid.add_column(overflow="fold")
    return grid


def _text(value: object, style: str = "") -> Text:
    return Text(printable(cell_text(value or None)), style=_style(style))


def _style(name: str) -> str:
    return "" if os.environ.get("NO_COLOR") else name


def _named(name: str) -> str:
    return name.replace("_", " ")
