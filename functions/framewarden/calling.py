"""Word the call for a decision when it is sent, with a link signed for that moment's deadline."""

from datetime import UTC, datetime, timedelta
from typing import Protocol

from framewarden.aws import link_keys, parameters
from framewarden.aws.dynamo import Row
from framewarden.domain import links, notices
from framewarden.domain.times import iso

# A link shows what was decided for a day after its deadline; the row decides what it may still do.
VIEW_ONLY = timedelta(days=1)


class Callers(Protocol):
    """Settings of a function that calls people."""

    @property
    def link_secret_arn(self) -> str: ...
    @property
    def console_url_parameter(self) -> str: ...


def call(review: Row, own: Callers) -> tuple[str, str]:
    """Return subject and text of a pending review's notice."""
    deadline = iso(datetime.fromtimestamp(review["deadline"], tz=UTC))
    return notices.review_notice(review, _link(review, own), deadline, review["rung"])


def _link(review: Row, own: Callers) -> str:
    expires = review["deadline"] + int(VIEW_ONLY.total_seconds())
    key = link_keys.keys(own.link_secret_arn)[0]
    signature = links.sign_link(key, review["review_id"], expires)
    base = parameters.console_url(own.console_url_parameter)
    return f"{base}/reviews/{review['review_id']}?exp={expires}&sig={signature}"
