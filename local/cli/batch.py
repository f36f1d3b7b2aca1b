"""`framewarden batch`: its commands, and `batch run`."""

from __future__ import annotations

import getpass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from local.cli import batch_acts, batch_looks
from local.cli.batch_acts import ByOption, DetachOption, ToOption, YesOption
from local.cli.failures import INTERRUPTED
from local.cli.options import JsonOption, RegionOption, StackOption, group, target_of
from local.cli.output import emit_json, say
from local.cli.policy import document_in

if TYPE_CHECKING:
    from local.adapter_choice import Model
    from local.batch_cost import Cost
    from local.batch_source import Source
    from local.target import Target


def register(app: typer.Typer) -> None:
    """Add the commands."""
    batch = group("Moderate many images at once: run, follow, fetch, cancel, resume.")
    batch.command()(run)
    batch.command("list")(batch_looks.list_)
    batch.command()(batch_looks.show)
    batch.command()(batch_looks.results)
    batch.command()(batch_acts.cancel)
    batch.command()(batch_acts.resume)
    app.add_typer(batch, name="batch")


def run(
    what: Annotated[
        str,
        typer.Argument(
            metavar="MANIFEST|FOLDER|s3://BUCKET/PREFIX/",
            help='A file with {"source-ref": "s3://BUCKET/KEY"} on each line (here or in S3, and '
            "here it may name files beside it), a folder, or all images below a prefix.",
        ),
    ],
    policy: Annotated[
        Path | None,
        typer.Option(metavar="FILE", help="Judge by this policy, not by the one in force."),
    ] = None,
    engine: Annotated[
        batch_acts.Engine, typer.Option(help="Who analyzes: the stack, or Rekognition's bulk job.")
    ] = batch_acts.Engine.framewarden,
    adapter: Annotated[
        str | None,
        typer.Option(
            metavar="ARN|NAME|base",
            help="Analyze with this adapter, or with the base model; by default with what is live.",
        ),
    ] = None,
    ceiling: Annotated[
        int | None,
        typer.Option(
            min=1,
            metavar="N",
            help="Pause after so many images; by default a tenth more than were counted.",
        ),
    ] = None,
    min_confidence: Annotated[
        float | None, typer.Option(min=0, max=100, help="Keep labels from this confidence on.")
    ] = None,
    name: Annotated[str | None, typer.Option(help="What to call it.")] = None,
    by: ByOption = "",
    detach: DetachOption = False,
    to: ToOption = None,
    yes: YesOption = False,
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Count, say what it costs, and start nothing.")
    ] = False,
    stack: StackOption = None,
    region: RegionOption = None,
    json_: JsonOption = False,
) -> None:
    """Moderate a batch of images, and follow it to its results.

    What it costs is said and agreed to before anything is sent. Ctrl-C leaves it running.
    Exit 1: it failed or was cancelled. 4: it paused at its ceiling.
    """
    from local.adapter_choice import model_for
    from local.batch_cost import cost_of

    # Faults of the policy and of the adapter's name are found before anything is counted.
    document = None if policy is None else document_in(policy, "started")
    target = target_of(stack, region)
    model = model_for(target, adapter)
    source = _counted(target, what)
    cost = cost_of(
        target,
        source.images,
        exact=source.exact,
        ceiling=ceiling,
        engine=engine.value,
        adapter=model.arn,
    )
    _say_cost(target, source, cost, model)
    if dry_run:
        if json_:
            emit_json(_plan(source, cost, model))
        return
    batch_acts.agree(target, "Start it?", yes)
    asked = {
        "name": name or source.name,
        "engine": engine.value,
        "ceiling": cost.ceiling,
        "by": by or getpass.getuser(),
        "adapter": model.asked,
        "policy": document,
        "min_confidence": min_confidence,
    }
    batch_id = _start(target, source, {key: one for key, one in asked.items() if one is not None})
    total = source.lines if source.exact else None
    batch_acts.follow(target, batch_id, detach=detach, json_=json_, total=total, to=to)


def _counted(target: Target, what: str) -> Source:
    from framewarden.aws.clients import brought
    from local.batch_choice import source_of
    from local.cli.batch_progress import working

    with brought(target.client), working("counting"):
        return source_of(target, what)


def _say_cost(target: Target, source: Source, cost: Cost, model: Model) -> None:
    for note in source.notes:
        say(note)
    about = "" if source.exact else "about "
    say(f"{source.address}: {about}{source.lines:,} lines, {about}{source.images:,} images.")
    say(model.words)
    for line in cost.lines(target.is_laptop):
        say(line)


def _plan(source: Source, cost: Cost, model: Model) -> dict[str, Any]:
    told = {"dry_run": True, "source": source.address, "lines": source.lines}
    told["adapter"] = model.arn
    return {**told, "uploads": source.uploads, **cost.document(), "notes": source.notes}


def _start(target: Target, source: Source, asked: dict[str, Any]) -> str:
    """Send what must be sent, and start the batch; return its id."""
    from framewarden.aws.clients import brought
    from local.batch_orders import new_id, start
    from local.cli.batch_progress import uploading

    batch_id = new_id()
    try:
        with brought(target.client), uploading(source.uploads) as told:
            place = source.ready(batch_id, told)
    except KeyboardInterrupt:
        say("Interrupted. No batch was started; what was sent is not sent again next time.")
        raise typer.Exit(INTERRUPTED) from None
    lines = {"lines": source.lines} if source.exact else {}
    start(target, {"batch_id": batch_id, **place, **lines, **asked})
    return batch_id
