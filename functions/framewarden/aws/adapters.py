"""Keep the Adapters table: a row for each adapter, who changed what, and what is on hold."""

from collections.abc import Iterator
from typing import Any, Final

from framewarden.aws.clients import client, store
from framewarden.aws.dynamo import (
    Row,
    guarded,
    put,
    setting,
    transact,
    typed,
    untyped,
    update,
    written,
)

ADAPTER, EVENT, HOLD = "adapter", "event", "hold"
# Partitions of their own: the steps of a training may write these two and never the switch.
LOCK: Final = {"kind": "lock", "item": "training"}
ABSENT: Final = "attribute_not_exists(#kind)"


class Adapters:
    """The Adapters table but for the switch, which live frames read (`adapter_switch`)."""

    def __init__(self, table: str) -> None:
        self.table = table

    def get(self, name: str) -> Row | None:
        """Return an adapter's row."""
        return self._item(ADAPTER, name)

    def all(self) -> list[Row]:
        """Return every adapter's row, those begun last first."""
        rows = self._below(ADAPTER)
        return sorted(rows, key=lambda row: (str(row["started_at"]), row["item"]), reverse=True)

    def create(self, name: str, row: Row, now: int, until: int) -> bool:
        """Write an adapter's first row and hold the lock; False where either is there already.

        One adapter is trained at a time: the lock lapses at `until` (epoch seconds) by itself.
        """
        first = put(self.table, {"kind": ADAPTER, "item": name, **row}, ABSENT)
        return not transact(first, self._lock(name, now, until))

    def again(self, name: str, row: Row, changes: Row, now: int, until: int) -> bool:
        """Begin another attempt of an adapter as it was read; False where somebody was faster."""
        text, values = setting(changes)
        text += " REMOVE failure, ended_at"
        values |= {":read": row["status"], ":attempt_read": row["attempt"]}
        key = {"kind": ADAPTER, "item": name}
        begun = update(
            self.table, key, text, "#status = :read AND #attempt = :attempt_read", values
        )
        return not transact(begun, self._lock(name, now, until))

    def change(
        self, name: str, changes: Row, *, only: tuple[str, ...] = (), attempt: int | None = None
    ) -> Row | None:
        """Change an adapter, and return it as it is then.

        None where its status is not one of `only`, or another attempt is under way.
        """
        text, values = setting(changes)
        condition, asked = guarded(only, attempt, "kind")
        key = {"kind": ADAPTER, "item": name}
        return written(update(self.table, key, text, condition, values | asked))

    def training(self, now: int) -> str | None:
        """Return the adapter that is being trained, if there is one."""
        row = self._item(LOCK["kind"], LOCK["item"]) or {}
        return str(row["name"]) if row.get("name") and int(row["until"]) > now else None

    def release(self, name: str) -> None:
        """Let the next adapter be trained; one that another holds by now stays locked."""
        ours = "#name = :name"
        written(update(self.table, LOCK, "REMOVE #name", ours, {":name": name}))

    def events(self, limit: int) -> list[Row]:
        """Return what people changed, the latest first."""
        return self._below(EVENT, limit=limit, ScanIndexForward=False)

    def holds(self) -> list[Row]:
        """Return the images on hold; `item` is the image's `s3://bucket/key`."""
        return self._below(HOLD)

    def hold(self, ref: str, row: Row) -> None:
        """Keep an image out of every training from now on."""
        with store():
            client("dynamodb").put_item(
                TableName=self.table, Item=typed({"kind": HOLD, "item": ref, **row})
            )

    def let_go(self, ref: str) -> None:
        """Take an image's hold away."""
        with store():
            client("dynamodb").delete_item(
                TableName=self.table, Key=typed({"kind": HOLD, "item": ref})
            )

    def _lock(self, name: str, now: int, until: int) -> Row:
        values = {":name": name, ":until": until, ":now": now}
        free = "attribute_not_exists(#name) OR #name = :name OR #until <= :now"
        return update(self.table, LOCK, "SET #name = :name, #until = :until", free, values)

    def _item(self, kind: str, item: str) -> Row | None:
        with store():
            answer = client("dynamodb").get_item(
                TableName=self.table, Key=typed({"kind": kind, "item": item}), ConsistentRead=True
            )
        return untyped(answer["Item"]) if "Item" in answer else None

    def _below(self, kind: str, limit: int | None = None, **more: Any) -> list[Row]:
        asked: dict[str, Any] = {
            "TableName": self.table,
            "KeyConditionExpression": "#kind = :kind",
            "ExpressionAttributeNames": {"#kind": "kind"},
            "ExpressionAttributeValues": typed({":kind": kind}),
            **more,
        }
        if limit is not None:
            with store():
                answer = client("dynamodb").query(**asked, Limit=limit)
            return [untyped(item) for item in answer["Items"]]
        return list(_pages(asked))


def _pages(asked: dict[str, Any]) -> Iterator[Row]:
    while True:
        with store():
            answer = client("dynamodb").query(**asked, ConsistentRead=True)
        yield from map(untyped, answer["Items"])
        if "LastEvaluatedKey" not in answer:
            return
        asked["ExclusiveStartKey"] = answer["LastEvaluatedKey"]
