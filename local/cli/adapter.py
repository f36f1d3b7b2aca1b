"""`framewarden adapter`: its commands, and those that look."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from local.cli import adapter_holds, adapter_switching, adapter_training
from local.cli.adapter_training import LabelOption, ThresholdOption
from local.cli.options import JsonOption, RegionOption, StackOption, group, target_of
from local.cli.output import emit_json, say

if TYPE_CHECKING:
    from local.adapters import Document


def register(app: typer.Typer) -> None:
    """Add the commands."""
    adapter = group("Train adapters from what people decided; promote one, and roll back.")
    adapter.command()(readiness)
    adapter.command()(adapter_training.train)
    adapter.command()(show)
    adapter.command()(adapter_switching.shadow)
    adapter.command()(adapter_switching.promote)
    adapter.command()(adapter_switching.rollback)
    adapter.command()(adapter_holds.hold)
    adapter.command()(adapter_holds.release)
    adapter.command()(adapter_holds.holds)
    app.add_typer(adapter, name="adapter")


def readiness(
    label: LabelOption = None,
    threshold: ThresholdOption = None,
    stack: StackOption = None,
    region: RegionOption = None,
    json_: JsonOption = False,
) -> None:
    """Say for which labels people have judged enough pictures, and what the others lack.

    A label needs 20 images where it was found wrongly, or 50 where it was missed.
    Exit 0: an adapter can be trained. 4: not yet.
    """
    from local.cli.adapter_readiness import write

    target = target_of(stack, region)
    told = adapter_training.examined(target, label, threshold)
    emit_json(told) if json_ else write(told, target)
    if not told["ready"]:
        raise typer.Exit(adapter_training.NOT_BETTER)
    say(f"Train an adapter with: framewarden adapter train{target.option}")


def show(
    name: Annotated[
        str | None,
        typer.Argument(metavar="NAME", help="The adapter's name; without it, all are listed."),
    ] = None,
    follow: Annotated[
        bool, typer.Option("--follow", "-f", help="Watch its training until that has ended.")
    ] = False,
    picture: Annotated[
        Path | None,
        typer.Option(metavar="FILE.svg", help="Save the picture of its errors over thresholds."),
    ] = None,
    stack: StackOption = None,
    region: RegionOption = None,
    json_: JsonOption = False,
) -> None:
    """Show what is live and all adapters; or how one stands, beside the base model.

    With --follow, exit codes are those of `adapter train`.
    """
    from local.adapters import document, find, overview, stores_of
    from local.cli.adapter_view import write, write_all

    if name is None and (follow or picture):
        raise typer.BadParameter("name the adapter that this is of.", param_hint="NAME")
    target = target_of(stack, region)
    with stores_of(target) as stores:
        if name is None:
            told = overview(target, stores)
            emit_json(told) if json_ else write_all(told, target)
            return
        told = document(target, stores, find(target, stores.adapters, name))
    if follow:
        told = adapter_training.followed(target, name)
    emit_json(told) if json_ else write(told, target)
    if picture:
        _save(told, picture)
    if follow:
        adapter_training.end(told)


def _save(told: Document, file: Path) -> None:
    """Save the picture of an adapter's evaluation.

    Raises
    ------
    OperatorError
        It has none: it was not trained.
    """
    from local.adapter_drawing import chart_of, svg
    from local.errors import OperatorError

    chart = chart_of(told)
    if chart is None:
        raise OperatorError(
            f"There is no picture of {told['name']}: no evaluation of it was read.",
            "Only an adapter that is trained has one.",
        )
    file.write_text(svg(chart, f"Errors of {told['name']} beside the base model"), encoding="utf-8")
    say(f"Saved the picture in {file}")
