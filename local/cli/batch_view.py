"""Write batches for people."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import typer

from framewarden.console.batch_words import CODES, STATUSES, dollars, number
from framewarden.domain import batches
from framewarden.domain.adapters import short
from framewarden.domain.batch_counts import BASE, by_severity, ordered
from framewarden.domain.times import parse
from local.cli.output import say, table
from local.execution_words import took
from local.target import Target

# What a table shows of the labels; JSON has all of them.
SHOWN = 15
PAUSES = {"ceiling": "its ceiling is reached"}

Document = Mapping[str, Any]


def write_list(found: Sequence[Document]) -> None:
    """Write a line for each batch."""
    columns = ("batch", "status", "name", "images", "flagged", "errors", "cost", "started", "by")
    table(columns, map(_line, found))


def write(told: Document, target: Target, *, saved: bool = False) -> None:
    """Write all of a batch: the facts, what was found, and what people are asked.

    Whoever has its results `saved` is not told how to save them.
    """
    table(("", ""), [fact for fact in _facts(told) if fact[1] is not None])
    counts = told["counts"]
    if counts:
        _tabulate(("severity", "images"), by_severity(counts))
        labels = ordered(counts["by_label"])
        _tabulate(("label", "images"), labels[:SHOWN])
        if len(labels) > SHOWN:
            say(f"... and {len(labels) - SHOWN} more labels; see all with --json.")
        errors = ordered(counts["errors"])
        _tabulate(
            ("error", "lines", "what it is"),
            [(code, number, CODES.get(code)) for code, number in errors],
        )
    rules = told["rules"]
    _tabulate(
        ("rule", "severity", "images", "to verify"),
        [(one["rule"], one["severity"], one["images"], one["url"]) for one in rules],
    )
    for line in _next(told, target.option, saved):
        say(line)


def _line(one: Document) -> tuple[object, ...]:
    return (
        *(one["batch_id"], _status(one), one["name"], _images(one), one["flagged"], one["errors"]),
        *(dollars(one["dollars"]), one["started_at"], one["by"]),
    )


def _facts(told: Document) -> Iterator[tuple[str, object]]:
    counts = told["counts"] or {}
    yield "batch", told["batch_id"]
    yield "name", told["name"]
    yield "status", _status(told)
    failure, pause = told["failure"], told["pause"]
    reason = (pause or {}).get("reason")
    yield "why", (failure or {}).get("words") or PAUSES.get(str(reason), reason)
    yield "source", told["source"]
    yield "engine", told["engine"]
    yield "adapter", _adapter(told)
    given = " (given)" if told["policy_source"] == "given" else ""
    yield "policy", f"{told['policy_name']}{given}, {told['policy_hash']}"
    yield "images", _images(told)
    yield "flagged", told["flagged"]
    yield "errors", told["errors"]
    yield "named twice", counts.get("repeated") or None
    yield "skipped", told["skipped"]
    yield "ceiling", f"{told['ceiling']:,}" if told["ceiling"] else None
    yield "cost", f"{dollars(told['dollars'])} of Rekognition, by list price"
    yield "started", f"{told['started_at']} by {told['by']} ({told['via']})"
    yield "took", _took(told)
    yield "attempt", told["attempt"] if told["attempt"] != 1 else None
    yield "page", told["url"]
    yield "results", told["folder"] + batches.RESULTS if told["counts"] else None


def _status(told: Document) -> str:
    known = STATUSES.get(told["status"])
    return known.word if known else str(told["status"])


def _images(told: Document) -> str:
    of = f" of {told['lines']:,} lines" if told["lines"] else ""
    return f"{told['analyzed']:,}{of}"


def _adapter(told: Document) -> str | None:
    """Name the adapter, and say where the base model answered in its place."""
    if not told["adapter"]:
        return None
    instead = ((told["counts"] or {}).get("adapters") or {}).get(BASE, 0)
    fell = f"; the base model answered in its place for {number(instead, 'image')}"
    return short(told["adapter"]) + (fell if instead else "")


def _took(told: Document) -> str | None:
    if not told["ended_at"]:
        return None
    lasted = parse(told["ended_at"]) - parse(told["started_at"])
    seconds = lasted.total_seconds()
    # A resumed batch stood still in between: that time tells nothing of its speed.
    fast = told["attempt"] == 1 and seconds > 0 and told["analyzed"]
    rate = f", {told['analyzed'] / seconds:.1f} images a second" if fast else ""
    return took(seconds) + rate


def _tabulate(columns: tuple[str, ...], rows: list[tuple[Any, ...]]) -> None:
    if rows:
        typer.echo()
        table(columns, rows)


def _next(told: Document, option: str, saved: bool) -> Iterator[str]:
    """Say what one may do now."""
    batch_id, status = told["batch_id"], told["status"]
    if status in batches.LIVE:
        yield f"Watch it with: framewarden batch show {batch_id} --follow{option}"
        return
    if status in batches.RESUMABLE:
        more = " --ceiling N" if status == batches.PAUSED else ""
        yield f"Go on with it by: framewarden batch resume {batch_id}{more}{option}"
    if told["counts"] and not saved:
        yield f"Save its results with: framewarden batch results {batch_id} --to DIR{option}"
