"""Resend what was not delivered, and measure how long people have been waited for."""

from datetime import datetime
from time import monotonic
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
# Seconds for sending, of the function's 50: a service that hangs must not keep overdue reviews
# open. One row may take some twenty; what is left is due at the next sweep.
PATIENCE = 20.0


def sweep(own: settings.Sweep, now: datetime, patience: float = PATIENCE) -> Document:
    """Send what is due, close what is overdue, and record what waits and for how long."""
    seconds = int(now.timestamp())
    rows = Outbox(own.outbox_table).undelivered()
    kept = [row for row in rows if "given_up_at" not in row]
    due = [row for row in kept if row["due"] <= seconds]
    sent = _send(due, own, now, patience)
    reviews = Reviews(own.reviews_table)
    waiting = [row for name in OPEN_SEVERITIES for row in reviews.open_by_deadline(name)]
    overdue = max((seconds - row["deadline"] for row in waiting), default=0)
    gauge("OutboxDue", len(due) - sent)
    gauge("OutboxGivenUp", len(rows) - len(kept))
    gauge("OpenReviews", len(waiting))
    gauge("OldestDeadlineSeconds", max(overdue, 0), MetricUnit.Seconds)
    # Last, so that the gauges tell of a review that cannot be closed.
    late = [row["review_id"] for row in waiting if row["deadline"] + LATE < seconds]
    closed = sum(deciding.close_overdue(review_id, own, now) for review_id in late)
    return {
        "undelivered": len(kept) - sent,
        "given_up": len(rows) - len(kept),
        "sent": sent,
        "open_reviews": len(waiting),
        "closed": closed,
    }


def _send(due: list[Row], own: settings.Sweep, now: datetime, patience: float) -> int:
    """Send what is due, answers first: somebody's execution waits for them."""
    end, sent = monotonic() + patience, 0
    for row in sorted(due, key=lambda row: (row["kind"] != "callback", row["due"])):
        if monotonic() > end:
            break
        resend = calling.resend if calling.is_call(row) else delivering.resend
        sent += resend(row, own, now)
    return sent
