"""Read rows of the stack's tables from outside: many by key, or all of them, page by page."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Iterator
from typing import Any

from local.errors import OperatorError

Row = dict[str, Any]

# BatchGetItem's own limit (DynamoDB API reference).
BATCH = 100
# 0.05 s doubling ten times is about a minute: what is still refused then is not a burst.
PAUSE_SECONDS = 0.05
ROUNDS = 11


def fetch(
    dynamodb: Any,
    table: str,
    key: str,
    ids: Iterable[str],
    sleep: Callable[[float], None] = time.sleep,
) -> dict[str, Row]:
    """Read the rows of at most 100 ids, consistently; an id without a row is left out.

    Raises
    ------
    OperatorError
        DynamoDB kept returning unprocessed keys for about a minute.
    """
    from framewarden.aws.dynamo import untyped

    rows: dict[str, Row] = {}
    wanted: Any = [{key: {"S": unique}} for unique in dict.fromkeys(ids)]
    for attempt in range(ROUNDS):
        if not wanted:
            return rows
        if attempt:
            sleep(PAUSE_SECONDS * 2 ** (attempt - 1))
        answer = dynamodb.batch_get_item(
            RequestItems={table: {"Keys": wanted, "ConsistentRead": True}}
        )
        for item in answer["Responses"].get(table, []):
            row = untyped(item)
            rows[row[key]] = row
        wanted = answer.get("UnprocessedKeys", {}).get(table, {}).get("Keys", [])
    raise OperatorError(
        f"DynamoDB throttles reads of {table}.", "Run the command again when it is less busy."
    )


def scan(dynamodb: Any, table: str) -> Iterator[Row]:
    """Read every row of a table."""
    from framewarden.aws.dynamo import untyped

    for page in dynamodb.get_paginator("scan").paginate(TableName=table):
        yield from map(untyped, page["Items"])


def query(dynamodb: Any, table: str, index: str, key: str, value: str) -> Iterator[Row]:
    """Read the rows of one partition of an index, in its order."""
    from framewarden.aws.dynamo import untyped

    pages = dynamodb.get_paginator("query").paginate(
        TableName=table,
        IndexName=index,
        KeyConditionExpression="#key = :value",
        ExpressionAttributeNames={"#key": key},
        ExpressionAttributeValues={":value": {"S": value}},
    )
    for page in pages:
        yield from map(untyped, page["Items"])
