"""Keep how the live adapter stands with Rekognition, so that its end is known ahead."""

from typing import Final

from framewarden.aws.clients import client, store
from framewarden.aws.dynamo import Row, typed, untyped

KEY: Final = {"kind": "health", "item": "live"}
"""Apart from the switch, so that the sweep, which keeps this, is not allowed to turn it."""
GONE: Final = "GONE"
"""The status of an adapter that Rekognition does not know any more."""


def read(table: str) -> Row | None:
    """Return how the adapter that was live at the last look stood then; None before the first.

    The row has `arn`, `status` (Rekognition's, or `GONE`), `checked_at`, and for a deprecated
    one `deprecated_at` (when it was first seen so) and `expires_from`. It is about the live
    adapter only where `arn` is the switch's: after a change that takes a minute.
    """
    with store():
        answer = client("dynamodb").get_item(TableName=table, Key=typed(KEY))
    return untyped(answer["Item"]) if "Item" in answer else None


def keep(table: str, row: Row) -> None:
    """Keep how the live adapter stands."""
    with store():
        client("dynamodb").put_item(TableName=table, Item=typed({**KEY, **row}))
