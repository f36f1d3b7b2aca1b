"""`framewarden executions watch`."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator
from typing import TYPE_CHECKING, Annotated, Any

import typer

from local.cli.failures import INTERRUPTED
from local.cli.options import JsonOption, RegionOption, StackOption, target_of

if TYPE_CHECKING:
    from framewarden.inspecting import Inspection
    from framewarden.looking import Sources
    from local.target import Target


def watch(
    what: Annotated[
        str | None,
        typer.Argument(
            metavar="EXECUTION", help="As for show; without one, every execution that starts."
        ),
    ] = None,
    stack: StackOption = None,
    region: RegionOption = None,
    json_: JsonOption = False,
) -> None:
    """Watch an execution until it ends, or all new ones until Ctrl-C.

    Exit 1 if the one that was watched did not succeed.
    """
    from local.inspection import looking_at

    target = target_of(stack, region)
    try:
        with looking_at(target) as sources:
            if what is None:
                _follow(sources, json_)
            elif not _watch_one(target, sources, what, json_):
                raise typer.Exit(1)
    except KeyboardInterrupt:
        raise typer.Exit(INTERRUPTED) from None


def _follow(sources: Sources, json_: bool) -> None:
    from framewarden.looking import MODERATE
    from local.cli.execution_lines import write_change
    from local.cli.execution_view import stdout
    from local.execution_watch import Tail
    from local.executions import line

    out = stdout()
    for change in Tail(sources, MODERATE).follow():
        told = line(sources, change.entry)
        if json_:
            _emit_line({"event": change.what, **told})
        else:
            write_change(out, change.what, told)


def _watch_one(target: Target, sources: Sources, what: str, json_: bool) -> bool:
    """Watch until it ends; tell whether it succeeded."""
    from local.execution_choice import execution_of
    from local.execution_watch import until_it_ends

    looks = until_it_ends(target, sources, *execution_of(target, sources, what))
    seen = _tell_lines(looks, json_) if json_ or not sys.stdout.isatty() else _redraw(looks)
    return seen.execution.status == "SUCCEEDED"


def _redraw(looks: Iterator[Inspection]) -> Inspection:
    """Draw it in place, and once more at the end, whole, so that it stays."""
    from rich.live import Live

    from local.cli.execution_view import Foot, stdout, view
    from local.execution_watch import utc_now

    out, last = stdout(), next(looks)
    try:
        with Live(console=out, auto_refresh=False, transient=True) as live:
            live.update(Foot(view(last, utc_now())), refresh=True)
            for last in looks:
                live.update(Foot(view(last, utc_now())), refresh=True)
    finally:
        out.print(view(last, utc_now()))
    return last


def _tell_lines(looks: Iterator[Inspection], json_: bool) -> Inspection:
    """Write a line for each change: nothing can be redrawn in a pipe."""
    from local.cli.execution_lines import write_end, write_step
    from local.cli.execution_view import stdout
    from local.execution_steps import change_of, steps
    from local.execution_watch import utc_now
    from local.executions import story

    out = stdout()
    known: dict[int, dict[str, Any]] = {}
    for seen in looks:
        rail = steps(seen.history, seen.machine, seen.execution.started_at, utc_now(), {})
        for number, step in enumerate(rail):
            change = change_of(step)
            if known.get(number) != change:
                known[number] = change
                told = {"event": "state", "name": seen.execution.name, **change}
                _emit_line(told) if json_ else write_step(out, step)
    ended = story(seen)
    _emit_line({"event": "ended", **ended}) if json_ else write_end(out, ended)
    return seen


def _emit_line(document: dict[str, Any]) -> None:
    """Write one line of JSON at once: somebody reads along."""
    sys.stdout.write(json.dumps(document) + "\n")
    sys.stdout.flush()
