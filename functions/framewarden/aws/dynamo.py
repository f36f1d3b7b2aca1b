"""Turn rows into DynamoDB's types and back, and read why a write was refused."""

from decimal import Decimal
from typing import Any

from boto3.dynamodb.types import TypeDeserializer, TypeSerializer
from botocore.exceptions import ClientError

from framewarden.aws.clients import code_of
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
