"""Start a human wait: keep the token, tell people once, and return; the machine waits."""

from datetime import datetime
from typing import Any

from framewarden import calling, delivering, settings
from framewarden.aws.outbox import Outbox
from framewarden.aws.reviews import Reviews
from framewarden.domain import waits

Document = dict[str, Any]


def request(wait: Document, own: settings.RequestReview, now: datetime) -> Document:
    """Store the token of a wait, and send its notice and its moderators' event.

    A retried wait comes with a new token. Whatever was decided meanwhile is answered again.
    """
    reviews, rung = Reviews(own.reviews_table), wait["review"]["rung"]
    row = reviews.waits(wait["review"]["review_id"], wait["task_token"], rung)
    if row["status"] != "pending" or row["rung"] > rung:
        decided = row if row["status"] != "pending" else row | {"decision": "escalate"}
        callback = delivering.callback(row["review_id"], rung, waits.answer(decided), now)
        Outbox(own.outbox_table).put(callback)  # the sweep answers the new token
    elif row.get("notified_rung", -1) < rung:
        call, event = calling.keep(row, rung, own, now)
        calling.resend(call, own, now)
        reviews.notified(row["review_id"], rung)
        calling.resend(event, own, now)  # last: a room that is slow to answer repeats no notice
    return {"review_id": row["review_id"], "status": row["status"]}
