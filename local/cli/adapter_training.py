"""`framewarden adapter train`: what is said before, and what follows it to its end."""

from __future__ import annotations

import getpass
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Annotated, Any

import typer

from local.cli.batch_acts import YesOption
from local.cli.failures import INTERRUPTED
from local.cli.options import JsonOption, RegionOption, StackOption, target_of
from local.cli.output import emit_json, say

if TYPE_CHECKING:
    from local.adapters import Document
    from local.target import Target

PASSED, FAILED, NOT_BETTER = 0, 1, 4
THRESHOLD = 50.0
MOST_HOURS = 72

ByOption = Annotated[
    str, typer.Option(help="Your name; kept with the act.", envvar="USER", show_envvar=False)
]
LabelOption = Annotated[
    list[str] | None,
    typer.Option(metavar="LABEL", help="Only this label, again for more; by default all that can."),
]
ThresholdOption = Annotated[
    float | None,
    typer.Option(
        min=0, max=100, help="From this confidence on a label counts as found; 50 by default."
    ),
]


def train(
    name: Annotated[
        str | None, typer.Option(help="What to call it; by default the date and time.")
    ] = None,
    label: LabelOption = None,
    threshold: ThresholdOption = None,
    hours: Annotated[
        int | None,
        typer.Option(min=1, max=MOST_HOURS, help="Wait for it at most so long; 24 by default."),
    ] = None,
    by: ByOption = "",
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Say what would be trained, and start nothing.")
    ] = False,
    detach: Annotated[
        bool, typer.Option("--detach", "-d", help="Do not wait for its end; print its name.")
    ] = False,
    yes: YesOption = False,
    stack: StackOption = None,
    region: RegionOption = None,
    json_: JsonOption = False,
) -> None:
    """Train an adapter, and follow it to what the gate says. What is live stays as it is.

    Ctrl-C leaves it running. Exit 0: it passed. 1: it failed, or was late.
    4: the gate refuses it, or nothing was trained, because the examples lack something.
    """
    from framewarden.domain.adapter_requests import read_request
    from local.cli import adapter_readiness

    asked = {"name": name, "labels": label or None, "threshold": threshold, "hours": hours}
    given = {key: one for key, one in asked.items() if one is not None}
    given["by"] = by or getpass.getuser()
    read_request(given, datetime.now(UTC))  # refused before thousands of examples are read
    target = target_of(stack, region)
    if dry_run or not _goes_on(target, name):
        told = examined(target, label, threshold)
        if not json_:
            adapter_readiness.write(told, target)
        if dry_run or not told["ready"]:
            if json_:
                emit_json({"dry_run": dry_run, "started": False, **asked, "readiness": told})
            say("Nothing was started.")
            raise typer.Exit(PASSED if told["ready"] else NOT_BETTER)
    _agree(target, yes)
    begun = _start(target, given)
    if detach:
        emit_json(begun) if json_ else typer.echo(begun["adapter"])
        _say_where(target, begun["adapter"])
        return
    ended = followed(target, begun["adapter"])
    _write(ended, target, json_)
    end(ended)


def examined(target: Target, labels: list[str] | None, threshold: float | None) -> Document:
    """Read what people judged, and say how ready it is."""
    from framewarden.examining import examine
    from local.adapters import stores_of
    from local.cli.batch_progress import working

    asked = THRESHOLD if threshold is None else threshold
    with stores_of(target) as stores, working("reading what people judged"):
        ready, _ = examine(stores.own, threshold=asked, labels=labels or None)
    return ready.document()


def followed(target: Target, name: str) -> Document:
    """Watch an adapter to its end, and describe it; Ctrl-C leaves it running."""
    from local.adapters import document, stores_of
    from local.cli.adapter_progress import watch

    try:
        with stores_of(target) as stores:
            return document(target, stores, watch(stores.adapters, name))
    except KeyboardInterrupt:
        say(f"Interrupted. The training of {name} goes on by itself.")
        _say_where(target, name)
        raise typer.Exit(INTERRUPTED) from None


def end(told: Document) -> None:
    """End the command as the adapter ended."""
    from framewarden.domain import adapters

    status = told["status"]
    if status in adapters.LIVE:
        say("It is long over its hours, and nobody said so: see its execution in Step Functions.")
    codes = {
        adapters.PASSED: PASSED,
        adapters.REFUSED: NOT_BETTER,
        adapters.NOT_READY: NOT_BETTER,
    }
    code = codes.get(status, FAILED)
    if code:
        raise typer.Exit(code)


def _goes_on(target: Target, name: str | None) -> bool:
    """Tell whether this asks for a training that is there: it was late, or is under way."""
    from framewarden.domain import adapters
    from local.adapters import stores_of

    if name is None:
        return False
    with stores_of(target) as stores:
        row = stores.adapters.get(name)
    return row is not None and row["status"] in (*adapters.LIVE, adapters.LATE)


def _agree(target: Target, yes: bool) -> None:
    """Ask before money is spent; the laptop cloud costs none."""
    from local.cli.consent import ask

    if yes or target.is_laptop:
        return
    say("Rekognition bills the hours that a training takes.")
    ask(
        "Train it?",
        "Nothing was started: nobody sits at this terminal to agree to the cost.",
        "Agree beforehand with --yes, or only look with --dry-run.",
    )


def _start(target: Target, asked: dict[str, Any]) -> Document:
    from framewarden.adapting import start
    from local.adapters import acting_on

    with acting_on(target) as stores:
        begun: Document = start(asked, stores.own, datetime.now(UTC))
    again = "" if begun["started"] else " already"
    say(f"The adapter {begun['adapter']} is being trained{again} on {target.name}.")
    return begun


def _write(told: Document, target: Target, json_: bool) -> None:
    from local.cli.adapter_view import write

    emit_json(told) if json_ else write(told, target)


def _say_where(target: Target, name: str) -> None:
    say(f"See how it is with: framewarden adapter show {name} --follow{target.option}")
