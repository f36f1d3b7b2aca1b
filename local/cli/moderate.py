"""`framewarden moderate`."""

from __future__ import annotations

import secrets
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Annotated

import typer

from local.cli.failures import INTERRUPTED
from local.cli.options import JsonOption, RegionOption, StackOption, target_of
from local.cli.output import emit_json, printable, say

if TYPE_CHECKING:
    from local.moderate import Run
    from local.target import Target
    from local.verdicts import Verdict

# What of a folder's other files is named one by one.
NAMED = 10


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command()(moderate)


def moderate(
    images: Annotated[
        list[str],
        typer.Argument(
            metavar="IMAGE|FOLDER|s3://BUCKET/KEY...", help="What to moderate; - reads stdin."
        ),
    ],
    timeout: Annotated[
        float, typer.Option(min=1, help="Seconds that one image may take to its verdict.")
    ] = 180,
    stack: StackOption = None,
    region: RegionOption = None,
    json_: JsonOption = False,
) -> None:
    """Moderate images, and print each verdict as it comes.

    Exit 0: all are clear. 3: at least one is flagged. 4: nobody has looked at at least one.
    An image that people must decide about is not waited for: its link is printed.
    """
    from local.images import find
    from local.moderate import Run
    from local.verdicts import exit_code

    target = target_of(stack, region)
    choice = find(images, target.client("s3"))
    _name_skipped(choice.skipped)
    run = Run(target, new_run(), timeout)
    verdicts: list[Verdict] = []
    try:
        for verdict in run.verdicts(choice.images):
            verdicts.append(verdict)
            if not json_:
                typer.echo(line_of(verdict))
    except KeyboardInterrupt:
        _say_where(run, target, len(verdicts), len(choice.images))
        raise typer.Exit(INTERRUPTED) from None
    code = exit_code(verdicts)
    if json_:
        told = [verdict.document() for verdict in verdicts]
        emit_json({"run": run.run, "exit_code": code, **_counts(verdicts), "images": told})
    else:
        say(", ".join(f"{count} {name}" for name, count in _counts(verdicts).items()))
    if code:
        raise typer.Exit(code)


def new_run() -> str:
    """Name a run in 15 characters, so that a key of 1,000 bytes still fits below it."""
    return f"{datetime.now(UTC):%y%m%d}-{secrets.token_hex(4)}"


def line_of(verdict: Verdict) -> str:
    """Write one verdict in one line."""
    labels = ", ".join(f"{label['name']} {label['confidence']:.1f} %" for label in verdict.labels)
    adapter = f"adapter: {printable(verdict.answered)}" if verdict.answered else ""
    parts = [printable(verdict.file), verdict.severity or "not judged", labels, adapter]
    parts += [verdict.outcome]
    parts += [f"({verdict.reason})" if verdict.reason else "", verdict.url or ""]
    return "  ".join(part for part in parts if part)


def _counts(verdicts: list[Verdict]) -> dict[str, int]:
    unscreened = sum(verdict.unscreened for verdict in verdicts)
    flagged = sum(verdict.flagged and not verdict.unscreened for verdict in verdicts)
    clear = len(verdicts) - unscreened - flagged
    return {"clear": clear, "flagged": flagged, "unscreened": unscreened}


def _name_skipped(skipped: list[str]) -> None:
    for name in skipped[:NAMED]:
        say(f"Skipped, not an image: {name}")
    if len(skipped) > NAMED:
        say(f"Skipped {len(skipped) - NAMED} more files that are not images.")


def _say_where(run: Run, target: Target, known: int, all_: int) -> None:
    say(
        f"Interrupted after {known} of {all_} verdicts. What was sent is still judged; look later "
        f"with: framewarden audit --prefix uploads/{run.run}/{target.option}"
    )
