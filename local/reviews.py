"""List and show reviews, each with a fresh link and never with its task token."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from itertools import islice
from typing import Any

from framewarden.domain.roles import REINSTATE, needed
from framewarden.domain.times import iso
from local.errors import OperatorError
from local.links import Links
from local.review_link import answer
from local.site import Fetch
from local.tables import BATCH, Row, fetch, query, scan
from local.target import Target

STATUSES = ("pending", "decided", "expired")
# The token answers the execution in anybody's name; the rest are keys of indexes and of TTL.
HIDDEN = frozenset({"task_token", "open", "place", "expires_at"})

Document = dict[str, Any]


def listed(target: Target, status: str | None) -> list[Document]:
    """List reviews: the pending ones in the order of urgency, then the others, newest first."""
    links = Links(target)
    return [summary(row, links) for row in _rows(target, status)]


def _rows(target: Target, status: str | None) -> Iterator[Row]:
    table, dynamodb = target.output("ReviewsTable"), target.client("dynamodb")
    if status in (None, "pending"):
        yield from _queue(dynamodb, table)
    if status != "pending":
        wanted = {status} if status else {"decided", "expired"}
        ended = (row for row in scan(dynamodb, table) if row.get("status") in wanted)
        yield from sorted(ended, key=lambda row: str(row["opened_at"]), reverse=True)


def _queue(dynamodb: Any, table: str) -> Iterator[Row]:
    """Read the pending reviews in their order, which an index knows, whole, as the table does."""
    ids = (row["review_id"] for row in query(dynamodb, table, "open", "open", "review"))
    while batch := tuple(islice(ids, BATCH)):
        rows = fetch(dynamodb, table, "review_id", batch)
        found = (rows[review_id] for review_id in batch if review_id in rows)
        yield from (row for row in found if row["status"] == "pending")


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
    if "status" not in rows.get(review_id, ()):  # or what else lies in the table
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
    """Decide through the link of the review's page, and describe what stands then.

    `accepted` tells whether this very answer decided, `says` what the page said to it.

    Raises
    ------
    OperatorError
        There is no such review, it does not offer the decision, or a link may not take it.
    """
    row, links = find(target, review_id), Links(target)
    sign_in = f"Sign in at {target.desk_url} and decide there."
    if needed(decision) == REINSTATE:
        raise OperatorError(f"No link does {decision}: this needs a lead.", sign_in)
    told = answer(links.url(row), decision, by, note, fetch_page, sign_in)
    stands = summary(find(target, review_id), links)
    if told["status"] is None and stands["status"] == "pending":
        raise OperatorError(f"A link may not decide this review: {told['says']}.", sign_in)
    return {**stands, "accepted": told["accepted"], "says": told["says"]}


def moment(epoch: int | float) -> str:
    """Write epoch seconds as everywhere else."""
    return iso(datetime.fromtimestamp(epoch, tz=UTC))
