"""Show how far the training of an adapter is: in one place where somebody looks, else by lines."""

from __future__ import annotations

import sys
import time
from contextlib import nullcontext
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from local.cli.output import console, say

if TYPE_CHECKING:
    from framewarden.aws.adapters import Adapters
    from local.tables import Row

# Where nobody looks, a log is not filled either: a training takes hours.
SAY_EVERY_SECONDS = 300.0
TOLD_SECONDS = 10.0


def watch(store: Adapters, name: str) -> Row:
    """Follow an adapter to its end, and return its row."""
    from local.adapter_follow import is_over, looks
    from local.errors import OperatorError

    row: Row | None = None
    known, said, shown = None, 0.0, console(sys.stderr)
    drawn = shown.status("waiting") if shown.is_terminal else nullcontext()
    with drawn as status:
        for row in looks(store, name):
            if status is not None:
                status.update(words(row, datetime.now(UTC)))
            elif not is_over(row) and (
                row["status"] != known or time.monotonic() - said >= SAY_EVERY_SECONDS
            ):
                known, said = row["status"], time.monotonic()
                say(words(row, datetime.now(UTC)))
    if row is None:
        raise OperatorError(f"The adapter {name} is gone.", "Its row was deleted.")
    return row


def words(row: Row, now: datetime) -> str:
    """Say how far an adapter is."""
    from framewarden.console.adapter_words import status_words
    from framewarden.domain.times import parse
    from local.execution_words import took

    since = parse(row.get("training_since") or row["started_at"])
    seconds = (now - since).total_seconds()
    lasted = f", for {took(seconds)}" if seconds >= TOLD_SECONDS else ""
    return f"{row['item']}: {status_words(row).word}{lasted}"
