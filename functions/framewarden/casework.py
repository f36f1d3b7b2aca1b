"""Do what the page of a case needs done: read what it shows, keep what people do there."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any

from framewarden import settings
from framewarden.aws.dynamo import Row
from framewarden.aws.frame_links import FrameLinks
from framewarden.aws.review_queue import ReviewQueue
from framewarden.console.problems import Problem, RefusedError

if TYPE_CHECKING:
    from framewarden.claiming import Claimed
    from framewarden.deciding import Decided

# A page reads at most 60 items: these, the review, its record and the channel's ban.
REVIEWS, ROWS = 11, 25
NEIGHBOURS = 5


@dataclass(frozen=True)
class Past:
    """What is stored about a case's channel; `more` where not all of it was read."""

    reviews: list[Row]
    ban: Row | None
    rows: list[Row]
    more: bool


class Casework:
    """Everything outside the page of a case; what the first look does not need is loaded later."""

    def __init__(self, own: settings.ReviewPage) -> None:
        self._own = own
        self._pictures = FrameLinks(own.frames_bucket)
        self._reviews = ReviewQueue(own.reviews_table)

    def find(self, review_id: str) -> Row | None:
        """Return a review's row."""
        return self._reviews.get(review_id)

    def past(self, row: Mapping[str, Any]) -> Past | None:
        """Return what was seen of a stream's channel before; stills have nothing in common."""
        from framewarden.aws.channels import Channels

        arn = row.get("channel_arn")
        if not arn:
            return None
        channels = Channels(self._own.channels_table)
        some, more = channels.some(arn, ROWS)
        reviews = self._reviews.of_channel(row["channel"], REVIEWS)
        return Past(reviews, channels.ban(arn), some, more)

    def events(self, review_id: str) -> list[Row]:
        """Return the record of a case, the oldest event first."""
        from framewarden.aws.case_records import CaseRecords

        return CaseRecords(self._own.reviews_table).events(review_id)

    def around(self, row: Mapping[str, Any]) -> tuple[Row, list[Row], list[Row]] | None:
        """Return the frame under review, those before it and those after it; None for a still."""
        from framewarden.aws.ledger import Ledger

        ledger = Ledger(self._own.frames_table)
        frame = ledger.get(str(row["frame"].get("frame_id"))) if row.get("channel_arn") else None
        if frame is None or not frame.get("channel_arn"):
            return None
        return frame, *ledger.around(frame, NEIGHBOURS)

    def lies_there(self, frame: Mapping[str, Any]) -> bool:
        """Tell whether a frame's picture is where frames lie."""
        return self._pictures.lies_there(frame)

    def picture(self, frame: Mapping[str, Any]) -> str | None:
        """Return an address that shows a frame for a minute."""
        return self._pictures.url(frame)

    def decide(self, review_id: str, decision: str, **how: Any) -> "Decided":
        """Decide, if it is the first decision and in time."""
        from framewarden import deciding

        return deciding.decide(review_id, decision, **how, own=self._own)

    def claim(
        self, action: str, review_id: str, account: str, name: str, now: datetime, *, force: bool
    ) -> "Claimed":
        """Claim a case, keep it, or release it; `force` takes it over from whoever has it."""
        from framewarden import claiming

        who = claiming.Claimant(account, name)
        with _recorded():
            if action == "keep":
                return claiming.keep(review_id, who, now, self._own)
            if action == "release":
                return claiming.release(review_id, who, now, self._own)
            return claiming.claim(review_id, who, now, self._own, force=force)

    def note(self, review_id: str, text: str, **who: Any) -> None:
        """Keep a note in the record of a case."""
        from framewarden import noting

        with _recorded():
            noting.note(review_id, note=text, **who, own=self._own)

    def reveal(self, review_id: str, **who: Any) -> None:
        """Keep in the record of a case that somebody is about to see the picture."""
        from framewarden import noting

        with _recorded():
            noting.reveal(review_id, **who, own=self._own)


@contextmanager
def _recorded() -> Iterator[None]:
    """Refuse what the record of a case has no room for.

    Raises
    ------
    RefusedError
        It is full, and nothing was done.
    """
    from framewarden.aws.case_records import RecordFullError

    try:
        yield
    except RecordFullError:
        raise RefusedError(Problem.RECORD_FULL) from None
