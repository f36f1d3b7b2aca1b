"""Keep what must be sent until it is: notices to owners and callbacks to waiting executions."""

from botocore.exceptions import ClientError

from framewarden.aws.clients import client, store
from framewarden.aws.dynamo import Row, condition_failed, typed, untyped


class Outbox:
    """The Outbox table: a row is what was not delivered yet."""

    def __init__(self, table: str) -> None:
        self.table = table

    def put(self, row: Row) -> None:
        """Keep a row; one of the same id is the same message."""
        with store():
            client("dynamodb").put_item(TableName=self.table, Item=typed(row))

    def delivered(self, row_id: str) -> None:
        """Forget a row."""
        with store():
            client("dynamodb").delete_item(TableName=self.table, Key=typed({"id": row_id}))

    def postpone(self, row: Row, due: int, error: str) -> None:
        """Try a row again later; one delivered meanwhile is left alone."""
        try:
            with store():
                client("dynamodb").update_item(
                    TableName=self.table,
                    Key=typed({"id": row["id"]}),
                    UpdateExpression="SET due = :due, attempts = :attempts, last_error = :error",
                    ConditionExpression="attribute_exists(id)",
                    ExpressionAttributeValues=typed(
                        {":due": due, ":attempts": row.get("attempts", 0) + 1, ":error": error}
                    ),
                )
        except ClientError as failure:
            if not condition_failed(failure):
                raise

    def undelivered(self) -> list[Row]:
        """Return every row.

        A scan on purpose: a row lives from its write to its delivery, so the table is as long as
        what is wrong just now.
        """
        pages = (
            client("dynamodb")
            .get_paginator("scan")
            .paginate(TableName=self.table, ConsistentRead=True)
        )
        with store():
            return [untyped(item) for page in pages for item in page["Items"]]
