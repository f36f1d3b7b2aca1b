"""`framewarden frames`, `audit` and `rescan`."""

from __future__ import annotations

import json
import sys
from typing import TYPE_CHECKING, Annotated, Any

import typer

from local.cli import frame_show
from local.cli.options import JsonOption, RegionOption, StackOption, group, target_of
from local.cli.output import emit_json, say, table

if TYPE_CHECKING:
    from local.audit import Audit, AuditedFrame
    from local.target import Target

# What a table shows of the frames that need somebody; JSON has all of them.
SHOWN = 20


def register(app: typer.Typer) -> None:
    """Add the commands."""
    frames = group("Look at frames: what became of each, and why.")
    frames.command()(frame_show.show)
    app.add_typer(frames, name="frames")
    app.command()(audit)
    app.command()(rescan)


def audit(
    prefix: Annotated[str, typer.Option(help="Only keys that begin with this.")] = "",
    grace: Annotated[
        float,
        typer.Option(min=0, help="Seconds for which a new object may be without a ledger row."),
    ] = 15,
    stack: StackOption = None,
    region: RegionOption = None,
    json_: JsonOption = False,
) -> None:
    """Reconcile bucket and ledger: where did every stored frame end?

    Exit 1 if the ledger does not account for one.
    """
    from datetime import timedelta

    from local.audit import Audit

    target = target_of(stack, region)
    walk = Audit(target, prefix, timedelta(seconds=grace))
    if json_:
        _stream(walk)
    else:
        _tabulate(walk, target)
    if walk.counts["unaccounted"]:
        raise typer.Exit(1)


def _stream(walk: Audit) -> None:
    """Write the frames as they come and the counts after them: memory stays small."""
    write = sys.stdout.write
    write('{\n  "frames": [')
    for number, frame in enumerate(walk):
        write(f"{',' if number else ''}\n    {json.dumps(frame.document())}")
    write("\n  ]")
    for name, count in walk.totals().items():
        write(f',\n  "{name}": {count}')
    write("\n}\n")


def _tabulate(walk: Audit, target: Target) -> None:
    needing: list[AuditedFrame] = []
    for frame in walk:
        if frame.outcome in {"unscreened", "unaccounted"} and len(needing) < SHOWN:
            needing.append(frame)
    totals = walk.totals()
    table(("outcome", "frames"), totals.items())
    if not needing:
        return
    typer.echo()
    rows = ((frame.outcome, frame.reason, frame.key, frame.version_id) for frame in needing)
    table(("outcome", "reason", "key", "version"), rows)
    more = totals["unscreened"] + totals["unaccounted"] - len(needing)
    if more:
        say(f"... and {more} more; see all with --json.")
    say(
        "Nobody has looked at these frames. Give them another attempt with: "
        f"framewarden rescan{target.option}"
    )


def rescan(
    unscreened: Annotated[bool, typer.Option("--unscreened", help="Only unscreened ones.")] = False,
    unaccounted: Annotated[
        bool, typer.Option("--unaccounted", help="Only those without an outcome or an execution.")
    ] = False,
    key: Annotated[str, typer.Option(help="Only this object.")] = "",
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Say what would be done.")] = False,
    yes: Annotated[bool, typer.Option("--yes", "-y", help="Do not ask.")] = False,
    stack: StackOption = None,
    region: RegionOption = None,
    json_: JsonOption = False,
) -> None:
    """Give frames that nobody looked at another attempt."""
    wanted = {"unscreened"} if unscreened else set()
    wanted |= {"unaccounted"} if unaccounted else set()
    target = target_of(stack, region)
    found = _find(target, frozenset(wanted or {"unscreened", "unaccounted"}), key)
    if dry_run or not found:
        results = [{**frame.document(), "was": frame.outcome} for frame in found]
        _report(results, dry_run, json_)
        return
    _confirm(len(found), target, yes)
    results = _rescan_all(target, found)
    _report(results, dry_run, json_)
    if any(result["failed"] for result in results):
        raise typer.Exit(1)


def _find(target: Target, wanted: frozenset[str], key: str) -> list[AuditedFrame]:
    from local.audit import Audit, utc_now
    from local.rescan import overlooked

    found = overlooked(Audit(target, key), wanted, utc_now())
    return [frame for frame in found if not key or frame.key == key]


def _confirm(count: int, target: Target, yes: bool) -> None:
    """Ask before a person spends money on AWS; a script was told what it does."""
    if yes or target.is_laptop or not sys.stdin.isatty():
        return
    typer.confirm(f"Analyse {count} frames again on {target.name}?", abort=True, err=True)


def _rescan_all(target: Target, found: list[AuditedFrame]) -> list[dict[str, Any]]:
    from rich.progress import Progress

    from local.cli.output import console
    from local.rescan import rescan as once

    results = []
    shown = console(sys.stderr)
    with Progress(console=shown, transient=True, disable=not shown.is_terminal) as progress:
        for frame in progress.track(found, description="Rescanning"):
            results.append(once(target, frame).document())
    return results


def _report(results: list[dict[str, Any]], dry_run: bool, json_: bool) -> None:
    failed = sum(bool(result.get("failed")) for result in results)
    if json_:
        counts = {"dry_run": dry_run, "found": len(results), "failed": failed}
        emit_json({**counts, "frames": results})
        return
    if not results:
        say("Nothing to rescan: somebody or something has looked at every frame.")
        return
    columns = ("was", "reason", "key", *(() if dry_run else ("result",)))
    table(columns, ([result[column] for column in columns] for result in results))
    if dry_run:
        say(f"{len(results)} frames would be analysed again.")
