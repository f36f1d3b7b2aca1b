"""Keep what must be sent until it is: notices, chat events, callbacks to waiting executions."""

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

    def delivered(self, row_id: str, due: int | None = None) -> None:
        """Forget a row; one that took its place since it was read (another `due`) is kept."""
        unchanged = {
            "ConditionExpression": "due = :due",
            "ExpressionAttributeValues": typed({":due": due}),
        }
        try:
            with store():
                client("dynamodb").delete_item(
                    TableName=self.table,
                    Key=typed({"id": row_id}),
                    **(unchanged if due is not None else {}),
                )
        except ClientError as failure:
            if not condition_failed(failure):
                raise

    def postpone(self, row: Row, due: int, error: str) -> None:
        """Try a row again later; one delivered meanwhile is left alone."""
        changes = {"due": due, "attempts": row.get("attempts", 0) + 1, "last_error": error}
        self._change(row, changes, "attribute_exists(id)")

    def give_up(self, row: Row, at: str, error: str, expires_at: int) -> bool:
        """Try a row no more, and leave it to be seen; False where it is gone, or given up."""
        changes = {"given_up_at": at, "last_error": error, "expires_at": expires_at}
        changes["attempts"] = row.get("attempts", 0) + 1
        only_once = "attribute_exists(id) AND attribute_not_exists(given_up_at)"
        return self._change(row, changes, only_once)

    def undelivered(self) -> list[Row]:
        """Return every row.

        A scan on purpose: a row lives from its write to its delivery, or for some days once it is
        given up, so the table is as long as what is wrong.
        """
        pages = (
            client("dynamodb")
            .get_paginator("scan")
            .paginate(TableName=self.table, ConsistentRead=True)
        )
        with store():
            return [untyped(item) for page in pages for item in page["Items"]]

    def _change(self, row: Row, changes: Row, condition: str) -> bool:
        try:
            with store():
                client("dynamodb").update_item(
                    TableName=self.table,
                    Key=typed({"id": row["id"]}),
                    UpdateExpression="SET " + ", ".join(f"{name} = :{name}" for name in changes),
                    ConditionExpression=condition,
                    ExpressionAttributeValues=typed(
                        {f":{name}": value for name, value in changes.items()}
                    ),
                )
        except ClientError as failure:
            if condition_failed(failure):
                return False
            raise
        return True
