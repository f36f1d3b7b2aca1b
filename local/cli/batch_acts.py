"""`framewarden batch cancel` and `resume`, and what follows every start: watching it to its end."""

from __future__ import annotations

import getpass
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from local.cli.consent import ask
from local.cli.failures import INTERRUPTED
from local.cli.options import JsonOption, RegionOption, StackOption, target_of
from local.cli.output import emit_json, say

if TYPE_CHECKING:
    from local.target import Target

DONE, FAILED, PAUSED = 0, 1, 4


class Engine(StrEnum):
    """What `--engine` takes."""

    framewarden = "framewarden"
    bulk = "rekognition-bulk"


BatchArgument = Annotated[
    str, typer.Argument(metavar="ID", help="The batch's id, or what it alone begins with.")
]
ByOption = Annotated[
    str, typer.Option(help="Your name; kept with the batch.", envvar="USER", show_envvar=False)
]
DetachOption = Annotated[
    bool, typer.Option("--detach", "-d", help="Do not wait for its end; print its id.")
]
ToOption = Annotated[
    Path | None,
    typer.Option("--to", metavar="DIR", help="Save the results in this folder when it has ended."),
]
YesOption = Annotated[bool, typer.Option("--yes", "-y", help="Do not ask.")]


def cancel(
    batch: BatchArgument,
    by: ByOption = "",
    stack: StackOption = None,
    region: RegionOption = None,
    json_: JsonOption = False,
) -> None:
    """Let a batch end where it is; what has an answer is kept, and it can be resumed."""
    from local import batch_orders
    from local.batches import batches_of, find

    target = target_of(stack, region)
    with batches_of(target) as store:
        batch_id = find(target, store, batch)["batch"]
    told = batch_orders.cancel(target, batch_id, by or getpass.getuser())
    if json_:
        emit_json(told)
    say(f"Batch {batch_id} is {told['status']}: images in flight are still answered.")
    say(f"Go on with it by: framewarden batch resume {batch_id}{target.option}")


def resume(
    batch: BatchArgument,
    ceiling: Annotated[
        int | None,
        typer.Option(min=1, metavar="N", help="Pause after so many images since its start."),
    ] = None,
    by: ByOption = "",
    detach: DetachOption = False,
    to: ToOption = None,
    yes: YesOption = False,
    stack: StackOption = None,
    region: RegionOption = None,
    json_: JsonOption = False,
) -> None:
    """Go on with a batch that paused, was cancelled or failed; nothing is paid for twice.

    Exit codes are those of `batch run`.
    """
    from framewarden.console.batch_words import images_of
    from local import batch_orders
    from local.batch_cost import cost_of
    from local.batches import batches_of, find

    target = target_of(stack, region)
    with batches_of(target) as store:
        row = find(target, store, batch)
    analyzed, most = images_of(row), ceiling or int(row["ceiling"])
    left = max(0, min(int(row.get("lines") or most), most) - analyzed)
    cost = cost_of(
        target,
        left,
        exact=row.get("lines") is not None,
        ceiling=most,
        engine=row["engine"],
        adapter=row.get("adapter"),
    )
    say(f"Batch {row['batch']} ({row['name']}) is {row['status']}; {analyzed:,} images are paid.")
    for line in cost.lines(target.is_laptop):
        say(line)
    agree(target, "Go on with it?", yes)
    batch_orders.resume(target, row["batch"], by or getpass.getuser(), ceiling)
    follow(target, row["batch"], detach=detach, json_=json_, total=row.get("lines"), to=to)


def agree(target: Target, question: str, yes: bool) -> None:
    """Ask before money is spent; the laptop cloud costs none.

    Raises
    ------
    OperatorError
        Nobody is there to be asked.
    """
    if yes or target.is_laptop:
        return
    ask(
        question,
        "Nothing was started: nobody sits at this terminal to agree to the cost.",
        "Agree beforehand with --yes, or only look with --dry-run.",
    )


def follow(
    target: Target,
    batch_id: str,
    *,
    detach: bool,
    json_: bool,
    total: int | None,
    to: Path | None = None,
) -> None:
    """Watch a batch to its end, write what became of it, and save its files `to` a folder."""
    from local.batches import batches_of, document
    from local.cli.batch_progress import watch
    from local.cli.batch_view import write

    if detach:
        told: dict[str, Any] = {"batch_id": batch_id}
        emit_json(told) if json_ else typer.echo(batch_id)
        _say_where(target, batch_id)
        return
    try:
        with batches_of(target) as store:
            row = watch(store, batch_id, total)
            told = document(target, store, row)
    except KeyboardInterrupt:
        say(f"Interrupted. The batch {batch_id} goes on by itself.")
        _say_where(target, batch_id)
        raise typer.Exit(INTERRUPTED) from None
    emit_json(told) if json_ else write(told, target, saved=to is not None)
    if to:
        from local.batch_results import bring, files_of

        with batches_of(target):
            saved = [bring(target, file, to).path for file in list(files_of(target, batch_id))]
        say(f"Saved {len(saved)} file{'s' * (len(saved) != 1)} in {to}")
    code = {"done": DONE, "paused": PAUSED}.get(told["status"], FAILED)
    if code:
        raise typer.Exit(code)


def _say_where(target: Target, batch_id: str) -> None:
    say(f"See how it is with: framewarden batch show {batch_id} --follow{target.option}")
    say(f"End it with: framewarden batch cancel {batch_id}{target.option}")
