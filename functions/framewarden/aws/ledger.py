"""Keep the Frames table: one row for every object version, from admission to its outcome.

Beside them lie the claims of frames that come twice; no object has a claim's id.
"""

from datetime import datetime, timedelta
from typing import Any

from botocore.exceptions import ClientError

from framewarden.aws.clients import client, store
from framewarden.aws.dynamo import Row, condition_failed, typed, untyped
from framewarden.aws.latest import BY_CHANNEL
from framewarden.domain.times import iso, parse

# Beyond the lifecycle of either bucket (template.yaml: at most 3,650 days of evidence), so that
# no object outlives the row that accounts for it.
ROW_LIFE = timedelta(days=3_650 + 30)
UNSCREENED = "frame"
PAIR = "pair#"
# A copy comes within seconds of its twin; the same number later is of a counter that began anew.
PAIR_SECONDS = 300
CLAIM_LIFE = timedelta(days=1)


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

    def around(self, frame: Row, each: int) -> tuple[list[Row], list[Row]]:
        """Return a channel's frames just before and just after one of them, the oldest first.

        Frames are stamped in whole seconds: others of the same second count as before it.
        """
        before = [
            row
            for row in self._of_channel(frame, "<=", each + 1)
            if row["frame_id"] != frame["frame_id"]
        ]
        return before[:each][::-1], self._of_channel(frame, ">", each)

    def _of_channel(self, frame: Row, side: str, limit: int) -> list[Row]:
        """Return the frames of a channel on one side of a frame, the nearest first."""
        with store():
            answer = client("dynamodb").query(
                TableName=self.table,
                IndexName=BY_CHANNEL,
                KeyConditionExpression=f"channel_arn = :channel AND put_at {side} :at",
                ExpressionAttributeValues=typed(
                    {":channel": frame["channel_arn"], ":at": frame["put_at"]}
                ),
                ScanIndexForward=side == ">",
                Limit=limit,
            )
        return [untyped(item) for item in answer["Items"]]

    def admit(self, frame: dict[str, Any], row: Row, now: datetime) -> bool:
        """Write a frame's first row; False where one stands already."""
        kept = ["frame_id", "bucket", "key", "version_id", "source", "channel", "put_at"]
        # The index `by_channel` takes text only, and a still belongs to no channel.
        kept += ["channel_arn"] if frame["channel_arn"] else []
        first = {name: frame[name] for name in kept} | {
            "day": frame["put_at"][:10],  # what the index `by_day` finds it by
            "attempt": 1,
            "admitted_at": iso(now),
            "expires_at": int((now + ROW_LIFE).timestamp()),
            **row,
        }
        return self._write(
            "put_item", Item=typed(first), ConditionExpression="attribute_not_exists(frame_id)"
        )

    def claim(self, pair: str, pipeline: int, frame: dict[str, Any], now: datetime) -> bool:
        """Take what both copies of a frame share; False where the other pipeline's has it.

        A copy that failed to come claims nothing, so the other one is always judged; and a
        pipeline is never refused by a claim of its own.
        """
        second = int(parse(frame["put_at"]).timestamp())
        claim = {
            "frame_id": PAIR + pair,
            "holder": frame["frame_id"],
            "pipeline": pipeline,
            "put_second": second,  # `put_at` is text in this table, and a key of an index
            "expires_at": int((now + CLAIM_LIFE).timestamp()),
        }
        values = {":own": pipeline, ":from": second - PAIR_SECONDS, ":to": second + PAIR_SECONDS}
        return self._write(
            "put_item",
            Item=typed(claim),
            ConditionExpression="attribute_not_exists(frame_id) OR pipeline = :own "
            "OR put_second < :from OR put_second > :to",
            ExpressionAttributeValues=typed(values),
        )

    def started(self, frame_id: str, execution: str) -> None:
        """Mark an admitted row as started; one that moved on since is left alone."""
        self._update(
            frame_id,
            "SET #status = :started, execution = :execution",
            "#status = :admitted",
            {":started": "started", ":admitted": "admitted", ":execution": execution},
        )

    def again(self, frame_id: str, attempt: int, ended_as: str, now: datetime) -> bool:
        """Admit the next attempt of a frame that nobody looked at; False where somebody else did.

        `ended_as` is how its row stands: `settled`, or `joined` to a review that nobody answered.
        """
        ended = {"settled": "outcome = :unscreened", "joined": "#status = :joined"}[ended_as]
        values = {"settled": {":unscreened": "unscreened"}, "joined": {":joined": "joined"}}
        return self._update(
            frame_id,
            "SET #status = :admitted, attempt = :next, admitted_at = :now "
            "REMOVE outcome, reason, settled_at, review_id, unscreened",
            f"{ended} AND attempt = :current",
            {
                ":admitted": "admitted",
                ":current": attempt,
                ":next": attempt + 1,
                ":now": iso(now),
                **values[ended_as],
            },
        )

    def settle(self, frame_id: str, attempt: int, changes: Row) -> bool:
        """Write a frame's end, once for each attempt; False where an outcome stands.

        A frame that joined has ended as well: its outcome is its review's.
        """
        if changes.get("outcome") == "unscreened":
            # While nobody has looked at it, and only then, the index `unscreened` has it.
            changes = changes | {"unscreened": UNSCREENED}
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
