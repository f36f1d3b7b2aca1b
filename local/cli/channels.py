"""`framewarden channels list`, `show`, `stop`, `ban` and `reinstate`."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Annotated, Any

import typer

from local.cli import channel_acts
from local.cli.channel_acts import ChannelArgument
from local.cli.options import JsonOption, RegionOption, StackOption, group, target_of
from local.cli.output import emit_json, say, table

# What `show` writes of a long story; JSON has all of it.
SHOWN = 10
FACTS = ("channel_arn", "name", "service", "last_frame_at")
STOPS = ("stream_id", "status", "by", "begun_at", "stopped_at", "error")
ACTS = ("at", "action", "by", "via", "status", "result", "error", "note")


def register(app: typer.Typer) -> None:
    """Add the commands."""
    channels = group("See what is on air; stop a channel, keep it off, and give it back.")
    channels.command("list")(list_)
    channels.command()(show)
    channels.command()(channel_acts.stop)
    channels.command()(channel_acts.ban)
    channels.command()(channel_acts.reinstate)
    app.add_typer(channels, name="channels")


def list_(
    all_: Annotated[
        bool, typer.Option("--all", help="Also those without the tag framewarden=moderated.")
    ] = False,
    stack: StackOption = None,
    region: RegionOption = None,
    json_: JsonOption = False,
) -> None:
    """List the channels: what is on air, banned, and in trouble."""
    from local.channel_overview import listed

    found = listed(target_of(stack, region), all_, datetime.now(UTC))
    if json_:
        emit_json(found)
        return
    columns = ("channel", "id", "service", "live", "banned", "last frame", "trouble")
    table(columns, map(_line, found))
    if not found:
        say("No channels." if all_ else "No channels are tagged framewarden=moderated.")


def _line(one: dict[str, Any]) -> tuple[object, ...]:
    trouble = "; ".join(one["trouble"]) or None
    named = (one["name"], one["id"], one["service"])
    return (*named, _live(one), _until(one["banned_until"]), one["last_frame_at"], trouble)


def _until(moment: str | None) -> str | None:
    """Say until when: JSON has a word for it, and people have another."""
    if moment is None:
        return None
    return "until reinstated" if moment == "until_reinstated" else f"until {moment}"


def _live(one: dict[str, Any]) -> str | None:
    live = one["live"]
    if live is None:
        return None
    return f"since {live['since']}" if live["since"] else live["input"] or "on air"


def show(
    channel: ChannelArgument,
    link: Annotated[
        bool,
        typer.Option(
            "--link", help="Also the page's link: for a day, whoever has it may stop and ban."
        ),
    ] = False,
    stack: StackOption = None,
    region: RegionOption = None,
    json_: JsonOption = False,
) -> None:
    """Show what is on air on a channel, what was stopped, and by whom."""
    from local.channel_overview import shown

    told = shown(target_of(stack, region), channel, link, datetime.now(UTC))
    if json_:
        emit_json(told)
        return
    facts = [(name.replace("_", " "), told[name]) for name in FACTS]
    facts.append(("moderated", "yes" if told["moderated"] else "no"))
    facts.append(("live", _live(told)))
    facts.append(("banned", _until(told["banned_until"])))
    ban = told["ban"]
    if ban:
        words = f"{ban['status']}; since {ban['since']}, by {ban['by']}, {_until(ban['until'])}"
        facts.append(("ban", words))
    facts += [("trouble", words) for words in told["trouble"]]
    facts += [("link", told["url"])] if link else []
    table(("", ""), facts)
    _latest("stops", STOPS, told["stops"])
    _latest("acts", ACTS, told["acts"])


def _latest(what: str, columns: tuple[str, ...], rows: list[dict[str, Any]]) -> None:
    if rows:
        typer.echo()
        names = (what, *(name.replace("_", " ") for name in columns[1:]))
        table(names, ([row.get(name) for name in columns] for row in rows[:SHOWN]))
    if len(rows) > SHOWN:
        say(f"... and {len(rows) - SHOWN} older {what}; see all with --json.")
