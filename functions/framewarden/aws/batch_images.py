"""Keep the flagged images of a batch, what people say of each, and the counters of that."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Final

from framewarden.aws.batch_store import Batches
from framewarden.aws.clients import client, store
from framewarden.aws.dynamo import Row, setting, transact, typed, untyped, update

IMAGE: Final = "image#"
LOOK: Final = "look#"
LABELS: Final = "labels"
# Behind every name of an image or look: their names are digits, small letters and `#`.
LAST: Final = "~"
PAGES: Final = 20


def folder(batch_id: str, rule: str) -> str:
    """Return the partition of a list."""
    return f"{batch_id}#{rule}"


def counting(table: str, batch: str, changes: Mapping[str, int]) -> Row:
    """Word the write that adds to counters, for `transact`; a label's name is anybody's text."""
    named = dict(enumerate(sorted(changes)))
    return {
        "Update": {
            "TableName": table,
            "Key": typed({"batch": batch, "item": LABELS}),
            "UpdateExpression": "ADD " + ", ".join(f"#n{at} :n{at}" for at in named),
            "ExpressionAttributeNames": {f"#n{at}": name for at, name in named.items()},
            "ExpressionAttributeValues": typed(
                {f":n{at}": changes[name] for at, name in named.items()}
            ),
        }
    }


class BatchImages:
    """The images of the Batches table; a `name` is what stands behind `image#` in an item's.

    `pages` of one megabyte are read at most to find an image.
    """

    def __init__(self, table: str, pages: int = PAGES) -> None:
        self.table = table
        self._most = pages
        self._batches = Batches(table)

    def page(self, batch_id: str, rule: str, first: str, limit: int) -> list[Row]:
        """Return images of a list from one on, or from its beginning, the surest first."""
        key = folder(batch_id, rule)
        return next(self._pages(key, IMAGE, first, Limit=limit), [])

    def names(self, batch_id: str, rule: str, first: str, limit: int) -> list[str]:
        """Return the names alone."""
        found = self._pages(folder(batch_id, rule), IMAGE, first, Limit=limit, only="#item")
        return [name_of(row) for row in next(found, [])]

    def before(self, batch_id: str, rule: str, first: str, limit: int) -> str | None:
        """Return the image that so many images before one begin with; None where it is first."""
        asked = self._asked(folder(batch_id, rule), IMAGE, "", first, only="#item")
        with store():
            # The one itself is the first of them.
            answer = client("dynamodb").query(**asked, Limit=limit + 1, ScanIndexForward=False)
        names = [name_of(untyped(item)) for item in answer["Items"]]
        earlier = [name for name in names if name < first]
        return earlier[-1] if earlier else None

    def undecided(self, batch_id: str, rule: str) -> str | None:
        """Return the first image that nobody decided about, as far as we read."""
        pages = self._pages(
            folder(batch_id, rule),
            IMAGE,
            "",
            only="#item",
            most=self._most,
            FilterExpression="attribute_not_exists(#decision)",
        )
        return next((name_of(row) for rows in pages for row in rows), None)

    def named(self, batch_id: str, rule: str, names: Sequence[str]) -> dict[str, Row]:
        """Return images by their names, which lie near each other in the list."""
        wanted = set(names)
        found: dict[str, Row] = {}
        pages = self._pages(folder(batch_id, rule), IMAGE, min(names), max(names), most=self._most)
        for rows in pages:
            found |= {name_of(row): row for row in rows if name_of(row) in wanted}
        return found

    def get(self, batch_id: str, rule: str, name: str) -> Row | None:
        """Return one image."""
        return self._batches.item(folder(batch_id, rule), IMAGE + name)

    def save(
        self,
        batch_id: str,
        rule: str,
        changes: Sequence[tuple[Row, Row]],
        counts: Mapping[str, int],
    ) -> bool:
        """Write what people say of images, each unless it changed since it was read, and count it.

        All or nothing: False where one of them has changed meanwhile.
        """
        writes = [self._change(row, changed) for row, changed in changes]
        if counts:
            own = {name: by for name, by in counts.items() if "#" not in name}
            writes.append(counting(self.table, batch_id, counts))
            writes += [counting(self.table, folder(batch_id, rule), own)] if own else []
        return not transact(*writes)

    def look(self, batch_id: str, rule: str, name: str, event: Row) -> None:
        """Keep that somebody is about to see a picture as it is."""
        item = f"{LOOK}{event['at']}#{name.rpartition('#')[2]}#{event['account']}"
        row = event | {"batch": folder(batch_id, rule), "item": item, "image": name}
        with store():
            client("dynamodb").put_item(TableName=self.table, Item=typed(row))

    def looks(self, batch_id: str, rule: str, limit: int) -> list[Row]:
        """Return who last saw pictures as they are, the latest first."""
        asked = self._asked(folder(batch_id, rule), LOOK, "", "")
        with store():
            answer = client("dynamodb").query(**asked, Limit=limit, ScanIndexForward=False)
        return [untyped(item) for item in answer["Items"]]

    def counters(self, batch: str, rule: str | None = None) -> Row:
        """Return what was counted of a batch, of one of its lists, or of `live` reviews."""
        found = self._batches.item(batch if rule is None else folder(batch, rule), LABELS) or {}
        return {name: value for name, value in found.items() if name not in ("batch", "item")}

    def _change(self, row: Row, changed: Row) -> Row:
        kept = {name: value for name, value in changed.items() if value is not None}
        gone = [name for name in changed if name not in kept]
        text, values = setting(kept)
        text += " REMOVE " + ", ".join(f"#{name}" for name in gone) if gone else ""
        unread = "" if row.get("rev") else "attribute_not_exists(#rev) OR "
        condition = f"attribute_exists(#batch) AND ({unread}#rev = :rev_read)"
        values[":rev_read"] = row.get("rev") or 0
        key = {"batch": row["batch"], "item": row["item"]}
        return update(self.table, key, text, condition, values)

    def _asked(
        self, batch: str, prefix: str, first: str, last: str, only: str = "", **more: Any
    ) -> Row:
        """Word a query between two names, both of them included."""
        names = {"#batch": "batch", "#item": "item"}
        values = {":batch": batch, ":first": prefix + first, ":last": prefix + (last or LAST)}
        if "FilterExpression" in more:
            names |= {"#decision": "decision"}
        return {
            "TableName": self.table,
            "KeyConditionExpression": "#batch = :batch AND #item BETWEEN :first AND :last",
            "ExpressionAttributeNames": names,
            "ExpressionAttributeValues": typed(values),
            "ConsistentRead": True,
            **({"ProjectionExpression": only} if only else {}),
            **more,
        }

    def _pages(
        self,
        batch: str,
        prefix: str,
        first: str,
        last: str = "",
        *,
        only: str = "",
        most: int = 1,
        **more: Any,
    ) -> Iterator[list[Row]]:
        asked = self._asked(batch, prefix, first, last, only, **more)
        for _ in range(most):
            with store():
                answer = client("dynamodb").query(**asked)
            yield [untyped(item) for item in answer["Items"]]
            if "LastEvaluatedKey" not in answer:
                return
            asked["ExclusiveStartKey"] = answer["LastEvaluatedKey"]


def name_of(row: Row) -> str:
    """Return the name of an image."""
    return str(row["item"]).removeprefix(IMAGE)
