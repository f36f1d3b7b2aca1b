"""Write for the terminal: results on stdout, everything else on stderr."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterable, Sequence
from typing import IO, TYPE_CHECKING, Any

import typer

if TYPE_CHECKING:
    from rich.console import Console

# Where nobody looks, tables need no wrapping; rich would cut them to 80 columns.
PIPE_COLUMNS = 1_000


def emit_json(value: Any) -> None:
    """Write one JSON document to stdout."""
    typer.echo(json.dumps(value, indent=2))


def say(text: str) -> None:
    """Write one line of prose to stderr."""
    typer.echo(printable(text), err=True)


def table(columns: Sequence[str], rows: Iterable[Sequence[object]]) -> None:
    """Write a table to stdout; nothing in a cell is ever cut or interpreted.

    Columns without a name make a table without a head.
    """
    from rich.box import SIMPLE_HEAD
    from rich.table import Table
    from rich.text import Text

    grid = Table(
        box=SIMPLE_HEAD,
        pad_edge=False,
        header_style="bold",
        show_edge=False,
        show_header=any(columns),
    )
    for column in columns:
        grid.add_column(column, overflow="fold")
    for row in rows:
        grid.add_row(*(Text(printable(cell_text(cell))) for cell in row))
    console(sys.stdout).print(grid)


def cell_text(cell: object) -> str:
    """Write a cell: nothing as a dash, what has parts as JSON."""
    if cell is None:
        return "-"
    return json.dumps(cell, ensure_ascii=False) if isinstance(cell, dict | list) else str(cell)


def console(stream: IO[str]) -> Console:
    """Make a rich console that prints text as it is."""
    from rich.console import Console

    width = None if stream.isatty() else PIPE_COLUMNS
    return Console(file=stream, width=width, markup=False, emoji=False, highlight=False)


def printable(text: str) -> str:
    """Escape what a terminal would obey: an object's key may hold anything."""
    return "".join(
        char if char.isprintable() or char in "\n\t" else char.encode("unicode_escape").decode()
        for char in text
    )
