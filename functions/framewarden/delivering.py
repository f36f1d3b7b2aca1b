"""Deliver notices and callbacks: kept first, sent then, forgotten when sent; a sweep resends."""

from collections.abc import Callable
from datetime import datetime
from typing import Any, Protocol

from framewarden.aws import messages
from framewarden.aws.dynamo import Row
from framewarden.aws.outbox import Outbox
from framewarden.aws.reviews import Reviews
from framewarden.observability import logger

Document = dict[str, Any]
# The sweep leaves a fresh row to the worker that wrote it and is sending it just now.
GRACE = 30
# Doubling from a minute, never more than an hour apart.
FIRST_PAUSE, LONGEST_PAUSE = 60, 3600


class Keepers(Protocol):
    """Settings of a function that keeps messages until they are delivered."""

    @property
    def outbox_table(self) -> str: ...


class Callbacks(Keepers, Protocol):
    """Settings of a function that answers waiting executions."""

    @property
    def reviews_table(self) -> str: ...


class Notices(Keepers, Protocol):
    """Settings of a function that tells owners."""

    @property
    def notice_topic_arn(self) -> str: ...


def callback(review_id: str, rung: int, output: Document, now: datetime) -> Row:
    """Word the row of an answer; the token is read from the review when it is sent."""
    return {
        "id": f"callback#{review_id}#{rung}",
        "kind": "callback",
        "review_id": review_id,
        "rung": rung,
        "output": output,
        "due": int(now.timestamp()) + GRACE,
        "attempts": 0,
    }


def notice(name: str, subject: str, text: str, now: datetime) -> Row:
    """Word the row of a notice."""
    return {
        "id": f"notice#{name}",
        "kind": "notice",
        "subject": subject,
        "text": text,
        "due": int(now.timestamp()) + GRACE,
        "attempts": 0,
    }


def review_call(review: Row, rung: int, now: datetime, grace: int = GRACE) -> Row:
    """Word the row of a call for a decision: text and link are made when it is sent (`calling`).

    One for each rung and severity: people are told again when a review is raised.
    """
    return {
        "id": f"notice#review#{review['review_id']}#{rung}#{review['severity']}",
        "kind": "review",
        "review_id": review["review_id"],
        "due": int(now.timestamp()) + grace,
        "attempts": 0,
    }


def send_callback(row: Row, own: Callbacks, now: datetime) -> bool:
    """Answer the waiting execution; what fails stays in the outbox."""
    return attempt(row, own, now, lambda: _answer(row, own))


def publish_kept(row: Row, own: Notices, now: datetime) -> bool:
    """Publish a notice that is in the outbox already."""
    return attempt(row, own, now, lambda: _publish(row, own))


def resend(row: Row, own: Any, now: datetime) -> bool:
    """Send a callback or a notice of the outbox again."""
    send: Callable[[Row, Any], bool] = _answer if row["kind"] == "callback" else _publish
    return attempt(row, own, now, lambda: send(row, own))


def _answer(row: Row, own: Callbacks) -> bool:
    review = Reviews(own.reviews_table).get(row["review_id"]) or {}
    token = review.get("task_token")
    if review and not token:
        return False  # decided before the wait began: it begins within moments
    # The token of a later rung's wait is not for the answer of an earlier one.
    late = review.get("waiting_rung", 0) > row["rung"]
    if late or not token or not messages.succeed(token, row["output"]):
        logger.info("nobody waits", extra={"review_id": row["review_id"]})
    return True


def _publish(row: Row, own: Notices) -> bool:
    messages.publish(own.notice_topic_arn, row["subject"], row["text"])
    return True


def attempt(row: Row, own: Keepers, now: datetime, send: Callable[[], bool]) -> bool:
    """Send a row that is kept; whatever fails here, the sweep finds the row and tries again."""
    outbox = Outbox(own.outbox_table)
    why = "nobody waits yet"
    try:
        if send():
            outbox.delivered(row["id"])
            return True
    except Exception as failure:  # a row that cannot be sent holds up no other
        why = type(failure).__name__
        logger.warning("not delivered", extra={"row": row["id"], "error": why})
    pause = min(FIRST_PAUSE * 2 ** min(row.get("attempts", 0), 10), LONGEST_PAUSE)
    try:
        outbox.postpone(row, int(now.timestamp()) + pause, why)
    except Exception as failure:  # the row stays due
        logger.warning("not postponed", extra={"row": row["id"], "error": type(failure).__name__})
    return False
