"""Read the batches of a stack, and describe them."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from itertools import islice
from typing import Any
from urllib.parse import quote

from framewarden.aws.batch_store import Batches
from framewarden.aws.clients import brought
from framewarden.console.batch_words import cost_of, images_of
from framewarden.domain import batches
from local.errors import OperatorError
from local.tables import Row
from local.target import Target

PAGE = 100
# How far back an abbreviated id is looked for; a whole one is found however old it is.
SEARCHED = 2_000
NAMED = 5

Document = dict[str, Any]
FACTS = (
    *("name", "status", "engine", "adapter", "min_confidence"),
    *("policy_name", "policy_hash", "policy_source", "lines", "skipped", "analyzed", "ceiling"),
    *("attempt", "execution", "by", "via", "started_at", "ended_at", "failure", "pause", "counts"),
)
LISTED = ("name", "status", "engine", "lines", "analyzed", "ceiling", "by", "started_at")


@contextmanager
def batches_of(target: Target) -> Iterator[Batches]:
    """Give the Batches table of a deployed stack, read with the terminal's own clients."""
    with brought(target.client):
        yield Batches(target.output("BatchesTable"))


def listed(store: Batches, limit: int) -> Iterator[Row]:
    """Read rows of batches, the newest first."""
    return islice(_newest(store, min(limit, PAGE)), limit)


def find(target: Target, store: Batches, given: str) -> Row:
    """Read the batch of an id, or of what an id begins with.

    Raises
    ------
    OperatorError
        No batch is called so, or several are.
    """
    if batches.BATCH_ID.fullmatch(given):
        found = list(filter(None, [store.get(given)]))
    else:
        rows = islice(_newest(store, PAGE), SEARCHED) if given else ()
        found = [row for row in rows if row["batch"].startswith(given)]
    if not found:
        raise OperatorError(
            f"There is no batch {given} on {target.name}.",
            f"List them with: framewarden batch list{target.option}",
        )
    if len(found) > 1:
        named = ", ".join(row["batch"] for row in found[:NAMED])
        more = f" and {len(found) - NAMED} more" if len(found) > NAMED else ""
        raise OperatorError(
            f"{len(found)} batches begin with {given}: {named}{more}.", "Write more of the id."
        )
    # The index may be a moment behind its table.
    return store.get(found[0]["batch"]) or found[0]


def summary(row: Row) -> Document:
    """Describe a batch in a line."""
    return {
        "batch_id": row["batch"],
        **{name: row.get(name) for name in LISTED},
        "analyzed": images_of(row),
        **_found(row),
        "dollars": cost_of(row),
    }


def document(target: Target, store: Batches, row: Row) -> Document:
    """Describe all that may be known of a batch."""
    page = page_of(target, row["batch"])
    return {
        "batch_id": row["batch"],
        **{name: row.get(name) for name in FACTS},
        "analyzed": images_of(row),
        **_found(row),
        "source": source_of(row),
        "dollars": cost_of(row),
        "folder": address(target.output("BatchesBucket"), batches.place(row["batch"], "")),
        "url": page,
        "rules": [_rule(one, page) for one in store.rules(row["batch"])],
    }


def page_of(target: Target, batch_id: str) -> str:
    """Return where people see a batch."""
    return f"{target.console_url}/batches/{batch_id}"


def source_of(row: Row) -> str | None:
    """Return the address that a batch was started with."""
    source = row.get("source")
    return address(source["bucket"], source["key"]) if source else None


def address(bucket: str, key: str) -> str:
    """Write where an object lies."""
    return f"s3://{bucket}/{key}"


def _newest(store: Batches, page: int) -> Iterator[Row]:
    after: Row | None = None
    while True:
        rows, after = store.latest(page, after)
        yield from rows
        if after is None:
            return


def _found(row: Row) -> Document:
    """Tell what was found so far: each range that is done adds to it, the end counts them all."""
    counts = row.get("counts") or {}
    return {
        "flagged": counts.get("flagged", row.get("flagged_done")),
        "errors": counts.get("invalid", row.get("invalid_done")),
    }


def _rule(row: Row, page: str) -> Document:
    return {
        "rule": row["rule"],
        "severity": row.get("severity"),
        "images": row.get("images"),
        "review_id": row.get("review_id"),
        "url": f"{page}/verify?rule={quote(row['rule'], safe='')}",
    }
