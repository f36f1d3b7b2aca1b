"""Share one pace among the workers of all batches: a row that each moves on, or reads again."""

from collections.abc import Callable
from typing import Any, Final

from botocore.exceptions import ClientError

from framewarden.aws.clients import client, store
from framewarden.aws.dynamo import Row, condition_failed, typed, untyped
from framewarden.domain import pace
from framewarden.domain.errors import StoreConflictError
from framewarden.domain.pace import Pace

PACE: Final[Row] = {"batch": "pace", "item": "pace"}
TRIES: Final = 10


class PaceRow:
    """The pace in the Batches table, as one worker knows it; `ceiling` is calls a second."""

    def __init__(self, table: str, ceiling: float) -> None:
        self.table, self.ceiling = table, ceiling
        # Most often somebody else wrote since; then DynamoDB answers with what there is now.
        self._known = pace.first(ceiling)

    def look(self) -> None:
        """Read the pace, before the first turns are taken by it."""
        with store():
            answer = client("dynamodb").get_item(TableName=self.table, Key=typed(PACE))
        self._known = self._read(answer.get("Item"))

    def turns(self, now: float) -> int:
        """Return how many turns to take at once."""
        return pace.turns(pace.rate(self._known, now, self.ceiling))

    def ahead(self, now: float) -> float:
        """Return the seconds for which turns were taken when we looked last."""
        return max(0.0, self._known.next_at - now)

    def take(self, turns: int, now: float) -> tuple[float, float]:
        """Take turns; return when the first one is, and the seconds between two.

        Raises
        ------
        StoreConflictError, StoreThrottledError
            None were taken; try again.
        """
        begins = between = 0.0

        def moved(known: Pace) -> Pace:
            nonlocal begins, between
            after, begins, between = pace.take(known, turns, now, self.ceiling)
            return after

        self._change(moved)
        return begins, between

    def throttled(self, now: float) -> None:
        """Slow all batches down."""
        self._change(lambda known: pace.throttled(known, now, self.ceiling))

    def _change(self, change: Callable[[Pace], Pace]) -> None:
        for _ in range(TRIES):
            after = change(self._known)
            if after is self._known or self._written(after):
                self._known = after
                return
        raise StoreConflictError("PutItem: the pace of batches was changed again and again")

    def _written(self, after: Pace) -> bool:
        """Write what follows the pace that we know; False, and know better, where it was not."""
        row = PACE | {name: getattr(after, name) for name in Pace.__slots__}
        unchanged: Row = {"ConditionExpression": "attribute_not_exists(rev)"}
        if self._known.rev:
            unchanged = {
                "ConditionExpression": "rev = :rev",
                "ExpressionAttributeValues": typed({":rev": self._known.rev}),
            }
        try:
            with store():
                client("dynamodb").put_item(
                    TableName=self.table,
                    Item=typed(row),
                    ReturnValuesOnConditionCheckFailure="ALL_OLD",
                    **unchanged,
                )
        except ClientError as failure:
            if not condition_failed(failure):
                raise
            self._known = self._read(dict(failure.response).get("Item"))
            return False
        return True

    def _read(self, item: Any) -> Pace:
        if not item:  # somebody removed it meanwhile
            return pace.first(self.ceiling)
        row = untyped(item)
        return Pace(
            next_at=float(row["next_at"]),
            rate=float(row["rate"]),
            halved_at=float(row["halved_at"]),
            rev=int(row["rev"]),
        )
