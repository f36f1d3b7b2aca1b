"""Look at a whole installation: what is well, and what waits for somebody."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from framewarden import settings

Document = Mapping[str, Any]


@dataclass(frozen=True)
class LiveChannel:
    """What is on air under moderation; `trouble` says why its frames are missing, or is empty."""

    channel_arn: str
    session: str
    since: str | None
    last_frame_at: str | None
    trouble: str


@dataclass(frozen=True)
class Health:
    """An installation as it stands; a part that could not be read is None, and named in `unknown`.

    `policy` has name and hash. `unscreened` is a count as far as `MOST`. `oldest` is the open review
    with the nearest deadline. The lists hold one entry each, with `says` and what its remedy needs.
    """

    place: str
    looked_at: datetime
    policy: Document | None
    live: list[LiveChannel] | None
    unscreened: int | None
    dead_letters: int | None
    open_reviews: int | None
    oldest: Document | None
    failed_stops: list[Document] | None
    unseen: list[Document] | None
    bans: list[Document] | None
    undelivered: list[Document] | None
    given_up: list[Document] | None
    problems: list[str]
    unknown: list[str]

    @property
    def healthy(self) -> bool:
        """Tell whether nothing is wrong."""
        return not self.problems


MOST = 1_000
"""What `unscreened` is counted to; more is `1,000+`."""


def look(own: settings.HealthPage, now: datetime) -> Health:
    """Look at an installation; what does not answer is part of what is seen."""
    raise NotImplementedError
