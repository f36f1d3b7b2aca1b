"""Sign the link of a review afresh, for whoever may read the stack's key."""

from __future__ import annotations

import time

from framewarden.domain.links import sign_link
from local.tables import Row
from local.target import Target

# The template's name of the secret.
SECRET = "LinkSecret"  # noqa: S105 a logical id, not a secret
# As long as the link in the notice: a day after the deadline, to look only.
AFTERWARDS_SECONDS = 24 * 3600


class Links:
    """Make links of one stack's reviews; key and address are read once."""

    def __init__(self, target: Target) -> None:
        self.target = target
        self.base = ""
        self.key = ""

    def url(self, review: Row) -> str:
        """Give the link of a review."""
        if not self.base:
            self.base = self.target.console_url
            self.key = link_key(self.target)
        review_id = review["review_id"]
        end = expiry(review, int(time.time()))
        return (
            f"{self.base}/reviews/{review_id}?exp={end}&sig={sign_link(self.key, review_id, end)}"
        )


def expiry(review: Row, now: int) -> int:
    """Choose when a link ends: a day after its review's deadline, or a day from now."""
    return max(int(review["deadline"]), now) + AFTERWARDS_SECONDS


def link_key(target: Target) -> str:
    """Read the current key from Secrets Manager."""
    secret = target.client("secretsmanager").get_secret_value(SecretId=target.physical_id(SECRET))
    return str(secret["SecretString"])
