"""Say in one sentence why a frame, or an order, ended as it did."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from framewarden.domain.incidents import outcome_of
from framewarden.domain.why_ended import died, ended, skipped
from framewarden.domain.why_known import Known, mapping
from framewarden.domain.why_order import of_order
from framewarden.domain.why_running import running

Document = Mapping[str, Any]

_DEAD = ("FAILED", "TIMED_OUT", "ABORTED", "PENDING_REDRIVE")
_GOING = ("admitted", "started")


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
    """Say why a frame ended as it did, or what it waits for; never with a full stop.

    `state` is the machine's document as far as it is known (its output, the evidence, or the input
    of the state that it is in), `row` the ledger's, `review` the one that it opened or joined;
    `status` and `error` are the execution's. Whatever is missing is left out of the sentence, and
    so is what is of another attempt: an execution's row, a frame's document.
    """
    known = _known(frame, state, row, review, now, of_execution=status is not None)
    if known.row.get("outcome") == "skipped":
        return skipped(known.row.get("reason"))
    if status in _DEAD:
        return died(known, str(status).lower(), error)
    if status == "RUNNING" or (status is None and _goes_on(known)):
        return running(known, started=status is not None or known.row.get("status") != "admitted")
    return ended(known, *_outcome(known))


def why_order(state: Document | None, now: datetime, *, status: str, error: str | None) -> str:
    """Say what became of an order about a channel; never with a full stop."""
    return of_order(Known({}, mapping(state), {}, {}, now), status, error)


def _known(
    frame: Document,
    state: Document | None,
    row: Document | None,
    review: Document | None,
    now: datetime,
    *,
    of_execution: bool,
) -> Known:
    """Leave out what is of another attempt, or of another review, than what is asked about."""
    state, row, review = mapping(state), mapping(row), mapping(review)
    attempts = (state.get("attempt"), row.get("attempt"))
    if None not in attempts and attempts[0] != attempts[1]:
        state, row = (state, {}) if of_execution else ({}, row)
    slot = mapping(state.get("review"))
    mine = slot.get("review_id") or row.get("review_id")
    if review.get("review_id") and mine != review["review_id"]:
        review = {}
    return Known(mapping(frame), state, row, review, now)


def _goes_on(known: Known) -> bool:
    """Tell whether a frame's row says that it has not ended."""
    return known.row.get("status") in _GOING and "archive" not in known.state


def _outcome(known: Known) -> tuple[Any, Any]:
    """Return outcome and reason, by whoever knows them."""
    for source in (known.slot("archive"), known.state, known.row):
        if source.get("outcome") or source.get("reason"):
            return source.get("outcome"), source.get("reason")
    return outcome_of(known.state)
