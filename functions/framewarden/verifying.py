"""Do what the page of a list needs done: read its images, keep what people say of each."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from framewarden import settings
from framewarden.aws.batch_images import BatchImages, name_of
from framewarden.aws.batch_store import Batches
from framewarden.aws.dynamo import Row
from framewarden.aws.review_queue import ReviewQueue
from framewarden.console import label_form
from framewarden.domain import incidents
from framewarden.domain.errors import StoreConflictError
from framewarden.domain.times import iso
from framewarden.domain.verification import LIVE, Marks, change, rev_of, written
from framewarden.sheet_drawing import CELLS
from framewarden.sheets import may_show, version_of

# A save whose images or counters were written by others between look and write looks again.
ROUNDS = 5
LOOKS = 10


@dataclass(frozen=True)
class Wanted:
    """What somebody says of one image, as they saw it when it had been written `rev` times."""

    rev: int
    decision: str | None
    judged: label_form.Judged


@dataclass(frozen=True)
class Saved:
    """Images after somebody saved them: how many were written, and what others wrote before."""

    rows: Mapping[str, Row]
    written: int = 0
    conflicts: Sequence[str] = ()


@dataclass(frozen=True)
class Listed:
    """A screen of a list: its images, and where the screens beside it begin."""

    batch: Row
    rule: Row
    rows: Sequence[Row]
    version: str
    before: str | None = None
    following: Sequence[str] = ()
    review: Row | None = None
    counters: Row = field(default_factory=dict)
    progress: Row = field(default_factory=dict)
    live: Row = field(default_factory=dict)
    looks: Sequence[Row] = ()


class Verifying:
    """Everything outside the page of a list."""

    def __init__(self, own: settings.BatchPage) -> None:
        self._own = own
        self._batches = Batches(own.batches_table)
        self._images = BatchImages(own.batches_table)
        self._reviews = ReviewQueue(own.reviews_table)

    def page(self, batch_id: str, rule: str, first: str) -> Listed | None:
        """Return a screen of a list; None where there is no such batch or list."""
        batch = self._batches.get(batch_id)
        if batch is None:
            return None
        images, named = self._images, self._batches.rule(batch_id, rule)
        rows = images.page(batch_id, rule, first, CELLS)
        if not rows and named is None:
            return None
        names = [name_of(row) for row in rows]
        return Listed(
            batch,
            named or {"rule": rule},
            rows,
            version_of(names),
            before=images.before(batch_id, rule, first, CELLS) if first else None,
            following=images.names(batch_id, rule, names[-1], CELLS + 1)[1:] if names else (),
            review=self._review(named),
            counters=images.counters(batch_id),
            progress=images.counters(batch_id, rule),
            live=images.counters(LIVE),
            looks=images.looks(batch_id, rule, LOOKS),
        )

    def undecided(self, batch_id: str, rule: str) -> str | None:
        """Return the first image of a list that nobody decided about."""
        return self._images.undecided(batch_id, rule)

    def save(
        self,
        batch_id: str,
        rule: str,
        wanted: Mapping[str, Wanted],
        by: str,
        account: str | None,
        now: datetime,
    ) -> Saved:
        """Keep what somebody says of some images; what others changed meanwhile is left as it is.

        Raises
        ------
        RefusedError
            A label is not known.
        StoreConflictError
            Others kept writing the same counters; try again.
        """
        for _ in range(ROUNDS):
            rows = self._images.named(batch_id, rule, list(wanted))
            changes, conflicts, counts = [], [], Marks().counted
            for name, one in wanted.items():
                row = rows.get(name)
                if row is None:
                    continue
                before, found = Marks.of(row), {"labels": row.get("labels")}
                after = Marks.made(one.decision, label_form.verdicts(one.judged, found))
                if after == before:
                    continue
                if rev_of(row) != one.rev:
                    conflicts.append(name)
                    continue
                changes.append((row, written(row, after, by, account, iso(now))))
                counts.update(change(before, after))
            if not changes or self._stored(batch_id, rule, changes, counts):
                fresh = {name_of(row): {**row, **changed} for row, changed in changes}
                return Saved({**rows, **fresh}, len(changes), conflicts)
        raise StoreConflictError(f"the counters of batch {batch_id} are being written by others")

    def progress(self, batch_id: str, rule: str) -> tuple[Row, Row]:
        """Return the row of a list, and what was counted of it."""
        return (
            self._batches.rule(batch_id, rule) or {},
            self._images.counters(batch_id, rule),
        )

    def reveal(self, batch_id: str, rule: str, name: str, event: Row) -> str | None:
        """Return an address that shows an image for a minute, once its record says so.

        None where there is no such image, or it does not lie where batches take images from.
        """
        row = self._images.get(batch_id, rule, name)
        if row is None or not self._may_show(row):
            return None
        from framewarden.aws.frame_links import FrameLinks

        links = FrameLinks(row["bucket"])
        if not links.lies_there(row):
            return None
        self._images.look(batch_id, rule, name, {**event, "key": row["key"]})
        return links.url(row)

    def origins(self, rows: Sequence[Row]) -> list[str]:
        """Return an address below each bucket that the images lie in; nothing is called for it."""
        from framewarden.aws.frame_links import FrameLinks

        one_of_each = {row["bucket"]: row for row in rows if self._may_show(row)}
        return [str(FrameLinks(bucket).url(row)) for bucket, row in one_of_each.items()]

    def _may_show(self, row: Row) -> bool:
        return may_show(row, self._own.frames_bucket, self._own.batch_sources)

    def _review(self, rule: Row | None) -> Row | None:
        """Return the review of a list; its execution opens one, whose id follows from its name."""
        if not rule or not rule.get("execution"):
            return None
        execution = str(rule["execution"]).rpartition(":")[2]
        review_id = rule.get("review_id") or incidents.review_id(execution, None)
        return self._reviews.get(review_id)

    def _stored(
        self,
        batch_id: str,
        rule: str,
        changes: Sequence[tuple[Row, Row]],
        counts: Mapping[str, int],
    ) -> bool:
        try:
            return self._images.save(batch_id, rule, changes, counts)
        except StoreConflictError:
            return False
