"""Keep the Batches table: one row for each batch, and below it its ranges and its lists by rule."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Final

from botocore.exceptions import ClientError

from framewarden.aws.clients import client, store
from framewarden.aws.dynamo import (
    Row,
    condition_failed,
    guarded,
    setting,
    typed,
    untyped,
    update,
    written,
)
from framewarden.domain import batches

BY_START: Final = "by_start"
KIND: Final = "batch"
ITEM: Final = "batch"
SHARD, RULE = "shard#", "rule#"


class Batches:
    """The Batches table, as far as it is about batches and not about single lines."""

    def __init__(self, table: str) -> None:
        self.table = table

    def get(self, batch_id: str) -> Row | None:
        """Return a batch's row."""
        return self.item(batch_id, ITEM)

    def create(self, row: Row) -> bool:
        """Write a batch's first row; False where one stands already."""
        return self._put({**row, "item": ITEM, "kind": KIND})

    def latest(self, limit: int, after: Row | None = None) -> tuple[list[Row], Row | None]:
        """Return batches, the newest first, and the key that the next page begins after."""
        more = {"ExclusiveStartKey": typed(after)} if after else {}
        with store():
            answer = client("dynamodb").query(
                TableName=self.table,
                IndexName=BY_START,
                KeyConditionExpression="#kind = :kind",
                ExpressionAttributeNames={"#kind": "kind"},
                ExpressionAttributeValues=typed({":kind": KIND}),
                ScanIndexForward=False,
                Limit=limit,
                **more,
            )
        last = answer.get("LastEvaluatedKey")
        return [untyped(item) for item in answer["Items"]], untyped(last) if last else None

    def change(
        self,
        batch_id: str,
        changes: Row,
        *,
        only: Sequence[str] = (),
        remove: Sequence[str] = (),
        attempt: int | None = None,
    ) -> Row | None:
        """Change a batch, and return it as it is then.

        None where its status is not one of `only`, where another attempt than `attempt` is under
        way, or where there is no such batch.
        """
        text, values = setting(changes)
        text += " REMOVE " + ", ".join(f"#{name}" for name in remove) if remove else ""
        condition, asked = guarded(only, attempt, "batch")
        return self._change(batch_id, text, condition, values | asked)

    def reserve(self, batch_id: str, images: int, ceiling: int, answered: int = 0) -> bool:
        """Take leave to pay for images before any is asked about, and tell of those answered.

        False where the ceiling has no room for all of them, or the batch is not running.
        """
        return (
            self._change(
                batch_id,
                "ADD #reserved :images, #analyzed :answered",
                "#status = :running AND #reserved <= :room",
                {
                    ":images": images,
                    ":answered": answered,
                    ":room": ceiling - images,
                    ":running": batches.RUNNING,
                },
            )
            is not None
        )

    def tell(self, batch_id: str, counts: Mapping[str, int]) -> None:
        """Add to the counters of a batch, whatever its status."""
        text = "ADD " + ", ".join(f"#{name} :{name}" for name in counts)
        values = {f":{name}": value for name, value in counts.items()}
        self._change(batch_id, text, "attribute_exists(#batch)", values)

    def shard(self, batch_id: str, start: int) -> Row | None:
        """Return the row of a range that is done."""
        return self.item(batch_id, f"{SHARD}{start:015d}")

    def end_shard(self, batch_id: str, start: int, row: Row) -> bool:
        """Write that a range is done, once."""
        return self._put({**row, "batch": batch_id, "item": f"{SHARD}{start:015d}", "start": start})

    def shards(self, batch_id: str) -> Iterator[Row]:
        """Read the ranges that are done, in the order of the manifest."""
        return self.below(batch_id, SHARD)

    def put_rule(self, batch_id: str, rule: str, row: Row) -> None:
        """Write the list of a rule; its counts do not change once its batch is done."""
        with store():
            client("dynamodb").put_item(
                TableName=self.table,
                Item=typed({**row, "batch": batch_id, "item": RULE + rule, "rule": rule}),
            )

    def rule(self, batch_id: str, rule: str) -> Row | None:
        """Return the list of a rule."""
        return self.item(batch_id, RULE + rule)

    def rules(self, batch_id: str) -> list[Row]:
        """Return the lists of a batch, by the name of their rules."""
        return list(self.below(batch_id, RULE))

    def item(self, batch: str, item: str) -> Row | None:
        """Return one item of the table."""
        with store():
            answer = client("dynamodb").get_item(
                TableName=self.table, Key=typed({"batch": batch, "item": item}), ConsistentRead=True
            )
        return untyped(answer["Item"]) if "Item" in answer else None

    def below(self, batch: str, prefix: str) -> Iterator[Row]:
        """Read the items of a batch whose names begin alike, in their order."""
        asked: dict[str, Any] = {
            "TableName": self.table,
            "KeyConditionExpression": "#batch = :batch AND begins_with(#item, :prefix)",
            "ExpressionAttributeNames": {"#batch": "batch", "#item": "item"},
            "ExpressionAttributeValues": typed({":batch": batch, ":prefix": prefix}),
            "ConsistentRead": True,
        }
        while True:
            with store():
                answer = client("dynamodb").query(**asked)
            yield from map(untyped, answer["Items"])
            if "LastEvaluatedKey" not in answer:
                return
            asked["ExclusiveStartKey"] = answer["LastEvaluatedKey"]

    def _change(self, batch_id: str, text: str, condition: str, values: Row) -> Row | None:
        key = {"batch": batch_id, "item": ITEM}
        return written(update(self.table, key, text, condition, values))

    def _put(self, row: Row) -> bool:
        try:
            with store():
                client("dynamodb").put_item(
                    TableName=self.table,
                    Item=typed(row),
                    ConditionExpression="attribute_not_exists(#batch)",
                    ExpressionAttributeNames={"#batch": "batch"},  # a reserved word of DynamoDB
                )
        except ClientError as failure:
            if condition_failed(failure):
                return False
            raise
        return True
