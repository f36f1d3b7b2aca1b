"""Keep the Reviews table: one row for every human wait, and one pointer for every incident."""

from collections.abc import Sequence
from typing import Any

from botocore.exceptions import ClientError

from framewarden.aws.clients import client, store
from framewarden.aws.dynamo import Row, condition_failed, refused, typed, untyped
from framewarden.domain.errors import StoreConflictError

POINTER = "incident#"
# A row must stay far below DynamoDB's 400 KB however many frames join: it keeps the first few.
SAMPLES = 12


class Reviews:
    """The Reviews table, and what is written in one transaction with it."""

    def __init__(self, table: str, frames_table: str = "", outbox_table: str = "") -> None:
        self.table = table
        self.frames_table = frames_table
        self.outbox_table = outbox_table

    def get(self, review_id: str) -> Row | None:
        """Return a review's row."""
        with store():
            answer = client("dynamodb").get_item(
                TableName=self.table, Key=typed({"review_id": review_id}), ConsistentRead=True
            )
        return untyped(answer["Item"]) if "Item" in answer else None

    def current(self, incident: str) -> tuple[str | None, Row | None]:
        """Return the id that an incident points at, and that review's row."""
        pointer = self.get(POINTER + incident)
        if pointer is None:
            return None, None
        return pointer["current"], self.get(pointer["current"])

    def open(self, row: Row, replaces: str | None) -> bool:
        """Open a review and point its incident at it; False where another writer was first."""
        incident, review_id = row["incident"], row["review_id"]
        unchanged = "#current = :replaces" if replaces else "attribute_not_exists(review_id)"
        pointer: dict[str, Any] = {
            "TableName": self.table,
            "Item": typed({"review_id": POINTER + incident, "current": review_id}),
            "ConditionExpression": unchanged,
        }
        if replaces:
            pointer["ExpressionAttributeNames"] = {"#current": "current"}
            pointer["ExpressionAttributeValues"] = typed({":replaces": replaces})
        return self._transact(
            {
                "Put": {
                    "TableName": self.table,
                    "Item": typed(row),
                    "ConditionExpression": "attribute_not_exists(review_id)",
                }
            },
            {"Put": pointer},
            {"Update": self._frame_update(row["frame"]["frame_id"], review_id, condition=None)},
        )

    def add_frame(
        self, review: Row, frame_id: str, sample: Row, changes: Row, news: Sequence[Row]
    ) -> bool:
        """Add a frame to a pending review, once; False where it can no longer be joined.

        `changes` raise the review, and `news` (rows of the outbox) tell people so; all of it is
        written only if the review is still as it was read.
        """
        if len(review["samples"]) < SAMPLES:
            changes = changes | {"samples": [*review["samples"], sample]}
        sets = ", ".join(f"#{name} = :{name}" for name in changes)
        values = {f":{name}": value for name, value in changes.items()} | {
            ":one": 1,
            ":pending": "pending",
            ":severity_read": review["severity"],
            ":frames_read": review["frames"],
        }
        unchanged = "#status = :pending AND severity = :severity_read"
        if "samples" in changes:
            unchanged += " AND frames = :frames_read"
        else:
            del values[":frames_read"]
        update = {
            "TableName": self.table,
            "Key": typed({"review_id": review["review_id"]}),
            "UpdateExpression": f"SET {sets} ADD frames :one",
            "ConditionExpression": unchanged,
            "ExpressionAttributeNames": {f"#{name}": name for name in (*changes, "status")},
            "ExpressionAttributeValues": typed(values),
        }
        own = self._frame_update(frame_id, review["review_id"], "attribute_not_exists(review_id)")
        return self._transact({"Update": update}, {"Update": own}, *self._kept(*news))

    def waits(self, review_id: str, token: str, rung: int) -> Row:
        """Store the token of the state that waits on a rung, and return the row as it is now.

        A retried wait has a new token; the row keeps the last one, whatever was decided meanwhile.
        """
        row = self._change(
            review_id,
            "SET task_token = :token, waiting_rung = :rung",
            {":token": token, ":rung": rung},
        )
        if row is None:
            raise StoreConflictError(f"review {review_id} is not stored")
        return row

    def notified(self, review_id: str, rung: int) -> None:
        """Remember that people were told of a rung."""
        self._change(review_id, "SET notified_rung = :rung", {":rung": rung})

    def decide(self, review_id: str, changes: Row, now: int, callback: Row) -> bool:
        """Store the first decision before the deadline, and its callback; False for any other."""
        return self._transact(
            {
                "Update": self._end(
                    review_id,
                    changes,
                    "#status = :pending AND deadline > :now",
                    {":now": now},
                )
            },
            *self._kept(callback),
        )

    def climb(self, climbed: Row) -> bool:
        """Move a pending review to its next rung; False where it is there, or has ended."""
        return self._transact({"Update": self._climb(climbed, {}, None)})

    def climb_and_answer(
        self, climbed: Row, callback: Row, changes: Row, in_time: int | None = None
    ) -> bool:
        """Move a pending review to its next rung, and keep the answer to the wait that goes on.

        A person's click counts only before the deadline: `in_time` is the second it came in.
        """
        update = {"Update": self._climb(climbed, changes, in_time)}
        return self._transact(update, *self._kept(callback))

    def expire(self, review_id: str, changes: Row) -> bool:
        """End a pending review by its default; False where a decision got there first."""
        return self._transact({"Update": self._end(review_id, changes, "#status = :pending", {})})

    def expire_and_answer(self, review_id: str, changes: Row, callback: Row) -> bool:
        """End a pending review by its default, and keep the answer to the wait that goes on."""
        end = {"Update": self._end(review_id, changes, "#status = :pending", {})}
        return self._transact(end, *self._kept(callback))

    def settle(
        self, review_id: str, outcome: str, reason: str | None, live_session: Row | None = None
    ) -> None:
        """Write where the review's frames ended, and the session that is on air all the same."""
        changes: Row = {"outcome": outcome, "outcome_reason": reason}
        changes |= {"live_session": live_session} if live_session else {}
        sets = ", ".join(f"{name} = :{name}" for name in changes)
        values = {f":{name}": value for name, value in changes.items()}
        self._change(review_id, f"SET {sets}", values)

    def open_by_deadline(self, severity: str, limit: int | None = None) -> list[Row]:
        """Return the pending reviews of a severity, the nearest deadline first."""
        pages = (
            client("dynamodb")
            .get_paginator("query")
            .paginate(
                TableName=self.table,
                IndexName="open",
                KeyConditionExpression="open_severity = :severity",
                ExpressionAttributeValues=typed({":severity": severity}),
                PaginationConfig={"MaxItems": limit} if limit else {},
            )
        )
        with store():
            return [untyped(item) for page in pages for item in page["Items"]]

    def _climb(self, climbed: Row, changes: Row, in_time: int | None) -> Row:
        changes = changes | {"rung": climbed["rung"], "deadline": climbed["deadline"]}
        values = {f":{name}": value for name, value in changes.items()}
        values |= {":current": climbed["rung"] - 1, ":pending": "pending"}
        condition = "#status = :pending AND rung = :current"
        if in_time is not None:
            condition += " AND deadline > :now"
            values[":now"] = in_time
        return {
            "TableName": self.table,
            "Key": typed({"review_id": climbed["review_id"]}),
            "UpdateExpression": "SET " + ", ".join(f"{name} = :{name}" for name in changes),
            "ConditionExpression": condition,
            "ExpressionAttributeNames": {"#status": "status"},
            "ExpressionAttributeValues": typed(values),
        }

    def _end(self, review_id: str, changes: Row, condition: str, values: Row) -> Row:
        """Build the one write that ends a review; it leaves the index of open ones with it."""
        sets = ", ".join(f"#{name} = :{name}" for name in changes)
        names = {f"#{name}": name for name in changes} | {"#status": "status"}
        filled = {f":{name}": value for name, value in changes.items()} | values
        return {
            "TableName": self.table,
            "Key": typed({"review_id": review_id}),
            "UpdateExpression": f"SET {sets} REMOVE open_severity",
            "ConditionExpression": condition,
            "ExpressionAttributeNames": names,
            "ExpressionAttributeValues": typed(filled | {":pending": "pending"}),
        }

    def _change(self, review_id: str, change: str, values: Row) -> Row | None:
        try:
            with store():
                answer = client("dynamodb").update_item(
                    TableName=self.table,
                    Key=typed({"review_id": review_id}),
                    UpdateExpression=change,
                    ConditionExpression="attribute_exists(review_id)",
                    ExpressionAttributeValues=typed(values),
                    ReturnValues="ALL_NEW",
                )
        except ClientError as failure:
            if condition_failed(failure):
                return None
            raise
        return untyped(answer["Attributes"])

    def _frame_update(self, frame_id: str, review_id: str, condition: str | None) -> Row:
        update: Row = {
            "TableName": self.frames_table,
            "Key": typed({"frame_id": frame_id}),
            "UpdateExpression": "SET review_id = :review",
            "ExpressionAttributeValues": typed({":review": review_id}),
        }
        return update | ({"ConditionExpression": condition} if condition else {})

    def _kept(self, *messages: Row) -> list[Row]:
        """Return the writes that keep messages until they are delivered."""
        return [
            {"Put": {"TableName": self.outbox_table, "Item": typed(message)}}
            for message in messages
        ]

    def _transact(self, *writes: Row) -> bool:
        try:
            with store():
                client("dynamodb").transact_write_items(TransactItems=list(writes))
        except ClientError as failure:
            if refused(failure):
                return False
            raise
        return True
