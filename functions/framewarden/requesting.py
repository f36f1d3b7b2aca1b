"""Start a human wait: keep the token, tell people once, and return; the machine waits."""

from datetime import UTC, datetime, timedelta
from typing import Any

from framewarden import delivering, reviewing, settings
from framewarden.aws import link_keys, parameters
from framewarden.aws.dynamo import Row
from framewarden.aws.outbox import Outbox
from framewarden.aws.reviews import Reviews
from framewarden.domain import links, notices
from framewarden.domain.times import iso

Document = dict[str, Any]
# A link shows what was decided for a day after its deadline; the row decides what it may still do.
VIEW_ONLY = timedelta(days=1)


def request(wait: Document, own: settings.RequestReview, now: datetime) -> Document:
    """Store the token of a wait and send its notice.

    A retried wait comes with a new token. Whatever was decided meanwhile is answered again.
    """
    reviews, rung = Reviews(own.reviews_table), wait["review"]["rung"]
    row = reviews.waits(wait["review"]["review_id"], wait["task_token"], rung)
    if row["status"] != "pending" or row["rung"] > rung:
        decided = row if row["status"] != "pending" else row | {"decision": "escalate"}
        callback = delivering.callback(row["review_id"], rung, reviewing.answer(decided), now)
        Outbox(own.outbox_table).put(callback)  # the sweep answers the new token
        return {"review_id": row["review_id"], "status": row["status"]}
    if row.get("notified_rung", -1) < rung:
        _notify(row, own, now)
        reviews.notified(row["review_id"], rung)
    return {"review_id": row["review_id"], "status": row["status"]}


def _notify(row: Row, own: settings.RequestReview, now: datetime) -> None:
    deadline = iso(datetime.fromtimestamp(row["deadline"], tz=UTC))
    subject, text = notices.review_notice(row, _link(row, own), deadline, row["rung"])
    name = f"review#{row['review_id']}#{row['rung']}"
    delivering.send_notice(delivering.notice(name, subject, text, now), own, now)


def _link(row: Row, own: settings.RequestReview) -> str:
    expires = row["deadline"] + int(VIEW_ONLY.total_seconds())
    key = link_keys.keys(own.link_secret_arn)[0]
    signature = links.sign_link(key, row["review_id"], expires)
    base = parameters.console_url(own.console_url_parameter)
    return f"{base}/reviews/{row['review_id']}?exp={expires}&sig={signature}"
