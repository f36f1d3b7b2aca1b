"""`framewarden executions list`, `show` and `watch`."""

from __future__ import annotations

from datetime import UTC, datetime
from enum import StrEnum
from typing import TYPE_CHECKING, Annotated, Any

import typer

from local.cli import execution_watch
from local.cli.options import JsonOption, RegionOption, StackOption, group, target_of
from local.cli.output import emit_json, say

if TYPE_CHECKING:
    from framewarden.inspecting import Inspection
    from framewarden.looking import Sources
    from framewarden.visit_documents import VisitData
    from local.target import Target


class Status(StrEnum):
    """What `--status` takes, as Step Functions spells it."""

    running = "RUNNING"
    succeeded = "SUCCEEDED"
    failed = "FAILED"
    timed_out = "TIMED_OUT"
    aborted = "ABORTED"
    pending_redrive = "PENDING_REDRIVE"


class Machine(StrEnum):
    """What `--machine` takes: frames, orders about channels, batches, or adapters."""

    moderate = "moderate"
    order = "order"
    batch = "batch"
    adapter = "adapter"


def register(app: typer.Typer) -> None:
    """Add the commands."""
    executions = group("Look at the state machines' executions.")
    executions.command("list")(list_)
    executions.command()(show)
    executions.command()(execution_watch.watch)
    app.add_typer(executions, name="executions")


def list_(
    status: Annotated[
        Status | None, typer.Option(case_sensitive=False, help="Only these; all by default.")
    ] = None,
    machine: Annotated[
        Machine,
        typer.Option(help="Which machine: frames, orders about channels, batches, or adapters."),
    ] = Machine.moderate,
    limit: Annotated[int, typer.Option(min=1, help="How many at most, the newest first.")] = 50,
    key: Annotated[str | None, typer.Option(help="Only of this object, every version.")] = None,
    review: Annotated[
        str | None, typer.Option(metavar="ID", help="Only of the frames of this review.")
    ] = None,
    channel: Annotated[
        str | None, typer.Option(metavar="ID_OR_ARN", help="Only of this channel's frames.")
    ] = None,
    since: Annotated[
        str | None, typer.Option(metavar="TIME", help="Only from then on: 2h, 3d, or ISO 8601.")
    ] = None,
    until: Annotated[
        str | None, typer.Option(metavar="TIME", help="Only before then: 10m, or ISO 8601.")
    ] = None,
    unscreened: Annotated[
        bool, typer.Option("--unscreened", help="Only frames that nobody has looked at.")
    ] = False,
    stack: StackOption = None,
    region: RegionOption = None,
    json_: JsonOption = False,
) -> None:
    """List executions, the newest first; find those of a frame, a channel, a review or a time."""
    from local.cli.execution_lines import write_list
    from local.cli.execution_query import query
    from local.executions import line, listed
    from local.inspection import looking_at

    target = target_of(stack, region)
    with looking_at(target) as sources:
        of = {"key": key, "review": review, "channel": channel}
        wanted = query(target, machine, status, of, (since, until), unscreened)
        found = [line(sources, entry) for entry in listed(sources, wanted, limit)]
    if json_:
        emit_json(found)
    elif found:
        write_list(found)
    else:
        say("No executions.")


def show(
    what: Annotated[
        str,
        typer.Argument(
            metavar="EXECUTION",
            help="Its name or ARN, a frame's id, key or s3:// address, a review's or batch's id.",
        ),
    ],
    data: Annotated[
        bool, typer.Option("--data", help="Also what each state read and wrote, redacted.")
    ] = False,
    stack: StackOption = None,
    region: RegionOption = None,
    json_: JsonOption = False,
) -> None:
    """Show why an execution ended as it did, and every state that it went through.

    Task tokens, and whatever is like one, are never shown.
    """
    from framewarden.inspecting import inspect
    from local.execution_choice import execution_of
    from local.inspection import looking_at

    target, now = target_of(stack, region), datetime.now(UTC)
    with looking_at(target) as sources:
        machine, name = execution_of(target, sources, what)
        seen = inspect(sources, machine, name, now)
        if seen is None:
            _forgotten(target, sources, machine, name, json_)
            return
        given = _data(sources, seen) if data else None
    _write(seen, now, given, json_)


def _data(sources: Sources, seen: Inspection) -> dict[int, VisitData]:
    from framewarden.inspecting import visit_data

    execution = seen.execution
    read = (
        visit_data(sources, execution.machine, execution.name, visit.number)
        for visit in seen.history.visits
    )
    return {given.visit.number: given for _, given in filter(None, read)}


def _write(
    seen: Inspection, now: datetime, given: dict[int, VisitData] | None, json_: bool
) -> None:
    from local.cli.execution_view import stdout, view
    from local.executions import story

    if json_:
        emit_json(story(seen, given))
    else:
        stdout().print(view(seen, now, given))


def _forgotten(target: Target, sources: Sources, machine: str, name: str, json_: bool) -> None:
    """Tell the story of its frame: the ledger remembers longer than Step Functions."""
    from local.cli.frame_view import write_story
    from local.frame_stories import document, evidence_of, forgotten

    told = forgotten(target, sources, machine, name, datetime.now(UTC))
    say("Step Functions has no history of it (any more); this is what the ledger knows.")
    if json_:
        emit_json(_forgotten_document(name, document(target, told)))
    else:
        write_story(told, evidence_of(target, told))


def _forgotten_document(name: str, frame: dict[str, Any]) -> dict[str, Any]:
    return {
        "name": name,
        "status": None,
        "why": frame["why"],
        "forgotten": True,
        "frame": frame,
        "states": [],
    }
