"""Keep the Frames table: one row for every object version, from admission to its outcome."""

from datetime import datetime, timedelta
from typing import Any

from botocore.exceptions import ClientError

from framewarden.aws.clients import client, store
from framewarden.aws.dynamo import Row, condition_failed, typed, untyped
from framewarden.domain.times import iso

# Beyond the lifecycle of either bucket (template.yaml: at most 3,650 days of evidence), so that
# no object outlives the row that accounts for it.
ROW_LIFE = timedelta(days=3_650 + 30)


class Ledger:
    """The Frames table."""

    def __init__(self, table: str) -> None:
        self.table = table

    def get(self, frame_id: str) -> Row | None:
        """Return a frame's row."""
        with store():
            answer = client("dynamodb").get_item(
                TableName=self.table, Key=typed({"frame_id": frame_id}), ConsistentRead=True
            )
        return untyped(answer["Item"]) if "Item" in answer else None

    def admit(self, frame: dict[str, Any], row: Row, now: datetime) -> bool:
        """Write a frame's first row; False where one stands already."""
        kept = ("frame_id", "bucket", "key", "version_id", "source", "channel", "channel_arn")
        first = {name: frame[name] for name in (*kept, "put_at")} | {
            "attempt": 1,
            "admitted_at": iso(now),
            "expires_at": int((now + ROW_LIFE).timestamp()),
            **row,
        }
        return self._write(
            "put_item", Item=typed(first), ConditionExpression="attribute_not_exists(frame_id)"
        )

    def started(self, frame_id: str, execution: str) -> None:
        """Mark an admitted row as started; one that moved on since is left alone."""
        self._update(
            frame_id,
            "SET #status = :started, execution = :execution",
            "#status = :admitted",
            {":started": "started", ":admitted": "admitted", ":execution": execution},
        )

    def again(self, frame_id: str, attempt: int, ended_as: str) -> bool:
        """Admit the next attempt of a frame that nobody looked at; False where somebody else did.

        `ended_as` is how its row stands: `settled`, or `joined` to a review that nobody answered.
        """
        ended = {"settled": "outcome = :unscreened", "joined": "#status = :joined"}[ended_as]
        values = {"settled": {":unscreened": "unscreened"}, "joined": {":joined": "joined"}}
        return self._update(
            frame_id,
            "SET #status = :admitted, attempt = :next "
            "REMOVE outcome, reason, settled_at, review_id",
            f"{ended} AND attempt = :current",
            {
                ":admitted": "admitted",
                ":current": attempt,
                ":next": attempt + 1,
                **values[ended_as],
            },
        )

    def settle(self, frame_id: str, attempt: int, changes: Row) -> bool:
        """Write a frame's end, once for each attempt; False where an outcome stands.

        A frame that joined has ended as well: its outcome is its review's.
        """
        names = {f"#{name}": name for name in changes}
        sets = ", ".join(f"#{name} = :{name}" for name in changes)
        values = {f":{name}": value for name, value in changes.items()}
        return self._update(
            frame_id,
            f"SET {sets}",
            "attempt = :attempt AND attribute_not_exists(outcome) AND #status <> :ended",
            values | {":attempt": attempt, ":ended": "joined"},
            names,
        )

    def _update(
        self,
        frame_id: str,
        change: str,
        condition: str,
        values: Row,
        names: dict[str, str] | None = None,
    ) -> bool:
        text = change + condition
        used = dict(names or {}) | ({"#status": "status"} if "#status" in text else {})
        return self._write(
            "update_item",
            Key=typed({"frame_id": frame_id}),
            UpdateExpression=change,
            ConditionExpression=condition,
            ExpressionAttributeValues=typed(values),
            **({"ExpressionAttributeNames": used} if used else {}),
        )

    def _write(self, operation: str, **arguments: Any) -> bool:
        try:
            with store():
                getattr(client("dynamodb"), operation)(TableName=self.table, **arguments)
        except ClientError as failure:
            if condition_failed(failure):
                return False
            raise
        return True
