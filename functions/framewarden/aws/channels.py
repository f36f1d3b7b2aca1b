"""Keep the Channels table's stop rows: who is stopping which session, and how far they got."""

from typing import Any

from botocore.exceptions import ClientError

from framewarden.aws.clients import client, store
from framewarden.aws.dynamo import Row, condition_failed, refused, typed, untyped

STOP = "stop#"


class StopRows:
    """The stop rows: one for each session of a channel that is, was or could not be stopped."""

    def __init__(self, table: str) -> None:
        self.table = table

    def get(self, channel: str, session: str) -> Row | None:
        """Return the stop row of a session."""
        with store():
            answer = client("dynamodb").get_item(
                TableName=self.table, Key=self._key(channel, session), ConsistentRead=True
            )
        return untyped(answer["Item"]) if "Item" in answer else None

    def of_channel(self, channel: str) -> list[Row]:
        """Return every stop row of a channel."""
        pages = (
            client("dynamodb")
            .get_paginator("query")
            .paginate(
                TableName=self.table,
                KeyConditionExpression="channel = :channel AND begins_with(#item, :stop)",
                ExpressionAttributeNames={"#item": "item"},
                ExpressionAttributeValues=typed({":channel": channel, ":stop": STOP}),
                ConsistentRead=True,
            )
        )
        with store():
            return [untyped(item) for page in pages for item in page["Items"]]

    def take(self, channel: str, session: str, details: Row, now: int, until: int) -> Row | None:
        """Own a session's stop: a new one, one that failed, my own, or one whose lease lapsed.

        Returns the row as it stands, or None where another owner's lease still runs or the
        session is stopped.
        """
        values = {f":{name}": value for name, value in details.items()}
        sets = ", ".join(f"#{name} = :{name}" for name in details)
        return self._update(
            channel,
            session,
            f"SET {sets}, #status = :stopping, lease_until = :lease",
            "attribute_not_exists(#status) OR #status IN (:failed, :reinstated) OR "
            "(#status = :stopping AND (#owner = :owner OR lease_until < :now))",
            values
            | {
                ":stopping": "stopping",
                ":failed": "failed",
                ":reinstated": "reinstated",
                ":now": now,
                ":lease": until,
            },
            {f"#{name}": name for name in details} | {"#status": "status"},
        )

    def accepted(self, channel: str, session: str, at: str) -> None:
        """Remember that the video service accepted the stop, first and last."""
        self._update(
            channel,
            session,
            "SET accepted_at = if_not_exists(accepted_at, :at), called_at = :at",
            "attribute_exists(#status)",
            {":at": at},
            {"#status": "status"},
        )

    def stopped(self, channel: str, session: str, at: str, notice: Row, outbox: str) -> bool:
        """Mark a session as stopped and keep the word of it, both or neither.

        False where it is stopped already, and the word of it was kept by whoever did that.
        """
        update = {
            "TableName": self.table,
            "Key": self._key(channel, session),
            "UpdateExpression": "SET #status = :stopped, stopped_at = :at",
            "ConditionExpression": "#status IN (:stopping, :failed)",
            "ExpressionAttributeNames": {"#status": "status"},
            "ExpressionAttributeValues": typed(
                {":stopped": "stopped", ":stopping": "stopping", ":failed": "failed", ":at": at}
            ),
        }
        kept = {"TableName": outbox, "Item": typed(notice)}
        try:
            with store():
                client("dynamodb").transact_write_items(
                    TransactItems=[{"Update": update}, {"Put": kept}]
                )
        except ClientError as failure:
            if refused(failure):
                return False
            raise
        return True

    def fail(self, channel: str, session: str, at: str) -> bool:
        """Mark a stop as failed, so that the next try may take it over."""
        return self._move(
            channel, session, "SET #status = :after, failed_at = :at", "stopping", "failed", at
        )

    def reinstate(self, channel: str, session: str, at: str) -> bool:
        """Take a stop back; what the video service said about it is no news of the next one."""
        change = "SET #status = :after, reinstated_at = :at REMOVE accepted_at, called_at"
        return self._move(channel, session, change, "stopped", "reinstated", at)

    def _move(
        self, channel: str, session: str, change: str, before: str, after: str, at: str
    ) -> bool:
        """Move a row from one status to another; False where it is in none or another."""
        row = self._update(
            channel,
            session,
            change,
            "#status = :before",
            {":before": before, ":after": after, ":at": at},
            {"#status": "status"},
        )
        return row is not None

    def _key(self, channel: str, session: str) -> Row:
        return typed({"channel": channel, "item": STOP + session})

    def _update(
        self,
        channel: str,
        session: str,
        change: str,
        condition: str,
        values: Row,
        names: dict[str, str],
    ) -> Row | None:
        arguments: dict[str, Any] = {
            "TableName": self.table,
            "Key": self._key(channel, session),
            "UpdateExpression": change,
            "ConditionExpression": condition,
            "ExpressionAttributeValues": typed(values),
            "ExpressionAttributeNames": names,
            "ReturnValues": "ALL_NEW",
        }
        try:
            with store():
                answer = client("dynamodb").update_item(**arguments)
        except ClientError as failure:
            if condition_failed(failure):
                return None
            raise
        return untyped(answer["Attributes"])
