"""Read the Reviews table: a review, the queue in its order, and what became of a channel."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from framewarden.aws.batches import rows_by
from framewarden.aws.clients import client, store
from framewarden.aws.dynamo import Row, typed, untyped
from framewarden.domain.incidents import lane

# What the attribute `open` says while a review is pending: every open review, in one partition.
OPEN = "review"
COUNTS = "counts"
MARK = re.compile(r"(?P<place>\d#\d{10})@(?P<review_id>[0-9A-Za-z_-]{1,64})", re.ASCII)


@dataclass(frozen=True)
class Page:
    """Some rows of the queue; `after` is where the next ones begin, None at the end.

    The queue may turn out to end just there: the page after it is empty then.
    """

    rows: list[Row]
    after: str | None


class ReviewQueue:
    """The Reviews table as those see it who only look: with this, a function can change nothing."""

    def __init__(self, table: str) -> None:
        self.table = table

    def get(self, review_id: str) -> Row | None:
        """Return a review's row; what else lies in the table is none."""
        row = self._item(review_id)
        return row if row and "status" in row else None

    def outcomes(self, review_ids: Iterable[str]) -> dict[str, Row]:
        """Return outcome and reason of at most 100 reviews, by id; of an open one neither."""
        return rows_by(self.table, "review_id", review_ids, "review_id, outcome, outcome_reason")

    def open_page(self, limit: int, severity: str | None = None, after: str | None = None) -> Page:
        """Return the most urgent pending reviews, by severity and then deadline.

        One query that reads no more than `limit` rows. `after` is a page's own, of the same
        severity.

        Raises
        ------
        ValueError
            `after` is none of ours, or there is no such severity.
        """
        asked = self._open(lane(severity) if severity else "")
        if after:
            asked["ExclusiveStartKey"] = typed(_start(after, lane(severity) if severity else ""))
        with store():
            answer = client("dynamodb").query(**asked, Limit=limit)
        rows = [untyped(item) for item in answer["Items"]]
        last = untyped(answer.get("LastEvaluatedKey") or {})
        return Page(rows, f"{last['place']}@{last['review_id']}" if last else None)

    def open_rows(self) -> list[Row]:
        """Return every pending review, the most urgent first."""
        pages = client("dynamodb").get_paginator("query").paginate(**self._open(""))
        with store():
            return [untyped(item) for page in pages for item in page["Items"]]

    def of_channel(self, channel: str, limit: int) -> list[Row]:
        """Return a channel's reviews, whatever became of them, the latest first; one query."""
        with store():
            answer = client("dynamodb").query(
                TableName=self.table,
                IndexName="by_channel",
                KeyConditionExpression="channel = :channel",
                ExpressionAttributeValues=typed({":channel": channel}),
                ScanIndexForward=False,
                Limit=limit,
            )
        return [untyped(item) for item in answer["Items"]]

    def counts(self) -> Row | None:
        """Return how many reviews of each severity were open when the last sweep counted."""
        return self._item(COUNTS)

    def _open(self, begins: str) -> dict[str, Any]:
        within = " AND begins_with(place, :begins)" if begins else ""
        values = {":open": OPEN} | ({":begins": begins} if begins else {})
        return {
            "TableName": self.table,
            "IndexName": "open",
            "KeyConditionExpression": "#open = :open" + within,
            "ExpressionAttributeNames": {"#open": "open"},
            "ExpressionAttributeValues": typed(values),
        }

    def _item(self, review_id: str) -> Row | None:
        with store():
            answer = client("dynamodb").get_item(
                TableName=self.table, Key=typed({"review_id": review_id}), ConsistentRead=True
            )
        return untyped(answer["Item"]) if "Item" in answer else None


def _start(after: str, begins: str) -> Row:
    """Read where a page begins.

    Raises
    ------
    ValueError
        It is none of ours, or not of this severity.
    """
    mark = MARK.fullmatch(after)
    if not mark or not mark["place"].startswith(begins):
        raise ValueError("this is no place in the queue")
    return {"open": OPEN, **mark.groupdict()}
