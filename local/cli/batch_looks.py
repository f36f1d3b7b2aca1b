"""`framewarden batch list`, `show` and `results`."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from local.cli import batch_acts
from local.cli.batch_acts import BatchArgument
from local.cli.options import JsonOption, RegionOption, StackOption, target_of
from local.cli.output import emit_json, printable, say, table


def list_(
    limit: Annotated[int, typer.Option(min=1, help="How many at most, the newest first.")] = 25,
    stack: StackOption = None,
    region: RegionOption = None,
    json_: JsonOption = False,
) -> None:
    """List batches, the newest first."""
    from local.batches import batches_of, listed, summary
    from local.cli.batch_view import write_list

    target = target_of(stack, region)
    with batches_of(target) as store:
        found = [summary(row) for row in listed(store, limit)]
    if json_:
        emit_json(found)
    elif found:
        write_list(found)
    else:
        say("No batches.")


def show(
    batch: BatchArgument,
    follow: Annotated[
        bool, typer.Option("--follow", "-f", help="Watch it until it has ended.")
    ] = False,
    stack: StackOption = None,
    region: RegionOption = None,
    json_: JsonOption = False,
) -> None:
    """Show how a batch stands: what was found, what failed, and what people are asked.

    With --follow, exit codes are those of `batch run`.
    """
    from local.batches import batches_of, document, find
    from local.cli.batch_view import write

    target = target_of(stack, region)
    with batches_of(target) as store:
        row = find(target, store, batch)
        told = document(target, store, row)
    if follow:
        total = row.get("lines")
        batch_acts.follow(target, row["batch"], detach=False, json_=json_, total=total)
    elif json_:
        emit_json(told)
    else:
        write(told, target)


def results(
    batch: BatchArgument,
    to: Annotated[
        Path | None, typer.Option(metavar="DIR", help="Save them in this folder.")
    ] = None,
    stack: StackOption = None,
    region: RegionOption = None,
    json_: JsonOption = False,
) -> None:
    """Show a batch's summary and where its results lie, or save them."""
    from local.batch_results import bring, files_of, summary_text
    from local.batches import batches_of, find
    from local.errors import OperatorError

    target = target_of(stack, region)
    with batches_of(target) as store:
        row = find(target, store, batch)
        batch_id, status = row["batch"], row["status"]
        files = list(files_of(target, batch_id))
        if not files:
            raise OperatorError(
                f"Batch {batch_id} has no results (any more); it is {status}.",
                f"See how it is with: framewarden batch show {batch_id}{target.option}",
            )
        text = None if to or json_ else summary_text(target, batch_id)
    if to:
        files = [bring(target, file, to) for file in files]
    if json_:
        told = [file.document() for file in files]
        emit_json({"batch_id": batch_id, "status": status, "files": told})
        return
    if text:
        typer.echo(printable(text))
    rows = ((file.name, file.size, file.path or file.url) for file in files)
    table(("file", "bytes", "where"), rows)
    if not to:
        say(f"Save them with: framewarden batch results {batch_id} --to DIR{target.option}")
