"""Decide a review: of all clicks, and of a click and a deadline, the stored row has one winner."""

from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime

from framewarden import delivering, live_labels, settings
from framewarden.aws.case_records import CaseRecords, RecordFullError
from framewarden.aws.dynamo import Row
from framewarden.aws.reviews import Reviews
from framewarden.domain import cases, waits
from framewarden.domain.errors import StoreConflictError
from framewarden.domain.times import iso
from framewarden.live_labels import Labels
from framewarden.observability import count, logger

# A click whose review was raised, passed on or claimed between look and write looks again.
ROUNDS = 3


@dataclass(frozen=True)
class Decided:
    """A review after an attempt to decide; `first` where this attempt was the one that counts.

    `claimed` where it was refused because somebody else works on the review.
    """

    review: Row
    first: bool
    claimed: bool = False


@dataclass(frozen=True)
class Click:
    """What somebody pressed, and who they are."""

    decision: str
    by: str
    via: str
    note: str
    now: datetime
    account: str | None
    labels: Labels | None
    may_overrule: bool
    frame_id: str | None

    def looked_at(self, row: Row) -> bool:
        """Tell whether it is about the picture that a review has now; None takes it to be."""
        return self.frame_id in (None, row["frame"].get("frame_id"))

    @property
    def urgent(self) -> bool:
        """Tell whether it takes something off: that waits for nobody."""
        return self.decision in ("stop", "block")

    @property
    def free_for(self) -> str | None:
        """Return the account that decides only what no other one has claimed; a link has none."""
        return None if self.urgent or self.may_overrule else self.account

    def event(self, kind: str, **more: str) -> Row:
        """Word it for the record."""
        more |= {"note": self.note} if self.note else {}
        return cases.event(kind, self.by, self.account, self.via, self.now, **more)


def decide(
    review_id: str,
    decision: str,
    *,
    by: str,
    via: str,
    note: str,
    now: datetime,
    own: settings.ReviewPage,
    account: str | None = None,
    labels: Labels | None = None,
    may_overrule: bool = False,
    rung: int | None = None,
    frame_id: str | None = None,
) -> Decided:
    """Store a decision if it is the first and in time, then answer the waiting execution.

    `labels` are the names that the person has `confirmed`, `denied` and `added` on the frame that
    they looked at. What takes nothing off counts on the `rung` that they looked at, and not while
    somebody else has claimed the review, unless a lead overrules that.

    Raises
    ------
    LookupError
        There is no such review.
    ValueError
        The review does not offer this decision.
    StoreConflictError
        Others kept writing the same review; try again.
    """
    click = Click(decision, by, via, note, now, account, labels, may_overrule, frame_id)
    reviews = Reviews(own.reviews_table, outbox_table=own.outbox_table)
    for left in reversed(range(ROUNDS)):
        row = reviews.get(review_id)
        if row is None:
            raise LookupError(review_id)
        rung = row["rung"] if rung is None else rung
        if refused := _refused(row, rung, click, own):
            return refused
        if decision not in cases.offered(row):
            raise ValueError(decision)
        with suppress(StoreConflictError):
            also = live_labels.counted(row, labels, own.batches_table) if left else []
            if _stored(reviews, row, click, own, also):
                return Decided(reviews.get(review_id) or row, first=True)
    raise StoreConflictError(f"review {review_id} is being written by others")


def _refused(row: Row, rung: int, click: Click, own: settings.ReviewPage) -> Decided | None:
    """Say why a click does not count, as far as the row tells already."""
    if row["status"] == "decided":
        return Decided(row, first=False)
    if row["status"] != "pending" or row["deadline"] <= click.now.timestamp():
        _record_late(row["review_id"], click, own)
        return Decided(row, first=False)
    if row["rung"] != rung and not click.urgent:
        return Decided(row, first=False)
    if click.free_for is not None and cases.is_claimed(row, click.now, click.free_for):
        return Decided(row, first=False, claimed=True)
    return None


def _record_late(review_id: str, click: Click, own: settings.ReviewPage) -> None:
    """Keep what came after the deadline; a worker that dies first answers nobody either."""
    try:
        CaseRecords(own.reviews_table).append(
            review_id, click.event("late", decision=click.decision)
        )
    except RecordFullError:  # they are told all the same
        logger.warning("record full", extra={"review_id": review_id})


def _stored(
    reviews: Reviews, row: Row, click: Click, own: settings.ReviewPage, also: list[Row]
) -> bool:
    """Store a click with the answer to the machine, and send that; False where it was too late.

    A worker that dies in between leaves a decision that stands, and an answer that the sweep sends.
    """
    second, escalates = int(click.now.timestamp()), click.decision == "escalate"
    changes: Row = {"escalated_by": click.by} if escalates else _decision(click)
    changes |= live_labels.kept(click.labels, _said(row, click))
    also = [*also, *live_labels.example(row | changes, click.decision, own.batches_table)]
    ended = waits.climbed(row, click.now) if escalates else row | changes
    callback = delivering.callback(row["review_id"], row["rung"], waits.answer(ended), click.now)
    if escalates:
        noted = _noted(row["review_id"], click, own)
        if not reviews.pass_on(ended, changes, callback, second, click.free_for, [*noted, *also]):
            return False
        count("ReviewsEscalated")
    elif not reviews.decide(row, changes, callback, second, click.free_for, also):
        return False
    delivering.send_callback(callback, own, click.now)
    return True


def _said(row: Row, click: Click) -> Row:
    """Return who judged the labels, and of which frame: of none, where that is another by now."""
    frame_id = row["frame"].get("frame_id") if click.looked_at(row) else None
    return {"by": click.by, "account": click.account, "at": iso(click.now), "frame_id": frame_id}


def _decision(click: Click) -> Row:
    changes = {
        "status": "decided",
        "decision": click.decision,
        "by": click.by,
        "via": click.via,
        "note": click.note,
        "decided_at": iso(click.now),
    }
    return changes | ({"by_account": click.account} if click.account else {})


def _noted(review_id: str, click: Click, own: settings.ReviewPage) -> list[Row]:
    """Return the write that keeps the note of whoever passes a review on: its row keeps none."""
    if not click.note:
        return []
    event = click.event("note", decision=click.decision)
    return [CaseRecords(own.reviews_table).addition(review_id, event, bounded=False)]
