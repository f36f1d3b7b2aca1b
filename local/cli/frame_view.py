"""Write the story of a frame for a terminal."""

from __future__ import annotations

from rich.table import Table
from rich.text import Text

from framewarden.domain.answered import adapter_words
from framewarden.telling import Attempt, FrameStory
from local.cli.execution_view import facts, outcome_text, status_text, stdout
from local.cli.output import cell_text, printable
from local.execution_words import SEVERITY_STYLES, took
from local.frame_stories import put_of

KIND_STYLES = {"stop": "bold red", "ban": "bold red", "review": "yellow", "decision": "green"}


def write_story(told: FrameStory, evidence: str | None) -> None:
    """Write why, the facts, what happened and when, and the attempts; `evidence` is an address."""
    out = stdout()
    out.print(Text(printable(told.why), style="bold"))
    out.print()
    out.print(facts([*_facts(told), ("evidence", evidence)]))
    out.print()
    out.print(_happenings(told))
    if told.attempts:
        out.print()
        out.print(_attempts(told.attempts))


def _facts(told: FrameStory) -> list[tuple[str, Text | str | None]]:
    row = told.row
    severity = row.get("severity")
    outcome = outcome_text(told.outcome, told.reason)
    if told.reason:
        outcome.append(f" ({printable(told.reason)})")
    rows: list[tuple[str, Text | str | None]] = [
        ("frame", row["frame_id"]),
        ("key", row.get("key")),
        ("version", row.get("version_id")),
        ("channel", row.get("channel")),
        ("put", row.get("put_at")),
        ("outcome", outcome if told.outcome or told.reason else None),
        ("severity", Text(str(severity), SEVERITY_STYLES.get(severity, "")) if severity else None),
        ("adapter", adapter_words(told.analysis)),
        ("review", row.get("review_id")),
        ("policy", row.get("policy_hash")),
    ]
    return rows


def _happenings(told: FrameStory) -> Table:
    """Write a timeline, with times from the put on."""
    grid = Table.grid(padding=(0, 2, 0, 0))
    grid.add_column(justify="right", style="dim", no_wrap=True)
    grid.add_column(no_wrap=True)
    grid.add_column(overflow="fold")
    put_at = put_of(told)
    for one in told.happenings:
        offset = (one.at - put_at).total_seconds() if put_at else 0.0
        sign = "-" if offset < 0 else "+"
        kind = Text(printable(one.kind), style=KIND_STYLES.get(one.kind, "cyan"))
        grid.add_row(f"{sign}{took(abs(offset))}", kind, Text(printable(one.says)))
    return grid


def _attempts(attempts: list[Attempt]) -> Table:
    grid = Table.grid(padding=(0, 2, 0, 0))
    for _ in range(3):
        grid.add_column(no_wrap=True)
    grid.add_column(overflow="fold")
    for one in attempts:
        execution = one.execution
        status = status_text(execution.status) if execution else Text("forgotten", style="dim")
        ended = execution.stopped_at if execution else None
        seconds = (ended - execution.started_at).total_seconds() if execution and ended else None
        lasted = cell_text(None if seconds is None else took(seconds))
        grid.add_row(f"attempt {one.number}", status, lasted, Text(printable(one.name)))
    return grid
