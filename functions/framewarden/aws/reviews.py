"""Keep the Reviews table: one row for every human wait, and one pointer for every incident."""

from collections.abc import Sequence

from framewarden.aws.dynamo import Row, put, setting, transact, update, written
from framewarden.aws.review_queue import COUNTS, ReviewQueue
from framewarden.domain.errors import StoreConflictError
from framewarden.domain.incidents import place

POINTER = "incident#"
# A row must stay far below DynamoDB's 400 KB however many frames join: it keeps the first few.
SAMPLES = 12
CLAIM = ("claimed_by", "claimed_name", "claimed_until", "claimed_at")
PENDING = "#status = :pending"


class Reviews(ReviewQueue):
    """The Reviews table, and what is written in one transaction with it."""

    def __init__(self, table: str, frames_table: str = "", outbox_table: str = "") -> None:
        super().__init__(table)
        self.frames_table = frames_table
        self.outbox_table = outbox_table

    def current(self, incident: str) -> tuple[str | None, Row | None]:
        """Return the id that an incident points at, and that review's row."""
        pointer = self._item(POINTER + incident)
        if pointer is None:
            return None, None
        return pointer["current"], self.get(pointer["current"])

    def open(self, row: Row, replaces: str | None) -> bool:
        """Open a review and point its incident at it; False where another writer was first."""
        incident, review_id = row["incident"], row["review_id"]
        pointer = {"review_id": POINTER + incident, "current": review_id}
        first = "attribute_not_exists(review_id)"
        moved = put(self.table, pointer, first)
        if replaces:
            moved = put(self.table, pointer, "#current = :replaces", {":replaces": replaces})
        return not transact(
            put(self.table, row, first),
            moved,
            self._of_frame(row["frame"]["frame_id"], review_id, ""),
        )

    def add_frame(
        self, review: Row, frame_id: str, sample: Row, changes: Row, news: Sequence[Row]
    ) -> bool:
        """Add a frame to a pending review, once; False where it can no longer be joined.

        `changes` raise the review, and `news` (rows of the outbox) tell people so; all of it is
        written only if the review is still as it was read.
        """
        unchanged, read = f"{PENDING} AND severity = :severity_read", ["severity"]
        if "deadline" in changes:  # of the rung that it was read on
            unchanged, read = f"{unchanged} AND rung = :rung_read", [*read, "rung"]
        if len(review["samples"]) < SAMPLES:
            changes = changes | {"samples": [*review["samples"], sample]}
            unchanged, read = f"{unchanged} AND frames = :frames_read", [*read, "frames"]
        change, values = setting(changes)
        values |= {f":{name}_read": review[name] for name in read}
        values |= {":one": 1, ":pending": "pending"}
        review_id = review["review_id"]
        return not transact(
            self._change(review_id, f"{change} ADD frames :one", unchanged, values),
            self._of_frame(frame_id, review_id, "attribute_not_exists(review_id)"),
            *self._kept(*news),
        )

    def waits(self, review_id: str, token: str, rung: int) -> Row:
        """Store the token of the state that waits on a rung, and return the row as it is now.

        A retried wait has a new token; the row keeps the last one, whatever was decided meanwhile.
        """
        row = self._write(review_id, {"task_token": token, "waiting_rung": rung})
        if row is None:
            raise StoreConflictError(f"review {review_id} is not stored")
        return row

    def notified(self, review_id: str, rung: int) -> None:
        """Remember that people were told of a rung."""
        self._write(review_id, {"notified_rung": rung})

    def remind(self, review_id: str, at: str, call: Row) -> bool:
        """Keep the call that reminds people, once; False where nobody is to be reminded any more.

        They are while the first rung is waited for.
        """
        reminded = self._change(
            review_id,
            "SET reminded_at = :at REMOVE remind_at",
            f"{PENDING} AND rung = :first AND attribute_exists(remind_at)",
            {":at": at, ":pending": "pending", ":first": 0},
        )
        return not transact(reminded, *self._kept(call))

    def decide(
        self,
        row: Row,
        changes: Row,
        callback: Row,
        now: int,
        free_for: str | None = None,
        counted: Sequence[Row] = (),
    ) -> bool:
        """Store the first decision before the deadline, and its callback; False for any other.

        The callback answers the wait of the rung that the row was read on. `free_for` names an
        account that decides only what nobody else has claimed; `counted` are writes.
        """
        condition, values = _still(row["rung"], now, free_for)
        ended = self._end(row["review_id"], changes, condition, values)
        return not transact(ended, *self._kept(callback), *counted)

    def climb(self, climbed: Row) -> bool:
        """Move a pending review to its next rung; False where it is there, or has ended."""
        return not transact(self._climb(climbed, {}, *_still(climbed["rung"] - 1)))

    def climb_and_answer(self, climbed: Row, callback: Row) -> bool:
        """Move a pending review to its next rung, and keep the answer to the wait that goes on."""
        moved = self._climb(climbed, {}, *_still(climbed["rung"] - 1))
        return not transact(moved, *self._kept(callback))

    def pass_on(
        self,
        climbed: Row,
        changes: Row,
        callback: Row,
        now: int,
        free_for: str | None,
        noted: Sequence[Row],
    ) -> bool:
        """Move a review to its next rung for a person, as `decide` decides; `noted` are writes."""
        condition, values = _still(climbed["rung"] - 1, now, free_for)
        moved = self._climb(climbed, changes, condition, values)
        return not transact(moved, *self._kept(callback), *noted)

    def expire(self, review_id: str, changes: Row) -> bool:
        """End a pending review by its default; False where a decision got there first."""
        return not transact(self._end(review_id, changes, PENDING, {}))

    def expire_and_answer(self, review_id: str, changes: Row, callback: Row) -> bool:
        """End a pending review by its default, and keep the answer to the wait that goes on."""
        ended = self._end(review_id, changes, PENDING, {})
        return not transact(ended, *self._kept(callback))

    def nobody_waited(self, review_id: str, at: str) -> None:
        """Remember that no execution took the decision, unless one has ended with it already."""
        # An execution that died may have been settled as unscreened in between.
        unheard = "(attribute_not_exists(outcome) OR outcome = :unscreened)"
        values = {":decided": "decided", ":unscreened": "unscreened"}
        condition = f"#status = :decided AND {unheard}"
        self._write(review_id, {"nobody_waited_at": at}, condition, values)

    def settle(
        self, review_id: str, outcome: str, reason: str | None, live_session: Row | None = None
    ) -> None:
        """Write where the review's frames ended, and the session that is on air all the same.

        Whatever ended otherwise than unscreened ended by the decision: somebody waited after all.
        """
        changes: Row = {"outcome": outcome, "outcome_reason": reason}
        changes |= {"live_session": live_session} if live_session else {}
        heard = "" if outcome == "unscreened" else " REMOVE nobody_waited_at"
        self._write(review_id, changes, and_then=heard)

    def keep_counts(self, row: Row) -> None:
        """Keep what a sweep counted."""
        self._write(COUNTS, row, condition="")

    def _climb(self, climbed: Row, changes: Row, condition: str, values: Row) -> Row:
        """Build the write of a climb: the next rung has nobody's claim, and is no reminder's."""
        kept = ("rung", "rung_times", "deadline")
        changes = changes | {name: climbed[name] for name in kept}
        changes["place"] = place(climbed["severity"], climbed["deadline"])
        change, filled = setting(changes)
        return self._change(
            climbed["review_id"],
            f"{change} REMOVE remind_at, {', '.join(CLAIM)}",
            f"{condition} AND severity = :severity_read",  # its place depends on it
            filled | values | {":severity_read": climbed["severity"]},
        )

    def _end(self, review_id: str, changes: Row, condition: str, values: Row) -> Row:
        """Build the one write that ends a review; it leaves the queue with it."""
        change, filled = setting(changes)
        filled |= values | {":pending": "pending"}
        return self._change(
            review_id, f"{change} REMOVE #open, place, remind_at", condition, filled
        )

    def _change(self, review_id: str, change: str, condition: str, values: Row) -> Row:
        return update(self.table, {"review_id": review_id}, change, condition, values)

    def _write(
        self,
        review_id: str,
        changes: Row,
        condition: str = "attribute_exists(review_id)",
        values: Row | None = None,
        and_then: str = "",
    ) -> Row | None:
        """Set attributes of a row and return it; None where it is not as it should be."""
        change, filled = setting(changes)
        return written(
            self._change(review_id, change + and_then, condition, filled | (values or {}))
        )

    def _of_frame(self, frame_id: str, review_id: str, condition: str) -> Row:
        key, values = {"frame_id": frame_id}, {":review": review_id}
        return update(self.frames_table, key, "SET review_id = :review", condition, values)

    def _kept(self, *messages: Row) -> list[Row]:
        """Return the writes that keep messages until they are delivered."""
        return [put(self.outbox_table, message) for message in messages]


def _still(rung: int, now: int | None = None, free_for: str | None = None) -> tuple[str, Row]:
    """Return the condition that a rung is still waited for; for a person, before its deadline."""
    condition = f"{PENDING} AND rung = :rung_read"
    values: Row = {":pending": "pending", ":rung_read": rung}
    if now is not None:
        condition, values = f"{condition} AND deadline > :now", values | {":now": now}
    if free_for is not None:
        free = "attribute_not_exists(claimed_by) OR claimed_by = :account OR claimed_until <= :now"
        condition, values = f"{condition} AND ({free})", values | {":account": free_for}
    return condition, values
