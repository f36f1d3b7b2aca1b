"""Keep which adapter is live, which one is in its shadow, and where the two disagreed."""

from collections.abc import Mapping
from functools import cache
from typing import Any, Final

import boto3
from botocore.config import Config

from framewarden.aws.adapters import EVENT
from framewarden.aws.clients import client, store
from framewarden.aws.dynamo import Row, put, setting, transact, typed, untyped, update

KEY: Final = {"kind": "switch", "item": "live"}
SHADOW, COUNTS = "shadow#", "counts"
ASKED: Final = {"Key": typed(KEY), "ConsistentRead": True}
# A frame does not wait for the switch: a store that hangs costs it some four seconds of its 15, and
# the analyzer may take eight.
HASTY: Final = Config(
    connect_timeout=1, read_timeout=1, retries={"mode": "standard", "total_max_attempts": 2}
)


class AdapterSwitch:
    """The one place that says which adapter live frames and new batches are analyzed with.

    Its row has `live` (`{name, arn}`, or None for the base model) with the `since` and `by` of its
    last change, `stack` (those that were live before, the last one last; None stands for the base
    model), `shadow` (`{name, arn, share, since, by}` or None) and `rev`, which counts its changes.
    """

    def __init__(self, table: str) -> None:
        self.table = table

    def read(self) -> Row:
        """Return the switch; one that nobody has turned stands on the base model."""
        with store():
            answer = client("dynamodb").get_item(TableName=self.table, **ASKED)
        return _switch(answer)

    def glance(self) -> Row:
        """Return the switch as `read` does, for a frame, which does not wait for it."""
        with store():
            answer = _hasty().get_item(TableName=self.table, **ASKED)
        return _switch(answer)

    def turn(self, read: Row, changes: Row, event: Row) -> bool:
        """Change the switch as it was read, and keep who did; False where somebody was faster.

        `event` has `at`, which begins its place in the record.
        """
        changed = {**changes, "rev": int(read["rev"]) + 1}
        text, values = setting(changed)
        unread = "attribute_not_exists(#rev)" if not read["rev"] else "#rev = :rev_read"
        values |= {":rev_read": read["rev"]} if read["rev"] else {}
        kept = {"kind": EVENT, "item": f"{event['at']}#{changed['rev']:06d}", **event}
        return not transact(update(self.table, KEY, text, unread, values), put(self.table, kept))

    def shadowed(self, name: str, counts: Mapping[str, int], disagreement: Row | None) -> None:
        """Count what an adapter said in the shadow, and keep where it disagreed."""
        if disagreement:
            item = f"frame#{disagreement['at']}#{disagreement['frame_id'][:20]}"
            kept = {"kind": SHADOW + name, "item": item, **disagreement}
            with store():
                client("dynamodb").put_item(TableName=self.table, Item=typed(kept))
        # Apart from the row: all workers add to one, and transactions would get in their way.
        added = ", ".join(f"#{field} :{field}" for field in sorted(counts))
        with store():
            client("dynamodb").update_item(
                TableName=self.table,
                Key=typed({"kind": SHADOW + name, "item": COUNTS}),
                UpdateExpression=f"ADD {added}",
                ExpressionAttributeNames={f"#{field}": field for field in counts},
                ExpressionAttributeValues=typed({f":{field}": counts[field] for field in counts}),
            )

    def shadow_counts(self, name: str) -> Row:
        """Return what was counted of an adapter in the shadow: `frames`, `disagreed`, `missed`."""
        with store():
            answer = client("dynamodb").get_item(
                TableName=self.table, Key=typed({"kind": SHADOW + name, "item": COUNTS})
            )
        return untyped(answer["Item"]) if "Item" in answer else {}

    def disagreements(self, name: str, limit: int) -> list[Row]:
        """Return the frames about which an adapter in the shadow disagreed, the latest first."""
        with store():
            answer = client("dynamodb").query(
                TableName=self.table,
                KeyConditionExpression="#kind = :kind AND begins_with(#item, :frame)",
                ExpressionAttributeNames={"#kind": "kind", "#item": "item"},
                ExpressionAttributeValues=typed({":kind": SHADOW + name, ":frame": "frame#"}),
                ScanIndexForward=False,
                Limit=limit,
            )
        return [untyped(item) for item in answer["Items"]]


def _switch(answer: dict[str, Any]) -> Row:
    row = untyped(answer["Item"]) if "Item" in answer else {}
    return {"live": None, "stack": [], "shadow": None, "rev": 0} | row


@cache
def _hasty() -> Any:
    make: Any = boto3.client  # as in `clients`
    return make("dynamodb", config=HASTY)
