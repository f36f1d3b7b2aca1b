"""Write many items in one call, each under a condition, and learn what is in the way of some."""

import time
from collections.abc import Callable, Mapping, Sequence
from random import uniform
from typing import Any, Final, TypeVar

from botocore.exceptions import ClientError

from framewarden.aws.clients import client, store
from framewarden.aws.dynamo import Row, refused
from framewarden.domain.errors import StoreConflictError, StoreThrottledError

MOST: Final = 25
"""Items of one write; DynamoDB takes a hundred, but all of them are refused where one is."""
TRIES: Final = 6
ABSENT: Final[Row] = {
    "ConditionExpression": "attribute_not_exists(#batch)",
    "ExpressionAttributeNames": {"#batch": "batch"},
}

Sleep = Callable[[float], object]
Done = TypeVar("Done")


def put_each(
    table: str, items: Mapping[str, Row], condition: Row, sleep: Sleep = time.sleep
) -> dict[str, Row]:
    """Write at most 25 items in DynamoDB's types, but those that the condition refuses.

    Return what there is in the place of each that was refused, nothing where there is nothing.

    Raises
    ------
    StoreConflictError, StoreThrottledError
        Nothing was written, or all but those that were refused; try again.
    """
    left = dict(items)
    found: dict[str, Row] = {}
    while left:
        reasons = patiently(_Put(table, list(left.values()), condition), sleep)
        there = {
            name: why.get("Item") or {}
            for name, why in zip(left, reasons, strict=bool(reasons))
            if why["Code"] == "ConditionalCheckFailed"
        }
        found |= there
        left = {name: left[name] for name in left if name not in there} if there else {}
    return found


def patiently(write: Callable[[], Done], sleep: Sleep = time.sleep) -> Done:
    """Try a write again where another one met it, or DynamoDB had too many; for 6 s or less."""
    for tries in range(1, TRIES):
        try:
            return write()
        except (StoreConflictError, StoreThrottledError):
            sleep(uniform(0.02, 0.1) * 2**tries)  # noqa: S311 - it spreads workers out
    return write()


class _Put:
    """A transaction of conditional writes."""

    def __init__(self, table: str, items: Sequence[Row], condition: Row) -> None:
        asked = {"TableName": table, "ReturnValuesOnConditionCheckFailure": "ALL_OLD"} | condition
        self._writes: list[Any] = [{"Put": {**asked, "Item": item}} for item in items]

    def __call__(self) -> list[Row]:
        """Write all or none; return why each was refused, nothing where all are written."""
        try:
            with store():
                client("dynamodb").transact_write_items(TransactItems=self._writes)
        except ClientError as failure:
            if not refused(failure):
                raise
            reasons: Any = failure.response["CancellationReasons"]
            return list(reasons)
        return []
