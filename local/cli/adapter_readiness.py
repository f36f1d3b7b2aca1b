"""Write for people how ready the examples of an adapter are."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

import typer
from rich.text import Text

from framewarden.console.adapter_readiness import Label, Left, ReadinessView, view_of
from framewarden.console.batch_words import number
from local.cli.execution_view import stdout
from local.cli.output import printable, say, table
from local.target import Target

# What a terminal shows of each list; JSON has more.
SHOWN = 5
# Images that somebody can settle; of the others it is enough how many there are.
TO_SETTLE = frozenset({"contradiction", "unknown_label", "unjudged"})

Document = Mapping[str, Any]


def write(told: Document, target: Target) -> None:
    """Write the labels, what is left out, and what is lacking."""
    view = view_of(told)
    if view.labels:
        columns = ("label", "wrongly found", "missed", "right", "unjudged", "trains")
        table(columns, [_line(one, view) for one in view.labels])
        typer.echo()
    tell(f"{view.says} Found is what has {view.threshold} % or more.")
    if view.left_out:
        typer.echo()
        rows = [(one.count, f"{_capital(one.why)}. {one.remedy}".strip()) for one in view.left_out]
        table(("left out", "why"), rows)
        _write_places(view, target)
    for said in _lacks(view):
        tell(f"\n{said}")
    learns = ", ".join(view.training)
    tell(
        f"\nReady: an adapter would learn {learns}."
        if view.ready
        else "\nNot ready: no adapter can be trained yet."
    )


def tell(words: str) -> None:
    """Write a sentence that belongs to the result; it is broken between words."""
    stdout().print(Text(printable(words)))


def _line(one: Label, view: ReadinessView) -> tuple[object, ...]:
    trains = "yes" if one.name in view.training else "enough" if one.enough else "no"
    found, missed = (f"{bar.found} of {bar.needed}" for bar in (one.wrong, one.missed))
    return one.name, found, missed, one.right, one.unjudged, trains


def _write_places(view: ReadinessView, target: Target) -> None:
    """Say where somebody can settle what is left out."""
    places: list[Left] = [
        image for one in view.left_out if one.code in TO_SETTLE for image in one.images
    ]
    desk = target.console_url if places else ""
    for one in places[:SHOWN]:
        tell(f"\n{one.ref}: {one.says}")
        if one.where:
            typer.echo(f"  {desk}/{one.where}")
    if len(places) > SHOWN:
        rest = number(len(places) - SHOWN, "more image")
        say(f"... and {rest}; see them with: framewarden adapter readiness --json{target.option}")


def _lacks(view: ReadinessView) -> Iterator[str]:
    """Say what the whole lacks, and what labels do that nothing is trained of."""
    yield from view.lacks
    lacking = [one for one in view.labels if one.lacks and (one.enough or not view.ready)]
    for one in lacking[:SHOWN]:
        yield " ".join(one.lacks)
    if len(lacking) > SHOWN:
        yield f"... and {number(len(lacking) - SHOWN, 'more label')}, which JSON tells of."


def _capital(words: str) -> str:
    return words[:1].upper() + words[1:]
