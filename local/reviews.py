"""List and show reviews, each with a fresh link and never with its task token."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

from framewarden.domain.times import iso
from local.errors import OperatorError
from local.links import Links
from local.review_link import answer
from local.site import Fetch
from local.tables import Row, fetch, query, scan
from local.target import Target

STATUSES = ("pending", "decided", "expired")
SEVERITIES = ("critical", "high", "medium")
POINTER = "incident#"
# The token answers the execution in anybody's name; the rest are keys of indexes and of TTL.
HIDDEN = frozenset({"task_token", "open_severity", "expires_at"})

Document = dict[str, Any]


def listed(target: Target, status: str | None) -> list[Document]:
    """List reviews: the pending ones in the order of urgency, then the others, newest first."""
    links = Links(target)
    return [summary(row, links) for row in _rows(target, status)]


def _rows(target: Target, status: str | None) -> Iterator[Row]:
    table, dynamodb = target.output("ReviewsTable"), target.client("dynamodb")
    if status in (None, "pending"):
        for severity in SEVERITIES:
            yield from query(dynamodb, table, "open", "open_severity", severity)
    if status != "pending":
        wanted = {status} if status else {"decided", "expired"}
        ended = (
            row
            for row in scan(dynamodb, table)
            if not row["review_id"].startswith(POINTER) and row["status"] in wanted
        )
        yield from sorted(ended, key=lambda row: str(row["opened_at"]), reverse=True)


def summary(row: Row, links: Links) -> Document:
    """Describe a review in a line."""
    return {
        "review_id": row["review_id"],
        "status": row["status"],
        "decision": row.get("decision"),
        "severity": row["severity"],
        "url": links.url(row),
        "frame_key": row["frame"]["key"],
        "deadline": moment(row["deadline"]),
        "labels": row.get("labels", []),
        "frames": row.get("frames", 1),
        "by": row.get("by"),
        "via": row.get("via"),
        "opened_at": row["opened_at"],
    }


def find(target: Target, review_id: str) -> Row:
    """Read a review's row.

    Raises
    ------
    OperatorError
        There is no such review.
    """
    rows = fetch(target.client("dynamodb"), target.output("ReviewsTable"), "review_id", [review_id])
    if review_id not in rows or review_id.startswith(POINTER):
        raise OperatorError(
            f"There is no review {review_id} on {target.name}.",
            f"List them with: framewarden reviews list{target.option}",
        )
    return rows[review_id]


def shown(target: Target, review_id: str) -> Document:
    """Show all that may be seen of a review."""
    row = find(target, review_id)
    seen = {name: value for name, value in sorted(row.items()) if name not in HIDDEN}
    return {**seen, "deadline": moment(row["deadline"]), "url": Links(target).url(row)}


def decide(
    target: Target,
    review_id: str,
    decision: str,
    by: str = "",
    note: str = "",
    fetch_page: Fetch | None = None,
) -> Document:
    """Decide through the review's page, and describe what stands then.

    `accepted` tells whether this very answer decided, `says` what the page said to it.

    Raises
    ------
    OperatorError
        There is no such review, or it does not offer the decision.
    """
    links = Links(target)
    told = answer(links.url(find(target, review_id)), decision, by, note, fetch_page)
    stands = summary(find(target, review_id), links)
    return {**stands, "accepted": told["accepted"], "says": told["says"]}


def moment(epoch: int | float) -> str:
    """Write epoch seconds as everywhere else."""
    return iso(datetime.fromtimestamp(epoch, tz=UTC))
