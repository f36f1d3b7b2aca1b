"""`framewarden adapter shadow`, `promote` and `rollback`: a person says what is live."""

from __future__ import annotations

import getpass
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Annotated, Any

import typer

from local.cli.adapter_training import ByOption
from local.cli.batch_acts import YesOption
from local.cli.options import JsonOption, RegionOption, StackOption, target_of
from local.cli.output import emit_json, say

if TYPE_CHECKING:
    from local.adapters import Stores
    from local.tables import Row
    from local.target import Target

NameArgument = Annotated[str, typer.Argument(metavar="NAME", help="The adapter's name.")]


def shadow(
    name: Annotated[str | None, typer.Argument(metavar="NAME", help="The adapter's name.")] = None,
    share: Annotated[
        float,
        typer.Option(min=0, max=100, metavar="PERCENT", help="For this share of live frames."),
    ] = 10,
    end: Annotated[bool, typer.Option("--end", help="End it, whichever it is.")] = False,
    by: ByOption = "",
    stack: StackOption = None,
    region: RegionOption = None,
    json_: JsonOption = False,
) -> None:
    """Ask an adapter beside the live model, and note where they disagree; nothing else changes.

    Each frame of its share is one more call that Rekognition bills.
    """
    from framewarden.switching import shadow as put
    from local.adapters import acting_on, find

    if end == (name is not None):
        raise typer.BadParameter("give either a name or --end.", param_hint="NAME")
    target = target_of(stack, region)
    with acting_on(target) as stores:
        if name is not None:
            find(target, stores.adapters, name)
        was = stores.switch.read()
        now = put(name, share, by or getpass.getuser(), datetime.now(UTC), stores.own)
    _tell("shadow", was, now, json_)
    if name is None:
        was_shadow = was["shadow"]
        say(f"The shadow of {was_shadow['name']} has ended." if was_shadow else "There was none.")
        return
    say(f"{name} is asked beside the live model for {share:g} % of the frames of {target.name}.")
    say(f"See where they disagree with: framewarden adapter show {name}{target.option}")


def promote(
    name: NameArgument,
    by: ByOption = "",
    yes: YesOption = False,
    stack: StackOption = None,
    region: RegionOption = None,
    json_: JsonOption = False,
) -> None:
    """Make an adapter live that passed its gate: frames and new batches are analyzed with it."""
    from framewarden import switching
    from framewarden.domain.adapters import PASSED
    from local.adapters import acting_on, find

    target = target_of(stack, region)
    with acting_on(target) as stores:
        row, was = find(target, stores.adapters, name), stores.switch.read()
        # What may not be promoted is refused below; nobody is asked about it first.
        if row["status"] == PASSED and _live(was) != name:
            _say_gate(row)
            _agree(target, _will(target, name, was), "Promote it?", yes)
        now = switching.promote(name, by or getpass.getuser(), datetime.now(UTC), stores.own)
    _tell("promote", was, now, json_)
    if _live(was) == name:
        say(f"{name} is live already.")
        return
    say(f"{name} is live on {target.name}.")
    say(f"Go back with: framewarden adapter rollback{target.option}")


def rollback(
    to_base: Annotated[
        bool, typer.Option("--to-base", help="To the base model, whatever was live before.")
    ] = False,
    by: ByOption = "",
    yes: YesOption = False,
    stack: StackOption = None,
    region: RegionOption = None,
    json_: JsonOption = False,
) -> None:
    """Make live again what was live before, at once."""
    from framewarden.switching import roll_back
    from local.adapters import acting_on

    target = target_of(stack, region)
    with acting_on(target) as stores:
        was = stores.switch.read()
        if was["live"]:  # else it is refused below
            back = None if to_base or not was["stack"] else was["stack"][-1]
            _agree(target, _will(target, (back or {}).get("name"), was), "Roll back?", yes)
        now = _back(stores, by, was, to_base, roll_back)
    _tell("rollback", was, now, json_)
    say(f"{_named(_live(now))} is live on {target.name}.")


def _back(stores: Stores, by: str, was: Row, to_base: bool, roll_back: Any) -> Row:
    now: Row = roll_back(
        by or getpass.getuser(),
        datetime.now(UTC),
        stores.own,
        to_base=to_base,
        leaving=_live(was),
    )
    return now


def _tell(act: str, was: Row, now: Row, json_: bool) -> None:
    from local.adapters import switched

    if json_:
        changed = int(now["rev"]) != int(was["rev"])
        emit_json({"act": act, "changed": changed, "was": switched(was), "now": switched(now)})


def _agree(target: Target, will: str, question: str, yes: bool) -> None:
    """Say what changes, and ask; on the laptop cloud nothing of anybody's is at stake."""
    from local.cli.consent import ask

    say(will)
    if not yes and not target.is_laptop:
        ask(
            question,
            "Nothing was changed: nobody sits at this terminal to agree.",
            "Agree beforehand with --yes.",
        )


def _will(target: Target, name: str | None, was: Row) -> str:
    new, old = name or "the base model", _live(was) or "the base model"
    return f"On {target.name}, live frames and new batches are analyzed with {new}, not with {old}."


def _say_gate(row: Row) -> None:
    from framewarden.console.adapter_words import sentence

    for said in (row.get("gate") or {}).get("said") or ():
        say(sentence(said))


def _live(switch: Row) -> str | None:
    return switch["live"]["name"] if switch["live"] else None


def _named(name: str | None) -> str:
    return name or "The base model"
