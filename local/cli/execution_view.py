"""Write executions for a terminal: lines of a list, and the picture of one."""

from __future__ import annotations

import io
import json
import sys
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any

from rich.console import Console, ConsoleOptions, Group, RenderableType, RenderResult
from rich.segment import Segment
from rich.table import Table
from rich.text import Text

from framewarden.domain.answered import adapter_words
from framewarden.domain.failures import failure_words
from framewarden.domain.why_known import mapping
from framewarden.inspecting import Inspection
from framewarden.visit_documents import VisitData
from local.cli.output import cell_text, console, printable
from local.execution_picture import Picture
from local.execution_steps import Note, steps
from local.execution_words import (
    OUTCOME_STYLES,
    STATUS_STYLES,
    status_words,
    took,
)
from local.executions import Document, story

CHANGED = {
    "since": "the machine was deployed again since; this is the definition that it followed",
    "newer": "the definition that is drawn was deployed after it began",
}
CUT = "It has more events than are read here; see all of them in the AWS console."


def stdout() -> Console:
    """Give the console of the results; what its encoding lacks is escaped, never an error."""
    if isinstance(sys.stdout, io.TextIOWrapper):
        sys.stdout.reconfigure(errors="backslashreplace")
    return console(sys.stdout)


def status_text(status: str | None) -> Text:
    """Word how an execution stands, in its colour."""
    return Text().append(status_words(status), style=STATUS_STYLES.get(status or "", "dim"))


def outcome_text(outcome: str | None, reason: str | None = None) -> Text:
    """Word an outcome; a frame that joined a review has none before it."""
    word = outcome or ("joined" if reason == "joined" else None)
    return Text().append(printable(cell_text(word)), style=OUTCOME_STYLES.get(word or "", ""))


def view(
    inspection: Inspection, now: datetime, data: Mapping[int, VisitData] | None = None
) -> RenderableType:
    """Draw one execution: why, the facts, and the rail of its states."""
    notes = {number: list(_data_notes(given)) for number, given in (data or {}).items()}
    history = inspection.history
    rail = steps(history, inspection.machine, inspection.execution.started_at, now, notes)
    cut = [] if history.whole else [Text(CUT)]
    return Group(
        Text(printable(inspection.why), style="bold"),
        Text(),
        facts(_facts(inspection, now)),
        Text(),
        Picture(list(rail)),
        *cut,
    )


def facts(rows: Sequence[tuple[str, Text | str | None]]) -> Table:
    """Make a table of names and values; nothing in it is cut."""
    grid = Table.grid(padding=(0, 2, 0, 0))
    grid.add_column(style="dim", no_wrap=True)
    grid.add_column(overflow="fold")
    for name, value in rows:
        if value:
            grid.add_row(name, value if isinstance(value, Text) else Text(printable(value)))
    return grid


class Foot:
    """The last lines of something that is taller than the terminal: the newest are at its foot."""

    def __init__(self, inner: RenderableType) -> None:
        self._inner = inner

    def __rich_console__(self, console: Console, options: ConsoleOptions) -> RenderResult:
        """Draw what fits."""
        lines = console.render_lines(self._inner, options.update(height=None), pad=False)
        for line in lines[-max(1, console.height - 1) :]:
            yield from line
            yield Segment.line()


def _facts(inspection: Inspection, now: datetime) -> list[tuple[str, Text | str | None]]:
    execution, told = inspection.execution, story(inspection)
    lasted = ((execution.stopped_at or now) - execution.started_at).total_seconds()
    status = status_text(execution.status).append(f" ({took(lasted)})")
    rows: list[tuple[str, Text | str | None]] = [
        ("execution", execution.name),
        ("status", status),
        ("order", _order(told)),
        ("batch", told["batch"]),
        ("trains", told["trains"]),
        ("frame", told["frame"]["key"]),
        ("version", told["frame"]["version_id"]),
        ("channel", told["frame"]["channel"]),
        ("attempt", str(told["attempt"]) if told["attempt"] else None),
        ("outcome", _outcome(told)),
        ("adapter", adapter_words(mapping(inspection.state.get("analysis")))),
        ("review", told["review_id"]),
    ]
    if told["error"]:
        what, remedy = failure_words(told["error"])
        cause = f" ({told['cause']})" if told["cause"] else ""
        rows.append(("error", Text(printable(f"{told['error']}: {what}{cause}"), style="red")))
        rows.append(("remedy", remedy))
    return [*rows, ("definition", CHANGED.get(inspection.changed))]


def _order(told: Document) -> str | None:
    order = told["order"] or {}
    return (
        f"{order.get('action')} {order.get('channel_arn')}, by {order.get('by')}" if order else None
    )


def _outcome(told: Document) -> Text | None:
    if told["outcome"] is None:
        return None
    reason = f" ({told['reason']})" if told["reason"] else ""
    return outcome_text(told["outcome"]).append(printable(reason))


def _data_notes(given: VisitData) -> Iterable[Note]:
    parts: list[tuple[str, Any]] = [("input", given.input)]
    for one in given.tries:
        parts += [("parameters", one.parameters), ("result", one.result), ("cause", one.cause)]
    for name, value in (*parts, ("output", given.output)):
        if value is not None:
            yield Note("data", f"{name} {json.dumps(value, indent=2, ensure_ascii=False)}")
