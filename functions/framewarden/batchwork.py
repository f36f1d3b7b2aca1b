"""Read batches for their pages, and start, resume and cancel them for whoever is signed in."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from itertools import islice

from framewarden import settings, starting
from framewarden.aws import batch_files
from framewarden.aws.batch_images import BatchImages
from framewarden.aws.batch_store import ITEM, KIND, SHARD, Batches
from framewarden.aws.dynamo import Row
from framewarden.aws.review_queue import ReviewQueue
from framewarden.domain import batches
from framewarden.domain.batch_requests import read_request
from framewarden.domain.batch_sources import read_sources
from framewarden.domain.verification import LIVE

# One query of a list; a row has its counts in it.
LIMIT = 25
# What a page reads of a batch that still runs, each time somebody looks. A range's row does not
# change, but a batch of a hundred million lines has a million of them.
RANGES = 100
# Each list has a review and counters, which are read apart; a policy may have many rules.
LISTS = 20
# A download must begin within this.
SECONDS = 60
MARK = re.compile(r"(?P<started_at>[0-9T:.-]{19,26}Z)@(?P<batch>[0-9a-f]{20})", re.ASCII)


@dataclass(frozen=True)
class Listed:
    """Some batches, the newest first; `after` is where the next ones begin.

    `lost` tells that the address named no place in the list: this is its beginning.
    """

    rows: list[Row]
    after: str | None
    lost: bool = False


@dataclass(frozen=True)
class Seen:
    """One batch as it stands.

    `ranges` are of a batch without counts of its own, `more` tells that it has others. `judged`
    counts what people said of the predictions of its images, `live` of those of live reviews.
    `reviews` are the reviews of its lists by id, `decided` what was decided in them by rule.
    """

    row: Row
    ranges: list[Row] = field(default_factory=list)
    more: bool = False
    lists: list[Row] = field(default_factory=list)
    reviews: Mapping[str, Row] = field(default_factory=dict)
    decided: Mapping[str, Row] = field(default_factory=dict)
    judged: Row = field(default_factory=dict)
    live: Row = field(default_factory=dict)


class Batchwork:
    """The batches of a deployed stack."""

    def __init__(self, own: settings.BatchPage) -> None:
        self._own = own
        self._batches = Batches(own.batches_table)
        self._images = BatchImages(own.batches_table)
        self._reviews = ReviewQueue(own.reviews_table)

    @property
    def ceiling(self) -> int:
        """Return after how many images a batch pauses that names no ceiling of its own."""
        return int(self._own.batch_ceiling)

    @property
    def sources(self) -> tuple[str, ...]:
        """Return the buckets whose images a batch may take."""
        return tuple(sorted(read_sources(self._own.batch_sources)))

    def page(self, after: str) -> Listed:
        """Return a page of the list."""
        mark = MARK.fullmatch(after) if after else None
        start = {"kind": KIND, "item": ITEM, **mark.groupdict()} if mark else None
        rows, last = self._batches.latest(LIMIT, start)
        place = f"{last['started_at']}@{last['batch']}" if last else None
        return Listed(rows, place, lost=bool(after and not mark))

    def look(self, batch_id: str) -> Seen | None:
        """Return a batch as it stands; None where there is none."""
        row = self._batches.get(batch_id) if batches.BATCH_ID.fullmatch(batch_id) else None
        if row is None:
            return None
        ranges: list[Row] = []
        if not row.get("counts"):  # which it has from its end, or stop, until it goes on
            ranges = list(islice(self._batches.below(batch_id, SHARD), RANGES + 1))
        if row["status"] != batches.DONE:
            return Seen(row, ranges[:RANGES], len(ranges) > RANGES)
        return self._ended(row)

    def _ended(self, row: Row) -> Seen:
        """Read what people have to do with a batch that is done."""
        batch_id = row["batch"]
        lists = self._batches.rules(batch_id)
        known = lists[:LISTS]
        named = (one["review_id"] for one in known if one.get("review_id"))
        found = ((review_id, self._reviews.get(review_id)) for review_id in named)
        rules = (one["rule"] for one in known)
        return Seen(
            row,
            lists=lists,
            reviews={review_id: review for review_id, review in found if review},
            decided={rule: self._images.counters(batch_id, rule) for rule in rules},
            judged=self._images.counters(batch_id),
            live=self._images.counters(LIVE),
        )

    def check(self, asked: Row) -> None:
        """Look whether a batch could start as it is asked for; nothing is started.

        Raises
        ------
        BatchRefusedError
            It could not.
        """
        starting.check(read_request(asked), self._own)

    def start(self, asked: Row, now: datetime) -> None:
        """Start a batch, once for its id.

        Raises
        ------
        BatchRefusedError, PolicyInvalidError, PolicyUnavailableError
            It may not start as it was asked.
        """
        starting.start(asked, self._own, now)

    def resume(self, batch_id: str, ceiling: int | None, by: str, now: datetime) -> None:
        """Go on with a batch that paused, was cancelled or failed.

        Raises
        ------
        BatchRefusedError
            It stands otherwise.
        """
        bound = {"ceiling": ceiling} if ceiling else {}
        starting.resume({"batch_id": batch_id, "by": by, **bound}, self._own, now)

    def cancel(self, batch_id: str, by: str, now: datetime) -> None:
        """Cancel a batch that runs.

        Raises
        ------
        BatchRefusedError
            It has ended.
        """
        starting.cancel({"batch_id": batch_id, "by": by}, self._own, now)

    def file(self, batch_id: str, name: str) -> str | None:
        """Return an address at which one of a batch's files can be saved; None where it is not.

        The signature is made here; that the object is there is asked for, as S3 would answer a
        browser with XML.
        """
        bucket = self._own.batches_bucket
        row = self._batches.get(batch_id) if batches.BATCH_ID.fullmatch(batch_id) else None
        if row is None or name not in batches.FILES:
            return None
        key = batches.place(batch_id, name)
        if batch_files.head(bucket, key) is None:
            return None
        return batch_files.signed(bucket, key, SECONDS, f"{batch_id}-{name}")
