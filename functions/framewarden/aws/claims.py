"""Write who works on a review: a lease on its row, and in one transaction its record."""

from framewarden.aws.case_records import CaseRecords, RecordFullError
from framewarden.aws.dynamo import Row, setting, transact, update, written
from framewarden.aws.reviews import CLAIM

OPEN = "#status = :pending AND deadline > :now"


class Claims:
    """The claims of the Reviews table; a claim holds while its review is open, and to its end."""

    def __init__(self, table: str) -> None:
        self.table = table
        self.records = CaseRecords(table)

    def take(self, row: Row, claim: Row, now: int, event: Row) -> bool:
        """Claim a review; False where somebody moved it, or claimed it, since it was read.

        Raises
        ------
        RecordFullError
            The record has no room for it, so nobody is told: nothing was claimed.
        """
        unclaimed, values = "attribute_not_exists(claimed_by)", {}
        if "claimed_by" in row:
            unclaimed = "claimed_by = :whose AND claimed_until = :until"
            values = {":whose": row["claimed_by"], ":until": row["claimed_until"]}
        change, filled = setting(claim)
        condition = f"{OPEN} AND {unclaimed}"
        return self._told(row["review_id"], change, condition, filled | values, now, event)

    def extend(self, review_id: str, account: str, until: int, now: int) -> Row | None:
        """Let an account's own claim last longer, and return the row; None where it has none."""
        values = {":until": until, ":account": account, ":pending": "pending", ":now": now}
        change, mine = "SET claimed_until = :until", f"{OPEN} AND claimed_by = :account"
        return written(update(self.table, {"review_id": review_id}, change, mine, values))

    def release(self, review_id: str, account: str, now: int, event: Row) -> bool:
        """Give an account's own claim up; False where it has none.

        Raises
        ------
        RecordFullError
            The record has no room for it: the claim ends by itself, in a moment.
        """
        change, mine = f"REMOVE {', '.join(CLAIM)}", f"{OPEN} AND claimed_by = :account"
        return self._told(review_id, change, mine, {":account": account}, now, event)

    def _told(
        self, review_id: str, change: str, condition: str, values: Row, now: int, event: Row
    ) -> bool:
        values = values | {":pending": "pending", ":now": now}
        refused = transact(
            update(self.table, {"review_id": review_id}, change, condition, values),
            self.records.addition(review_id, event),
        )
        if refused == {1}:
            raise RecordFullError(review_id)
        return not refused
