"""Turn rows into DynamoDB's types and back, word writes, and read why one was refused."""

import re
from collections.abc import Sequence
from decimal import Decimal
from typing import Any

from boto3.dynamodb.types import TypeDeserializer, TypeSerializer
from botocore.exceptions import ClientError

from framewarden.aws.clients import client, code_of, store
from framewarden.domain.errors import StoreConflictError, StoreThrottledError

Row = dict[str, Any]

_serializer = TypeSerializer()
_deserializer = TypeDeserializer()


def _storable(value: Any) -> Any:
    if isinstance(value, float):
        return Decimal(str(value))
    if isinstance(value, dict):
        return {name: _storable(part) for name, part in value.items()}
    if isinstance(value, list | tuple):
        return [_storable(part) for part in value]
    return value


def _plain(value: Any) -> Any:
    if isinstance(value, Decimal):
        return int(value) if value == value.to_integral_value() else float(value)
    if isinstance(value, dict):
        return {name: _plain(part) for name, part in value.items()}
    if isinstance(value, list):
        return [_plain(part) for part in value]
    return value


def typed(row: Row) -> Row:
    """Write a row in DynamoDB's types."""
    return {name: _serializer.serialize(_storable(value)) for name, value in row.items()}


def untyped(item: Row) -> Row:
    """Read a row from DynamoDB's types; numbers become int or float."""
    return {name: _plain(_deserializer.deserialize(value)) for name, value in item.items()}


def put(table: str, row: Row, condition: str = "", values: Row | None = None) -> Row:
    """Word a write of a whole row, for `transact`."""
    return {"Put": {"TableName": table, "Item": typed(row), **_expressed("", condition, values)}}


def update(table: str, key: Row, change: str, condition: str, values: Row) -> Row:
    """Word a change of a row, for `transact`; `#name` in its texts is the attribute `name`."""
    asked = {"TableName": table, "Key": typed(key), "UpdateExpression": change}
    return {"Update": asked | _expressed(change, condition, values)}


def setting(changes: Row) -> tuple[str, Row]:
    """Return the change that sets attributes, and its values."""
    text = "SET " + ", ".join(f"#{name} = :{name}" for name in changes)
    return text, {f":{name}": value for name, value in changes.items()}


def guarded(only: Sequence[str], attempt: int | None, key: str) -> tuple[str, Row]:
    """Return the condition that a row is there, in one of these statuses and of this attempt.

    `key` is an attribute of the table's key; no statuses, or no attempt, ask for none.
    """
    conditions, values = [f"attribute_exists(#{key})"], Row()
    if only:
        conditions.append(f"#status IN ({', '.join(f':only{at}' for at in range(len(only)))})")
        values |= {f":only{at}": status for at, status in enumerate(only)}
    if attempt is not None:
        conditions.append("#attempt = :attempt_read")
        values[":attempt_read"] = attempt
    return " AND ".join(conditions), values


def transact(*writes: Row) -> frozenset[int]:
    """Write all or nothing; return the places of the writes whose conditions refused it.

    Raises
    ------
    StoreConflictError, StoreThrottledError
        Nothing is written, for a reason that passes; try again.
    """
    try:
        with store():
            client("dynamodb").transact_write_items(TransactItems=list(writes))
    except ClientError as failure:
        if not refused(failure):
            raise
        reasons = failure.response["CancellationReasons"]
        return frozenset(
            place for place, why in enumerate(reasons) if why["Code"] == "ConditionalCheckFailed"
        )
    return frozenset()


def written(change: Row) -> Row | None:
    """Carry out one `update`, and return the row as it is then; None where its condition refused.

    Raises
    ------
    StoreConflictError, StoreThrottledError
        Nothing is written, for a reason that passes; try again.
    """
    try:
        with store():
            answer = client("dynamodb").update_item(**change["Update"], ReturnValues="ALL_NEW")
    except ClientError as failure:
        if condition_failed(failure):
            return None
        raise
    return untyped(answer["Attributes"])


def _expressed(change: str, condition: str, values: Row | None) -> Row:
    names = sorted(set(re.findall(r"#(\w+)", f"{change} {condition}")))
    expressed: Row = {"ConditionExpression": condition} if condition else {}
    if names:
        expressed["ExpressionAttributeNames"] = {f"#{name}": name for name in names}
    if values:
        expressed["ExpressionAttributeValues"] = typed(values)
    return expressed


def condition_failed(failure: ClientError) -> bool:
    """Tell whether a write was refused by its condition."""
    return code_of(failure) == "ConditionalCheckFailedException"


def refused(failure: ClientError) -> bool:
    """Tell whether a transaction was refused by one of its conditions.

    Raises
    ------
    StoreConflictError, StoreThrottledError
        It was cancelled for a reason that passes; try again.
    """
    if code_of(failure) != "TransactionCanceledException":
        return False
    reasons = {str(why.get("Code")) for why in failure.response.get("CancellationReasons", [])}
    if "ConditionalCheckFailed" in reasons:
        return True
    if "TransactionConflict" in reasons:
        raise StoreConflictError("TransactWriteItems: TransactionConflict") from failure
    if reasons & {"ThrottlingError", "ProvisionedThroughputExceeded"}:
        raise StoreThrottledError("TransactWriteItems: throttled") from failure
    return False
