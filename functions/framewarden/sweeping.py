"""Resend what was not delivered, and measure how long people have been waited for."""

from datetime import datetime
from typing import Any

from aws_lambda_powertools.metrics import MetricUnit

from framewarden import calling, deciding, delivering, settings
from framewarden.aws.dynamo import Row
from framewarden.aws.outbox import Outbox
from framewarden.aws.reviews import Reviews
from framewarden.observability import gauge

Document = dict[str, Any]
OPEN_SEVERITIES = ("critical", "high", "medium")
# Seconds: an execution's own time-out closes its wait first, unless the row is due before it.
LATE = 15


def sweep(own: settings.Sweep, now: datetime) -> Document:
    """Send what is due, close what is overdue, and record the open reviews and their deadline."""
    seconds = int(now.timestamp())
    rows = Outbox(own.outbox_table).undelivered()
    due = [row for row in rows if row["due"] <= seconds]
    sent = sum(_resend(row, own, now) for row in due)
    reviews = Reviews(own.reviews_table)
    waiting = [row for name in OPEN_SEVERITIES for row in reviews.open_by_deadline(name)]
    overdue = max((seconds - row["deadline"] for row in waiting), default=0)
    gauge("OutboxDue", len(due) - sent)
    gauge("OpenReviews", len(waiting))
    gauge("OldestDeadlineSeconds", max(overdue, 0), MetricUnit.Seconds)
    # Last, so that the gauges tell of a review that cannot be closed.
    late = [row["review_id"] for row in waiting if row["deadline"] + LATE < seconds]
    closed = sum(deciding.close_overdue(review_id, own, now) for review_id in late)
    return {
        "undelivered": len(rows) - sent,
        "sent": sent,
        "open_reviews": len(waiting),
        "closed": closed,
    }


def _resend(row: Row, own: settings.Sweep, now: datetime) -> bool:
    resend = calling.resend if row["kind"] == "review" else delivering.resend
    return resend(row, own, now)
