"""Word what somebody looks for among executions and frames."""

from dataclasses import dataclass

from framewarden.aws.frame_search import Span
from framewarden.looking import MODERATE


@dataclass(frozen=True)
class Wanted:
    """What somebody looks for; at most one of key, review_id and channel_arn is given.

    `when` narrows a channel, or stands for itself. Without any of them the machine's executions are
    listed, of one `status` if it is given; or `unscreened`, what nobody has looked at. What is
    found by one of them is narrowed by both once it is read. `after` is a page's own.
    """

    machine: str = MODERATE
    status: str | None = None
    key: str | None = None
    review_id: str | None = None
    channel_arn: str | None = None
    unscreened: bool = False
    when: Span | None = None
    after: str | None = None

    @property
    def searches(self) -> bool:
        """Tell whether the ledger is searched, rather than the machine's executions listed."""
        return bool(self.key or self.review_id or self.channel_arn or self.when)
