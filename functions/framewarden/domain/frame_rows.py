"""Read what the ledger's row of a frame says about the frame's latest execution."""

from collections.abc import Mapping
from typing import Any, Final

from framewarden.domain.frames import execution_name

Row = Mapping[str, Any]

DEATHS: Final = {
    "execution_failed": "FAILED",
    "execution_timed_out": "TIMED_OUT",
    "execution_aborted": "ABORTED",
}
"""How an execution stands that ended outside the machine's own hands, by the row's reason."""

TRIED_AGAIN: Final = "tried_again"


def status_of(row: Row) -> str | None:
    """Return how the latest execution stands, as Step Functions says it; None for a refused frame.

    It is what the ledger was told last: an execution that ended a moment ago still runs here.
    """
    if row.get("status") in ("admitted", "started"):
        return "RUNNING"
    if row.get("outcome") == "skipped":
        return None
    return DEATHS.get(str(row.get("reason")), "SUCCEEDED")


def execution_of(row: Row) -> str | None:
    """Return the name of a frame's latest execution; None where it never had one.

    The next attempt is admitted before its execution's name is in the row.
    """
    if row.get("outcome") == "skipped":
        return None
    named = row.get("execution") if row.get("status") != "admitted" else None
    return str(named or execution_name(row["frame_id"], int(row.get("attempt", 1))))


def outcome_of(row: Row, review: Row | None, attempt: int) -> tuple[str | None, str | None]:
    """Return outcome and reason of an attempt: its review's where it joined one that has ended.

    Only what nobody has looked at is tried again, so that is how an earlier attempt ended.
    """
    if attempt < int(row.get("attempt", 1)):
        return "unscreened", TRIED_AGAIN
    if row.get("status") == "joined" and review and review.get("outcome"):
        return review["outcome"], review.get("outcome_reason")
    return row.get("outcome"), row.get("reason")
