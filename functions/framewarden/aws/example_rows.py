"""Read what people said of pictures, and what became of the reviews in which they said it."""

from collections.abc import Iterator
from typing import Any, Final

from framewarden.aws.batches import MOST, rows_by
from framewarden.aws.channels import ACT
from framewarden.aws.clients import client, store
from framewarden.aws.dynamo import Row, typed, untyped
from framewarden.domain.examples import EXAMPLE

INDEX: Final = "by_example"
# What a reinstatement says that found no ban to lift.
NOT_BANNED: Final = "not_banned"


def examples(table: str) -> list[Row]:
    """Return the row of every picture of which some label was judged, the oldest first."""
    return list(
        _queried(
            TableName=table,
            IndexName=INDEX,
            KeyConditionExpression="#example = :labels",
            ExpressionAttributeNames={"#example": "example"},
            ExpressionAttributeValues=typed({":labels": EXAMPLE}),
        )
    )


def decisions(table: str, review_ids: list[str]) -> dict[str, Row]:
    """Return decision and `decided_at` of reviews, by id; one that is gone is left out.

    Raises
    ------
    StoreThrottledError
        DynamoDB would not give all of them.
    """
    rows: dict[str, Row] = {}
    for start in range(0, len(review_ids), MOST):
        some = review_ids[start : start + MOST]
        rows |= rows_by(table, "review_id", some, "review_id, decision, decided_at")
    return rows


def reinstatements(table: str, channel: str) -> list[Row]:
    """Return the acts that gave a channel back, the earliest first."""
    acts = _queried(
        TableName=table,
        KeyConditionExpression="channel = :channel AND begins_with(#item, :act)",
        ExpressionAttributeNames={"#item": "item"},
        ExpressionAttributeValues=typed({":channel": channel, ":act": ACT}),
    )
    return [
        act
        for act in acts
        if act["action"] == "reinstate" and act["status"] == "done" and act["result"] != NOT_BANNED
    ]


def _queried(**asked: Any) -> Iterator[Row]:
    """Return every row of a query, page by page."""
    pages = client("dynamodb").get_paginator("query").paginate(**asked)
    with store():
        for page in pages:
            yield from map(untyped, page["Items"])
