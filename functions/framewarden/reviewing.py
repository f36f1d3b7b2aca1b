"""Ask people: open an incident's review or join it; one incident has one review."""

from datetime import datetime, timedelta
from typing import Any

from framewarden import delivering, settings
from framewarden.aws.dynamo import Row
from framewarden.aws.ledger import ROW_LIFE, Ledger
from framewarden.aws.review_queue import OPEN
from framewarden.aws.reviews import Reviews
from framewarden.domain import batch_lists, cases, incidents, waits
from framewarden.domain.errors import StoreConflictError
from framewarden.domain.times import iso, parse
from framewarden.observability import count

Document = dict[str, Any]
# Two writers of one incident meet rarely; the ASL retries what three rounds do not settle.
ROUNDS = 3


def open_or_join(state: Document, own: settings.OpenReview, now: datetime) -> Document:
    """Open the incident's review or join the one that is pending; the same answer when retried.

    Raises
    ------
    StoreConflictError
        Others kept writing the same incident; try again.
    """
    frame, execution = state["frame"], state["execution"]
    reviews = Reviews(own.reviews_table, own.frames_table, own.outbox_table)
    before = (state.get("review") or {}).get("review_id")
    if before:
        reviews.expire(before, waits.unanswered(now))  # its wait is over: this execution asks anew
    case = cases.case_of(state)
    row = _row(case, frame, execution, before, now)
    joined = (Ledger(own.frames_table).get(frame["frame_id"]) or {}).get("review_id")
    for _ in range(ROUNDS):
        mine = reviews.get(row["review_id"])
        if mine:
            return waits.slot(mine, opener=True)
        if joined and joined != before and (theirs := reviews.get(joined)):
            return waits.slot(theirs, opener=False)
        current_id, current = reviews.current(row["incident"])
        # An opener that asks again does not join: the frames of its first review wait for it.
        if current and not before and _joinable(current, row, now):
            if _join(reviews, current, row, now):
                return waits.slot(current, opener=False)
        elif reviews.open(row, replaces=current_id):
            count("ReviewsOpened")
            return waits.slot(row, opener=True)
    raise StoreConflictError(f"incident {row['incident']} is being written by others")


def _joinable(current: Row, row: Row, now: datetime) -> bool:
    """Join only what is pending, within its window, and of one question."""
    opened = parse(current["opened_at"])
    return (
        current["status"] == "pending"
        and current["deadline"] > now.timestamp()
        and now - opened < timedelta(seconds=current["window"])
        and current["asks"] == row["asks"]
        and current.get("session") == row["session"]  # a stop is confirmed once
    )


def _join(reviews: Reviews, current: Row, row: Row, now: datetime) -> bool:
    """Join a review; a graver frame raises it, and people are told again."""
    changes = dict(incidents.raised(current, row))
    news: list[Row] = []
    if changes:
        called = current | changes
        news.append(delivering.review_call(called, current["rung"], now, grace=0))
        news.append(delivering.moderators_event(called, now, grace=0))
    changes["last_seen_at"] = iso(now)
    frame_id = row["frame"]["frame_id"]
    return reviews.add_frame(current, frame_id, row["samples"][0], changes, news)


def _row(case: Document, frame: Document, execution: str, before: str | None, now: datetime) -> Row:
    sample = {
        "key": frame["key"],
        "version_id": frame["version_id"],
        "at": frame["put_at"],
        "confidence": max((label["confidence"] for label in case["labels"]), default=0),
    }
    kept = ("bucket", "key", "version_id", "frame_id")
    remind, deadline = case.pop("remind"), incidents.rung_deadline(now, case["ladder"], 0)
    channel = batch_lists.channel_of(case["batch"]) if "batch" in case else frame["channel"]
    reminder = {} if remind is None else {"remind_at": int(now.timestamp()) + remind}
    return {
        **case,
        **reminder,
        "review_id": incidents.review_id(execution, before),
        "status": "pending",
        # While it is pending, and only then, it has a place in the queue.
        "open": OPEN,
        "place": incidents.place(case["severity"], deadline),
        # A still, or a list, is an incident of its own: nobody decides about a picture by looking
        # at another.
        "incident": incidents.incident_key(
            frame["channel_arn"] or frame["frame_id"], case["category"]
        ),
        "channel": channel,
        "channel_arn": frame["channel_arn"],
        "source": frame["source"],
        "frame": {name: frame[name] for name in kept},
        "frames": 1,
        "samples": [sample],
        "opened_at": iso(now),
        "last_seen_at": iso(now),
        "rung": 0,
        "rung_times": [iso(now)],
        "deadline": deadline,
        "execution": execution,
        "previous": before,
        # The evidence outlives the review by far; its row is kept as long as the ledger's.
        "expires_at": int((now + ROW_LIFE).timestamp()),
    }
