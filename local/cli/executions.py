"""`framewarden executions list` and `show`."""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated, Any

import typer

from local.cli.options import JsonOption, RegionOption, StackOption, group, target_of
from local.cli.output import emit_json, say, table


class Status(StrEnum):
    """What `--status` takes, as Step Functions spells it."""

    running = "RUNNING"
    succeeded = "SUCCEEDED"
    failed = "FAILED"
    timed_out = "TIMED_OUT"
    aborted = "ABORTED"


def register(app: typer.Typer) -> None:
    """Add the commands."""
    executions = group("Look at the state machine's executions.")
    executions.command("list")(list_)
    executions.command()(show)
    app.add_typer(executions, name="executions")


def list_(
    status: Annotated[
        Status | None, typer.Option(case_sensitive=False, help="Only these; all by default.")
    ] = None,
    limit: Annotated[int, typer.Option(min=1, help="How many at most, the newest first.")] = 50,
    stack: StackOption = None,
    region: RegionOption = None,
    json_: JsonOption = False,
) -> None:
    """List executions, the newest first."""
    from local.executions import summaries

    found = list(summaries(target_of(stack, region), status, limit))
    if json_:
        emit_json(found)
        return
    columns = ("started_at", "status", "seconds", "name")
    table(columns, ([execution[column] for column in columns] for execution in found))
    if not found:
        say("No executions.")


def show(
    name: Annotated[str, typer.Argument(metavar="NAME_OR_ARN", help="The execution.")],
    stack: StackOption = None,
    region: RegionOption = None,
    json_: JsonOption = False,
) -> None:
    """Show which states an execution went through, without payloads or task tokens."""
    from local.executions import story

    told = story(target_of(stack, region), name)
    if json_:
        emit_json(told)
        return
    _show_head(told)
    table(
        ("state", "entered", "seconds", "retries", "error", "cause"),
        (
            (
                state["state"],
                state["entered_at"],
                "running" if state["seconds"] is None else f"{state['seconds']:.3f}",
                state["retries"] or None,
                state["error"],
                state["cause"],
            )
            for state in told["states"]
        ),
    )


def _show_head(told: dict[str, Any]) -> None:
    taken = "running" if told["seconds"] is None else f"{told['seconds']} s"
    rows: list[tuple[str, object]] = [
        ("execution", told["name"]),
        ("status", f"{told['status']} ({taken})"),
        ("frame", told["frame"]["key"]),
        ("version", told["frame"]["version_id"]),
        ("attempt", told["attempt"]),
        ("outcome", told["outcome"]),
    ]
    if told["error"]:
        rows.append(("error", f"{told['error']}: {told['cause']}"))
    table(("", ""), rows)
    typer.echo()
