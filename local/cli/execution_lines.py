"""Write executions for a terminal line by line: a list, and what changes while they are watched."""

from __future__ import annotations

from collections.abc import Iterable

from rich.cells import cell_len
from rich.console import Console
from rich.text import Text

from local.cli.execution_view import outcome_text, status_text, stdout
from local.cli.output import cell_text, printable
from local.execution_steps import Step
from local.execution_watch import STARTED
from local.execution_words import SEVERITY_STYLES, took
from local.executions import Document

COLUMNS = ("started", "status", "outcome", "severity", "channel", "seconds", "attempt", "name")
GAP = "  "


def cells(line: Document) -> list[Text]:
    """Give the cells of one execution's line."""
    severity = line["severity"]
    seconds = line["seconds"]
    plain = [Text(printable(cell_text(line[name]))) for name in ("channel", "attempt", "name")]
    return [
        Text(cell_text(line["started_at"] or None)),
        status_text(line["status"]),
        outcome_text(line["outcome"], line["reason"]),
        Text(printable(cell_text(severity)), style=SEVERITY_STYLES.get(severity, "")),
        plain[0],
        Text(cell_text(None if seconds is None else f"{seconds:.3f}")),
        *plain[1:],
    ]


def write_list(lines: Iterable[Document]) -> None:
    """Write a list; where a line does not fit, its name goes on a line of its own."""
    out = stdout()
    rows = [cells(line) for line in lines]
    heads = [Text(name, style="bold") for name in COLUMNS]
    columns = list(zip(heads, *rows, strict=True))
    widths = [max(map(_width, column)) for column in columns]
    below = sum(widths) + len(GAP) * (len(widths) - 1) > out.width
    for row in (heads, *rows):
        padded = [
            _padded(cell, width, right=name in ("seconds", "attempt"))
            for cell, width, name in zip(row, widths, COLUMNS, strict=True)
        ]
        *before, last = padded
        joint = Text("\n    ") if below else Text(GAP)
        last.rstrip()
        out.print(Text(GAP).join(before) + joint + last, soft_wrap=True)


def _width(cell: Text) -> int:
    return cell_len(cell.plain)


def _padded(cell: Text, width: int, *, right: bool) -> Text:
    fill = " " * (width - cell_len(cell.plain))
    return Text(fill) + cell if right else cell + Text(fill)


def write_step(out: Console, step: Step) -> None:
    """Write what changed of a step on one line."""
    words = "; ".join(filter(None, (step.words or step.mark, step.way)))
    length = "" if step.lasts else f"  {took(step.seconds)}"
    told = Text(f"+{took(step.offset)}  {printable(step.state)}  {printable(words)}{length}")
    out.print(told, soft_wrap=True)


def write_end(out: Console, told: Document) -> None:
    """Write how an execution ended, and why."""
    ended = status_text(told["status"]).append(f"  {printable(told['why'])}")
    out.print(ended, soft_wrap=True)


def write_change(out: Console, what: str, line: Document) -> None:
    """Write that an execution started, or how it ended."""
    at = line["started_at"] if what == STARTED else line["stopped_at"]
    told = Text(f"{cell_text(at)}  ")
    if what == STARTED:
        told.append(f"{'started':<10}", style="cyan")
    else:
        told.append(status_text(f"{line['status']}")).append("  ")
        told.append(outcome_text(line["outcome"], line["reason"])).append("  ")
    for value in (line["severity"] if what != STARTED else None, line["channel"], line["name"]):
        if value:
            told.append(f"  {printable(value)}")
    out.print(told, soft_wrap=True)
