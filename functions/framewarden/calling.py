"""Call people for a decision: worded when it is sent, with a link signed for that deadline."""

from datetime import UTC, datetime, timedelta
from typing import Protocol

from framewarden import delivering
from framewarden.aws import link_keys, messages, parameters
from framewarden.aws.dynamo import Row
from framewarden.aws.outbox import Outbox
from framewarden.aws.reviews import Reviews
from framewarden.domain import links, notices
from framewarden.domain.times import iso

# A link shows what was decided for a day after its deadline; the row decides what it may still do.
VIEW_ONLY = timedelta(days=1)


class Callers(delivering.Notices, Protocol):
    """Settings of a function that calls people."""

    @property
    def reviews_table(self) -> str: ...
    @property
    def link_secret_arn(self) -> str: ...
    @property
    def console_url_parameter(self) -> str: ...


def send(row: Row, own: Callers, now: datetime) -> bool:
    """Keep and publish a call; what fails stays in the outbox and fails nobody else."""
    Outbox(own.outbox_table).put(row)
    return resend(row, own, now)


def resend(row: Row, own: Callers, now: datetime) -> bool:
    """Publish a call that is in the outbox; nobody is called for what is decided."""
    return delivering.attempt(row, own, now, lambda: _publish(row, own))


def _publish(row: Row, own: Callers) -> bool:
    review = Reviews(own.reviews_table).get(row["review_id"])
    if review and review["status"] == "pending":
        messages.publish(own.notice_topic_arn, *_worded(review, own))
    return True


def _worded(review: Row, own: Callers) -> tuple[str, str]:
    """Return subject and text of a pending review's notice."""
    deadline = iso(datetime.fromtimestamp(review["deadline"], tz=UTC))
    return notices.review_notice(review, _link(review, own), deadline, review["rung"])


def _link(review: Row, own: Callers) -> str:
    expires = review["deadline"] + int(VIEW_ONLY.total_seconds())
    key = link_keys.keys(own.link_secret_arn)[0]
    signature = links.sign_link(key, review["review_id"], expires)
    base = parameters.console_url(own.console_url_parameter)
    return f"{base}/reviews/{review['review_id']}?exp={expires}&sig={signature}"
