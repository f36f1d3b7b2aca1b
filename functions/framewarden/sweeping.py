"""Resend what was not delivered, climb the ladders, and measure how long people are waited for."""

from collections import Counter
from datetime import datetime
from time import monotonic
from typing import Any

from aws_lambda_powertools.metrics import MetricUnit

from framewarden import calling, closing, delivering, expiring, settings
from framewarden.aws.dynamo import Row
from framewarden.aws.outbox import Outbox
from framewarden.aws.reviews import Reviews
from framewarden.domain.times import iso
from framewarden.observability import count, gauge

Document = dict[str, Any]
COUNTED = ("critical", "high", "medium", "low")
# Seconds: an execution's own time-out closes its wait first, unless the row is due before it.
LATE = 15
# Seconds for sending, of the function's 50: a service that hangs must not keep overdue reviews
# open. One row may take some twenty; what is left is due at the next sweep.
PATIENCE = 20.0


def sweep(own: settings.Sweep, now: datetime, patience: float = PATIENCE) -> Document:
    """Send what is due, close what is overdue, remind people, and record what waits and how long.

    The gauges come before whatever may fail, and what ends a wait before what only helps.
    """
    end, seconds = monotonic() + patience, int(now.timestamp())
    rows = Outbox(own.outbox_table).undelivered()
    kept = [row for row in rows if "given_up_at" not in row]
    due = [row for row in kept if row["due"] <= seconds]
    sent = _send(due, own, now, end)
    reviews = Reviews(own.reviews_table, outbox_table=own.outbox_table)
    waiting = reviews.open_rows()
    gauge("OutboxDue", len(due) - sent)
    gauge("OutboxGivenUp", len(rows) - len(kept))
    _measure(waiting, seconds)
    late = [row["review_id"] for row in waiting if row["deadline"] + LATE < seconds]
    closed = sum(closing.close_overdue(review_id, own, now) for review_id in late)
    found = Counter(row["severity"] for row in waiting)
    reviews.keep_counts({name: found[name] for name in COUNTED} | {"counted_at": iso(now)})
    reminders = _remind(reviews, waiting, now)
    sent += _send(reminders, own, now, end)
    if monotonic() < end:
        expiring.look(own, now)
    return {
        "undelivered": len(kept) + len(reminders) - sent,
        "given_up": len(rows) - len(kept),
        "sent": sent,
        "open_reviews": len(waiting),
        "closed": closed,
        "reminded": len(reminders),
    }


def _measure(waiting: list[Row], seconds: int) -> None:
    overdue = max((seconds - row["deadline"] for row in waiting), default=0)
    gauge("OpenReviews", len(waiting))
    gauge("EscalatedReviews", sum(row["rung"] > 0 for row in waiting))
    gauge("OldestDeadlineSeconds", max(overdue, 0), MetricUnit.Seconds)


def _send(due: list[Row], own: settings.Sweep, now: datetime, end: float) -> int:
    """Send what is due, answers first: somebody's execution waits for them."""
    sent = 0
    for row in sorted(due, key=lambda row: (row["kind"] != "callback", row["due"])):
        if monotonic() > end:
            break
        resend = calling.resend if calling.is_call(row) else delivering.resend
        sent += resend(row, own, now)
    return sent


def _remind(reviews: Reviews, waiting: list[Row], now: datetime) -> list[Row]:
    """Keep a reminder of each review that is due for one, and return those that were kept.

    A sweep that comes late reminds while there is time to decide, and once; after the deadline a
    lead is called or the default acts.
    """
    seconds, reminders = int(now.timestamp()), []
    # Where the policy reminds nobody, or once it was done, a review has no such moment.
    for row in (row for row in waiting if "remind_at" in row and row["rung"] == 0):
        reminder = delivering.review_reminder(row["review_id"], now)
        in_time = row["remind_at"] <= seconds < row["deadline"]
        if in_time and reviews.remind(row["review_id"], iso(now), reminder):
            count("ReviewsReminded")
            reminders.append(reminder)
    return reminders
