"""Read many rows of a table in one call."""

from collections.abc import Iterable
from typing import Any, Final

from framewarden.aws.clients import client, store
from framewarden.aws.dynamo import Row, typed, untyped
from framewarden.domain.errors import StoreThrottledError

MOST: Final = 100  # keys of one BatchGetItem (DynamoDB's API reference)
ROUNDS: Final = 3


def rows_by(table: str, key: str, values: Iterable[str], only: str = "") -> dict[str, Row]:
    """Return at most 100 rows by their key; a key without a row is left out.

    One call, and at most two more for what DynamoDB left out. `only` are the attributes that are
    read, with commas between.

    Raises
    ------
    StoreThrottledError
        DynamoDB would not give all of them.
    """
    rows: dict[str, Row] = {}
    asked: dict[str, Any] = {"Keys": [typed({key: value}) for value in dict.fromkeys(values)]}
    asked |= {"ProjectionExpression": only} if only else {}
    for _ in range(ROUNDS):
        if not asked["Keys"]:
            break
        with store():
            answer = client("dynamodb").batch_get_item(RequestItems={table: asked})
        for item in answer["Responses"].get(table, ()):
            row = untyped(item)
            rows[row[key]] = row
        left = answer.get("UnprocessedKeys", {}).get(table, {})
        asked = asked | {"Keys": left.get("Keys", [])}
    if asked["Keys"]:
        raise StoreThrottledError("BatchGetItem: keys stayed unprocessed")
    return rows
