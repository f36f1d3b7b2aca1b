"""Show how far a batch is: a bar where somebody looks, else a line now and then."""

from __future__ import annotations

import sys
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from local.cli.output import console, say

if TYPE_CHECKING:
    from framewarden.aws.batch_store import Batches
    from local.batch_follow import Look

# Where nobody looks, a log is not filled either.
SAY_EVERY_SECONDS = 10.0


@contextmanager
def working(what: str) -> Iterator[None]:
    """Show that something is done whose end is not known."""
    shown = console(sys.stderr)
    if not shown.is_terminal:
        yield
        return
    with shown.status(what):
        yield


@contextmanager
def uploading(files: int) -> Iterator[Callable[[str], None]]:
    """Show how many files were sent; give what is to be called for each."""
    from framewarden.console.batch_words import number

    counts: Counter[str] = Counter()
    with _bar(files if files else None) as (progress, task):

        def told(how: str) -> None:
            counts[how] += 1
            progress.update(task, description="sending", completed=counts.total())

        yield told
    if counts:
        unsent = f", {counts['unsent']:,} could not be read" if counts["unsent"] else ""
        sent = number(counts["sent"], "file")
        say(f"{sent} sent, {counts['there']:,} already there{unsent}.")


def watch(store: Batches, batch_id: str, total: int | None) -> dict[str, Any]:
    """Follow a batch to its end, and return its row."""
    from local.batch_follow import looks
    from local.errors import OperatorError

    look: Look | None = None
    said, shown = time.monotonic(), console(sys.stderr).is_terminal
    with _bar(total) as (progress, task):
        for look in looks(store, batch_id):
            if shown:
                _draw(progress, task, look, total)
            elif not look.ended and time.monotonic() - said >= SAY_EVERY_SECONDS:
                said = time.monotonic()
                say(f"{look.row['status']}: {words(look, total)}")
    if look is None:
        raise OperatorError(f"The batch {batch_id} is gone.", "Its row was deleted.")
    return look.row


def words(look: Look, total: int | None) -> str:
    """Say how far a batch is."""
    of = f" of {total:,}" if total else ""
    rate = "" if look.rate is None else f", {look.rate:.1f} a second"
    return f"{look.analyzed:,}{of} images{rate}"


def _draw(progress: Any, task: Any, look: Look, total: int | None) -> None:
    rate = "" if look.rate is None or look.ended else f"{look.rate:.1f} images/s"
    done = total if total and look.row["status"] == "done" else look.read
    progress.update(task, description=look.row["status"], completed=done, rate=rate)


@contextmanager
def _bar(total: int | None) -> Iterator[tuple[Any, Any]]:
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn
    from rich.progress import TimeRemainingColumn as Remaining

    shown = console(sys.stderr)
    columns = (
        TextColumn("{task.description}", markup=False),
        BarColumn(bar_width=None),
        MofNCompleteColumn(),
        TextColumn("{task.fields[rate]}", markup=False),
        Remaining(),
    )
    # What ended has its table; a bar that stays would say the same once more.
    with Progress(
        *columns, console=shown, transient=True, disable=not shown.is_terminal, expand=True
    ) as progress:
        yield progress, progress.add_task("waiting", total=total, rate="")
