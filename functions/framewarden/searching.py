"""Find executions: page by page as Step Functions lists them, or by what the ledger knows."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from framewarden.aws.executions import Execution
from framewarden.aws.frame_search import Span
from framewarden.looking import MODERATE, Sources

Row = Mapping[str, Any]

LIMIT = 50
"""Entries of a page; one BatchGetItem takes 100."""


@dataclass(frozen=True)
class Wanted:
    """What somebody looks for; at most one of key, review_id, channel_arn and unscreened is given.

    `when` narrows a channel, or stands for itself. Without any of them the machine's executions are
    listed, of one `status` if it is given. `after` is a page's own.
    """

    machine: str = MODERATE
    status: str | None = None
    key: str | None = None
    review_id: str | None = None
    channel_arn: str | None = None
    unscreened: bool = False
    when: Span | None = None
    after: str | None = None


@dataclass(frozen=True)
class Entry:
    """One line: an execution with the ledger's row of its frame, or a row alone.

    Listed entries have an execution; found ones have a row, and their status is what the row says.
    """

    machine: str
    name: str | None
    status: str | None
    started_at: datetime | None
    seconds: float | None
    row: Row | None
    execution: Execution | None = None


@dataclass(frozen=True)
class Found:
    """Some entries, the newest first; `lost` where the address named no place in the list."""

    entries: list[Entry]
    after: str | None
    lost: bool = False


def find(sources: Sources, wanted: Wanted, limit: int = LIMIT) -> Found:
    """Return a page of what somebody looks for, in a bounded number of calls: none for each row."""
    raise NotImplementedError
