"""Keep what people did about a review beside its row: an item that only grows, to a bound."""

import json

from framewarden.aws.clients import client, store
from framewarden.aws.dynamo import Row, transact, typed, untyped, update
from framewarden.aws.ledger import ROW_LIFE
from framewarden.domain.cases import LINK
from framewarden.domain.times import parse

RECORD = "record#"
# Bytes: DynamoDB takes 400 KB an item, and what is bound to nothing (see `addition`) needs some.
MOST = 300_000
# A link may be in many hands: what comes through it leaves half of the room to whoever signs in.
MOST_OF_LINKS = MOST // 2


class RecordFullError(Exception):
    """The record of a case holds as much as it may; nothing was kept."""


class CaseRecords:
    """The records of the Reviews table, one for each review that anybody did anything about."""

    def __init__(self, table: str) -> None:
        self.table = table

    def append(self, review_id: str, event: Row) -> None:
        """Keep an event.

        Raises
        ------
        RecordFullError
            There is no room for it.
        """
        # A transaction of one: a call that is repeated on the wire is kept once all the same.
        if transact(self.addition(review_id, event)):
            raise RecordFullError(review_id)

    def addition(self, review_id: str, event: Row, *, bounded: bool = True) -> Row:
        """Word the write that keeps an event, for a transaction that refuses where it is full.

        Unbounded is only what can happen as often as a review has rungs.

        Raises
        ------
        RecordFullError
            No record has room for it.
        """
        size = len(json.dumps(event, ensure_ascii=False).encode())
        room = (MOST_OF_LINKS if event["via"] == LINK else MOST) - size
        if bounded and room < 0:
            raise RecordFullError(review_id)
        values = {
            ":none": [],
            ":event": [event],
            ":bytes": size,
            # The record of a case is kept as long as the case.
            ":expires_at": int((parse(event["at"]) + ROW_LIFE).timestamp()),
        }
        return update(
            self.table,
            {"review_id": RECORD + review_id},
            "SET events = list_append(if_not_exists(events, :none), :event), "
            "expires_at = :expires_at ADD #size :bytes",
            "attribute_not_exists(#size) OR #size <= :room" if bounded else "",
            values | ({":room": room} if bounded else {}),
        )

    def events(self, review_id: str) -> list[Row]:
        """Return what was kept, the oldest first."""
        with store():
            answer = client("dynamodb").get_item(
                TableName=self.table,
                Key=typed({"review_id": RECORD + review_id}),
                ConsistentRead=True,
            )
        kept: list[Row] = untyped(answer.get("Item") or {}).get("events", [])
        return kept
