"""`framewarden channels stop`, `ban` and `reinstate`: ask, order, and say what came of it."""

from __future__ import annotations

import sys
from contextlib import nullcontext
from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated, Any

import typer

from local.cli.options import JsonOption, RegionOption, StackOption, target_of
from local.cli.output import console, emit_json, say

if TYPE_CHECKING:
    from local.channel_link import Wish
    from local.channel_orders import Outcome
    from local.channels import Channel
    from local.target import Target

ChannelArgument = Annotated[
    str, typer.Argument(metavar="CHANNEL", help="Its name, id or ARN (IVS or MediaLive).")
]
ByOption = Annotated[str, typer.Option(help="Your name; kept with the act.", envvar="USER")]
NoteOption = Annotated[str, typer.Option(help="Why; kept with the act.")]
DryRunOption = Annotated[bool, typer.Option("--dry-run", help="Say what would be done.")]
YesOption = Annotated[bool, typer.Option("--yes", "-y", help="Do not ask.")]
WaitOption = Annotated[
    bool, typer.Option("--wait/--no-wait", help="Wait until it is known what came of it.")
]
TimeoutOption = Annotated[float, typer.Option(min=0, help="Seconds to wait.")]


@dataclass(frozen=True)
class How:
    """How an order is to be placed."""

    dry_run: bool
    yes: bool
    wait: bool
    timeout: float
    json: bool


def stop(
    channel: ChannelArgument,
    by: ByOption,
    note: NoteOption = "",
    session: Annotated[
        str | None, typer.Option(metavar="ID", help="Only this session; any other is left alone.")
    ] = None,
    dry_run: DryRunOption = False,
    yes: YesOption = False,
    wait: WaitOption = True,
    timeout: TimeoutOption = 60,
    stack: StackOption = None,
    region: RegionOption = None,
    json_: JsonOption = False,
) -> None:
    """Stop what is on air on a channel, and keep it off for as long as the policy says.

    Exit 0: done. 1: not done. 4: still under way.
    """
    from local.channel_link import Wish

    how = How(dry_run, yes, wait, timeout, json_)
    _order(target_of(stack, region), channel, Wish("stop", by, note, session), how)


def ban(
    channel: ChannelArgument,
    by: ByOption,
    note: NoteOption = "",
    dry_run: DryRunOption = False,
    yes: YesOption = False,
    wait: WaitOption = True,
    timeout: TimeoutOption = 60,
    stack: StackOption = None,
    region: RegionOption = None,
    json_: JsonOption = False,
) -> None:
    """Keep a channel off until it is reinstated, and stop what is on air on it.

    Exit 0: done. 1: not done. 4: still under way.
    """
    from local.channel_link import Wish

    how = How(dry_run, yes, wait, timeout, json_)
    _order(target_of(stack, region), channel, Wish("ban", by, note), how)


def reinstate(
    channel: ChannelArgument,
    by: ByOption,
    note: NoteOption = "",
    dry_run: DryRunOption = False,
    yes: YesOption = False,
    wait: WaitOption = True,
    timeout: TimeoutOption = 60,
    stack: StackOption = None,
    region: RegionOption = None,
    json_: JsonOption = False,
) -> None:
    """Lift a channel's ban and give back what its stop took: key, input, running channel.

    Exit 0: done. 1: not done. 4: still under way.
    """
    from local.channel_link import Wish

    how = How(dry_run, yes, wait, timeout, json_)
    _order(target_of(stack, region), channel, Wish("reinstate", by, note), how)


def _order(target: Target, wanted: str, wish: Wish, how: How) -> None:
    from local.channels import actionable

    channel = actionable(target, wanted)
    told: dict[str, Any] = {
        "channel_arn": channel.arn,
        "id": channel.id,
        "name": channel.name or None,
        "action": wish.action,
        "dry_run": how.dry_run,
    }
    will = _plan(target, channel, wish)
    if not how.dry_run:
        _agree(wish, how)
        _place(target, channel, wish, how, told)
    elif how.json:
        emit_json({**told, "would": will})


def _place(target: Target, channel: Channel, wish: Wish, how: How, told: dict[str, Any]) -> None:
    from local.channel_orders import send

    order = send(target, channel, wish)
    if how.wait:
        came = _outcome(target, channel, wish, order, how)
        _report({**told, "order": order}, came, target, how)
        return
    if how.json:
        emit_json({**told, "order": order, "status": "sent", "says": []})
    say(f"Ordered: {order}. {_look(channel.id, target)}")


def _plan(target: Target, channel: Channel, wish: Wish) -> list[str]:
    from datetime import UTC, datetime

    from local.channel_plan import plan, terms_of
    from local.channel_rows import memory_of
    from local.live import look

    live, memory = look(target, channel), memory_of(target, channel.arn)
    terms = None if wish.action == "reinstate" else terms_of(target, channel)
    will = plan(channel, wish, live, memory, terms, datetime.now(UTC))
    say(f"{wish.action.capitalize()} {channel.title}, on {target.name}:")
    for line in will:
        say(f"  {line}")
    return will


def _agree(wish: Wish, how: How) -> None:
    from local.errors import OperatorError

    if how.yes:
        return
    if not sys.stdin.isatty():
        raise OperatorError(
            "Nothing was sent: nobody sits at this terminal to agree.",
            "Agree beforehand with --yes, or only look with --dry-run.",
        )
    typer.confirm(f"{wish.action.capitalize()} it?", abort=True, err=True)


def _outcome(target: Target, channel: Channel, wish: Wish, order: str, how: How) -> Outcome:
    from local.channel_orders import await_record, outcome

    say(f"Ordered: {order}. Waiting for what comes of it.")
    shown = console(sys.stderr)
    with shown.status("under way") if shown.is_terminal else nullcontext():
        act = await_record(target, channel, order, how.timeout)
    return outcome(target, channel, wish, order, act)


def _report(told: dict[str, Any], came: Outcome, target: Target, how: How) -> None:
    from local.channel_orders import UNDER_WAY

    if how.json:
        emit_json({**told, "status": came.status, **came.facts, "says": came.says})
    for line in came.says:
        say(line)
    if came.code == UNDER_WAY:
        say(_look(told["id"], target))
    if came.code:
        raise typer.Exit(came.code)


def _look(channel_id: str, target: Target) -> str:
    return f"Look later with: framewarden channels show {channel_id}{target.option}"
