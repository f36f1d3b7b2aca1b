"""Turn rows into DynamoDB's types and back, and read why a write was refused."""

from decimal import Decimal
from typing import Any

from boto3.dynamodb.types import TypeDeserializer, TypeSerializer
from botocore.exceptions import ClientError

from framewarden.aws.clients import code_of

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


def refusals(failure: ClientError) -> list[str]:
    """Return a cancelled transaction's reasons, one for each of its writes."""
    if code_of(failure) != "TransactionCanceledException":
        return []
    return [str(why.get("Code", "None")) for why in failure.response.get("CancellationReasons", [])]
