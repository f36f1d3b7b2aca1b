"""Say in one sentence why a frame, or an order, ended as it did."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

Document = Mapping[str, Any]


def why(
    frame: Document,
    state: Document | None,
    row: Document | None,
    review: Document | None,
    now: datetime,
    *,
    status: str | None = None,
    error: str | None = None,
) -> str:
    """Say why a frame ended as it did, or what it waits for.

    `state` is the machine's document as far as it is known (its output, the evidence, or the input
    of the state that it is in), `row` the ledger's, `review` the one that it opened or joined;
    `status` and `error` are the execution's. Whatever is missing is left out of the sentence.
    """
    raise NotImplementedError


def why_order(state: Document | None, now: datetime, *, status: str, error: str | None) -> str:
    """Say what became of an order about a channel."""
    raise NotImplementedError
