"""Show the figures as tables, and write them as JSON."""

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from rich.box import SIMPLE_HEAD
from rich.console import Console
from rich.table import Table
from rich.text import Text

from benchmarks.figures import Figure, Section, broken

VERDICTS = {None: Text(""), True: Text("ok", "green"), False: Text("over", "bold red")}


def show(section: Section, console: Console) -> None:
    """Write the table of one benchmark."""
    table = Table(title=section.title, title_justify="left", box=SIMPLE_HEAD, pad_edge=False)
    table.add_column("figure", no_wrap=True)
    table.add_column("value", justify="right", no_wrap=True)
    table.add_column("at most", justify="right", no_wrap=True)
    table.add_column("bar", no_wrap=True)
    table.add_column("", overflow="fold")
    for figure in section.figures:
        table.add_row(*_row(figure))
    console.print(table)
    for note in section.notes:
        console.print(Text(note))
    console.print()


def _row(figure: Figure) -> tuple[Text, ...]:
    return (
        Text(figure.name),
        Text(figure.text(figure.value)),
        Text(figure.text(figure.limit)),
        VERDICTS[figure.holds],
        Text(figure.detail, "dim"),
    )


def conclude(sections: Sequence[Section], console: Console) -> None:
    """Say which bars are broken."""
    over = broken(sections)
    bars = sum(one.limit is not None for section in sections for one in section.figures)
    if over:
        names = ", ".join(figure.name for figure in over)
        console.print(Text(f"{len(over)} of {bars} bars are broken: {names}", "bold red"))
    else:
        console.print(Text(f"All {bars} bars hold.", "green"))


def document(
    machine: dict[str, Any], sections: Sequence[Section], seconds: float
) -> dict[str, Any]:
    """Return everything for JSON."""
    return {
        "machine": machine,
        "figures": {one.name: one.document() for section in sections for one in section.figures},
        "notes": {section.name: section.notes for section in sections},
        "seconds": round(seconds, 1),
    }


def write(file: Path, found: dict[str, Any]) -> None:
    """Write the document."""
    file.write_text(json.dumps(found, indent=2) + "\n")
