"""Call people for a decision: a notice with a link signed for that deadline, and a chat event.

Both are worded when they are sent, from the review as it is then.
"""

from datetime import datetime
from typing import Protocol

from framewarden import delivering
from framewarden.aws import link_keys, messages, parameters
from framewarden.aws.dynamo import Row
from framewarden.aws.outbox import Outbox
from framewarden.aws.reviews import Reviews
from framewarden.domain import chat_events, links
from framewarden.domain.review_notices import Call, review_notice


class Callers(delivering.Notices, Protocol):
    """Settings of a function that calls people."""

    @property
    def reviews_table(self) -> str: ...
    @property
    def link_secret_arn(self) -> str: ...
    @property
    def console_url_parameter(self) -> str: ...


def keep(review: Row, rung: int, own: Callers, now: datetime) -> tuple[Row, Row]:
    """Keep the notice of a call and its moderators' event, and return both."""
    call = delivering.review_call(review, rung, now)
    event = delivering.moderators_event(review, now)
    outbox = Outbox(own.outbox_table)
    outbox.put(event)
    outbox.put(call)
    return call, event


def is_call(row: Row) -> bool:
    """Tell whether a row of the outbox calls people for a decision."""
    return row["kind"] == "review" or row.get("audience") == delivering.MODERATORS


def resend(row: Row, own: Callers, now: datetime) -> bool:
    """Send a call that is in the outbox; nobody is called for what is decided.

    What fails stays in the outbox and fails nobody else.
    """
    return delivering.attempt(row, own, now, lambda: _call(row, own, now))


def _call(row: Row, own: Callers, now: datetime) -> bool:
    review = Reviews(own.reviews_table).get(row["review_id"])
    if not review or review["status"] != "pending":
        return True
    if row["kind"] == "chat":
        attributes = chat_events.review_attributes(review)
        rooms, channel_arn = review.get("rooms"), review["channel_arn"]
        delivering.send_to_room(delivering.MODERATORS, rooms, channel_arn, attributes)
    elif not row.get("reminds"):
        _publish(review, "escalation" if review["rung"] else "ask", own, now)
    elif review["rung"] == 0 and review["deadline"] > now.timestamp():
        _publish(review, "reminder", own, now)
    # A reminder that comes too late is dropped: a lead is called, or the default acts.
    return True


def _publish(review: Row, call: Call, own: Callers, now: datetime) -> None:
    base = parameters.console_url(own.console_url_parameter)
    path = f"reviews/{review['review_id']}"
    sign_in = f"{base}/sign-in?next={path}"
    subject, text = review_notice(review, call, _link(f"{base}/{path}", review, own), sign_in, now)
    about = {"call": call, "severity": review["severity"]}
    messages.publish(own.notice_topic_arn, subject, text, about)


def _link(page: str, review: Row, own: Callers) -> str:
    expires = review["deadline"] + int(links.VIEW_ONLY.total_seconds())
    key = link_keys.keys(own.link_secret_arn)[0]
    signature = links.sign_link(key, review["review_id"], expires)
    return f"{page}?exp={expires}&sig={signature}"
