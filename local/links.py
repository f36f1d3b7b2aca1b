"""Sign the link of a review or a channel afresh, for whoever may read the stack's key."""

from __future__ import annotations

import time
from functools import cached_property

from framewarden.console.channel_address import link_of
from framewarden.domain.links import VIEW_ONLY, sign_link
from local.tables import Row
from local.target import Target

# The template's name of the secret.
SECRET = "LinkSecret"  # noqa: S105 a logical id, not a secret
# As long as the link in the notice: a day after the deadline, to look only.
AFTERWARDS_SECONDS = int(VIEW_ONLY.total_seconds())
# A channel's link lets its holder stop and ban: long enough for a shift's hand-over.
CHANNEL_SECONDS = 24 * 3600


class Links:
    """Make links of one stack's pages; key and address are read once."""

    def __init__(self, target: Target) -> None:
        self.target = target

    @cached_property
    def base(self) -> str:
        """Read where people reach the pages."""
        return self.target.console_url

    @cached_property
    def key(self) -> str:
        """Read the current key."""
        return link_key(self.target)

    def url(self, review: Row) -> str:
        """Give the link of a review."""
        review_id = review["review_id"]
        end = expiry(review, int(time.time()))
        signature = sign_link(self.key, review_id, end)
        return f"{self.base}/reviews/{review_id}?exp={end}&sig={signature}"

    def channel_url(self, channel_arn: str) -> str:
        """Give the link of a channel's page, which does for a day what links may do."""
        end = int(time.time()) + CHANNEL_SECONDS + AFTERWARDS_SECONDS
        return f"{self.base}/{link_of(channel_arn, self.key, end)}"


def expiry(review: Row, now: int) -> int:
    """Choose when a link ends: a day after its review's deadline, or a day from now."""
    return max(int(review["deadline"]), now) + AFTERWARDS_SECONDS


def link_key(target: Target) -> str:
    """Read the current key from Secrets Manager."""
    secret = target.client("secretsmanager").get_secret_value(SecretId=target.physical_id(SECRET))
    return str(secret["SecretString"])
