"""Find executions: page by page as Step Functions lists them, or by what the ledger knows."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Any
from urllib.parse import unquote_plus

from framewarden.aws.executions import Execution
from framewarden.aws.frame_search import FramePage, came_to
from framewarden.domain import frame_rows
from framewarden.domain.times import parse
from framewarden.looking import MODERATE, Sources, run_of
from framewarden.meaning import Meant, meant
from framewarden.wanted import Wanted

__all__ = ["LIMIT", "Entry", "Found", "Meant", "Wanted", "find", "meant"]

Row = Mapping[str, Any]

LIMIT = 50
"""Entries of a page; one BatchGetItem takes 100."""


@dataclass(frozen=True)
class Entry:
    """One line: an execution with the ledger's row of its frame, or a row alone.

    Listed entries have an execution; found ones have a row, and their status is what the row says.
    `attempt` is None for an execution that is of no frame, batch or adapter.
    """

    machine: str
    name: str | None
    status: str | None
    started_at: datetime | None
    seconds: float | None
    row: Row | None
    execution: Execution | None = None
    attempt: int | None = None
    outcome: str | None = None
    reason: str | None = None


@dataclass(frozen=True)
class Found:
    """Some entries, the newest first; `lost` where the address named no place in the list.

    `read` is how many there were before they were narrowed; `known` is False where there is no
    such review; `came_to` is the day that a search by time stopped before, without a full page.
    """

    entries: list[Entry]
    after: str | None
    lost: bool = False
    read: int = 0
    known: bool = True
    came_to: date | None = None


def find(sources: Sources, wanted: Wanted, limit: int = LIMIT) -> Found:
    """Return a page of what somebody looks for, in a bounded number of calls: none for each row."""
    try:
        return _find(sources, wanted, limit)
    except ValueError:
        if wanted.after is None:
            raise
        # An address that somebody cut or typed: the beginning is worth more than a problem.
        return replace(_find(sources, replace(wanted, after=None), limit), lost=True)


def _find(sources: Sources, wanted: Wanted, limit: int) -> Found:
    if not (wanted.searches or wanted.unscreened):
        return _listed(sources, wanted, limit)
    page = _searched(sources, wanted, limit)
    if page is None:
        return Found([], None, known=False)
    found = _with_outcomes(sources, [_of_row(row) for row in page.rows])
    kept = [entry for entry in found if _is_wanted(entry, wanted)]
    stopped = wanted.when and not wanted.channel_arn and page.after and len(page.rows) < limit
    return Found(
        kept,
        page.after,
        read=len(found),
        came_to=came_to(page.after) if stopped and page.after else None,
    )


def _listed(sources: Sources, wanted: Wanted, limit: int) -> Found:
    page = sources.executions.page(wanted.machine, limit, wanted.status, wanted.after)
    ours = [run_of(wanted.machine, execution.name) for execution in page.entries]
    frames = {of[0] for of in ours if of and wanted.machine == MODERATE}
    rows = sources.frames.many(frames)
    entries = [
        _of_execution(execution, of[1] if of else None, rows.get(of[0]) if of else None)
        for execution, of in zip(page.entries, ours, strict=True)
    ]
    return Found(_with_outcomes(sources, entries), page.after, read=len(entries))


def _searched(sources: Sources, wanted: Wanted, limit: int) -> FramePage | None:
    """Return the rows that are looked for; None where there is no such review."""
    frames, when, after = sources.frames, wanted.when, wanted.after
    if wanted.review_id:
        review = sources.reviews.get(wanted.review_id)
        return frames.of_review(review, limit, after) if review else None
    if wanted.key:
        return _of_key(sources, wanted.key, limit, after)
    if when and when.start > when.end:
        return FramePage([], None)
    if wanted.channel_arn:
        return frames.of_channel(wanted.channel_arn, limit, when, after)
    return frames.of_time(when, limit, after) if when else frames.unscreened(limit, after)


def _of_key(sources: Sources, key: str, limit: int, after: str | None) -> FramePage:
    """Search a key as it is, and then as a notification of S3 would have encoded it."""
    found = sources.frames.of_key(key, limit, after)
    decoded = unquote_plus(key)
    if found.rows or decoded == key:
        return found
    return sources.frames.of_key(decoded, limit, after)


def _is_wanted(entry: Entry, wanted: Wanted) -> bool:
    if wanted.unscreened and entry.outcome != "unscreened":
        return False
    return wanted.status in (None, entry.status)


def _of_execution(execution: Execution, attempt: int | None, row: Row | None) -> Entry:
    ended = execution.stopped_at
    return Entry(
        machine=execution.machine,
        name=execution.name,
        status=execution.status,
        started_at=execution.started_at,
        seconds=(ended - execution.started_at).total_seconds() if ended else None,
        row=row,
        execution=execution,
        attempt=attempt,
    )


def _of_row(row: Row) -> Entry:
    began = parse(row["admitted_at"]) if row.get("admitted_at") else None
    name = frame_rows.execution_of(row)
    status = frame_rows.status_of(row)
    ended = parse(row["settled_at"]) if row.get("settled_at") and status != "RUNNING" else None
    return Entry(
        machine=MODERATE,
        name=name,
        status=status,
        started_at=began if name else None,
        seconds=(ended - began).total_seconds() if name and began and ended else None,
        row=row,
        attempt=int(row.get("attempt", 1)),
    )


def _with_outcomes(sources: Sources, entries: Iterable[Entry]) -> list[Entry]:
    """Give each entry its outcome; those that joined have their reviews', read in one call."""
    kept = list(entries)
    joined = {
        entry.row["review_id"]
        for entry in kept
        if entry.row and entry.row.get("status") == "joined" and entry.row.get("review_id")
    }
    reviews = sources.reviews.outcomes(joined) if joined else {}
    return [_with_outcome(entry, reviews) for entry in kept]


def _with_outcome(entry: Entry, reviews: Mapping[str, Row]) -> Entry:
    if entry.row is None or entry.attempt is None:
        return entry
    review = reviews.get(entry.row.get("review_id", ""))
    outcome, reason = frame_rows.outcome_of(entry.row, review, entry.attempt)
    return replace(entry, outcome=outcome, reason=reason)
