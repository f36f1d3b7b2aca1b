"""Reconcile the frames bucket with the ledger: where did every stored frame end?"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from itertools import islice

from framewarden.domain.frames import frame_id
from local.tables import BATCH, Row, fetch
from local.target import Target

OUTCOMES = (
    "cleared",
    "reviewed",
    "stopped",
    "skipped",
    "unscreened",
    "in_flight",
    "unaccounted",
)
FRAME_KEY = re.compile(r"(?:ivs/(?:.*/)?thumb[^/]*\.jpg|medialive/.*|uploads/.*)", re.DOTALL)
# EventBridge usually delivers within a second or two; a younger object is not missing yet.
GRACE = timedelta(seconds=15)


@dataclass(frozen=True)
class StoredVersion:
    """One object version of the bucket."""

    key: str
    version_id: str
    etag: str
    size: int
    stored_at: datetime


@dataclass(frozen=True)
class AuditedFrame:
    """Where one stored frame stands; `row` is its ledger row, if it has one."""

    stored: StoredVersion
    frame_id: str
    outcome: str
    reason: str | None
    row: Row | None = field(default=None, repr=False)

    @property
    def key(self) -> str:
        """Give the object's key."""
        return self.stored.key

    @property
    def version_id(self) -> str:
        """Give the object's version."""
        return self.stored.version_id

    def document(self) -> dict[str, str | None]:
        """Give the entry of `audit --json`."""
        return {
            "key": self.key,
            "version_id": self.version_id,
            "outcome": self.outcome,
            "reason": self.reason,
        }


def utc_now() -> datetime:
    """Read the clock."""
    return datetime.now(UTC)


class Audit:
    """Walk the bucket once, a page at a time, and count as the frames go by.

    Iterate, then read `totals()`: nothing is kept but the counts, so memory does not grow with
    the bucket. `prefix` narrows the walk to keys that begin with it.
    """

    def __init__(
        self,
        target: Target,
        prefix: str = "",
        grace: timedelta = GRACE,
        clock: Callable[[], datetime] = utc_now,
    ) -> None:
        self.bucket = target.output("FramesBucket")
        self.frames_table = target.output("FramesTable")
        self.reviews_table = target.output("ReviewsTable")
        self.s3 = target.client("s3")
        self.dynamodb = target.client("dynamodb")
        self.prefix = prefix
        self.grace = grace
        self.clock = clock
        self.counts = dict.fromkeys(OUTCOMES, 0)
        self.not_frames = 0

    def __iter__(self) -> Iterator[AuditedFrame]:
        stored = self._stored_frames()
        while versions := tuple(islice(stored, BATCH)):
            for audited in self._judge(versions):
                self.counts[audited.outcome] += 1
                yield audited

    def totals(self) -> dict[str, int]:
        """Count so far: `objects` is the sum of the seven outcomes."""
        return {
            "objects": sum(self.counts.values()),
            **self.counts,
            "not_frames": self.not_frames,
        }

    def _stored_frames(self) -> Iterator[StoredVersion]:
        pages = self.s3.get_paginator("list_object_versions").paginate(
            Bucket=self.bucket, Prefix=self.prefix
        )
        for page in pages:
            for entry in page.get("Versions", []):
                if FRAME_KEY.fullmatch(entry["Key"]):
                    yield StoredVersion(
                        entry["Key"],
                        entry["VersionId"],
                        entry["ETag"].strip('"'),
                        entry["Size"],
                        entry["LastModified"],
                    )
                else:
                    self.not_frames += 1

    def _judge(self, versions: tuple[StoredVersion, ...]) -> Iterator[AuditedFrame]:
        ids = [frame_id(self.bucket, stored.key, stored.version_id) for stored in versions]
        rows = fetch(self.dynamodb, self.frames_table, "frame_id", ids)
        joined = {row["review_id"] for row in rows.values() if follows_review(row)}
        reviews = fetch(self.dynamodb, self.reviews_table, "review_id", joined)
        for stored, unique in zip(versions, ids, strict=True):
            row = rows.get(unique)
            outcome, reason = self._end(stored, row, reviews)
            yield AuditedFrame(stored, unique, outcome, reason, row)

    def _end(
        self, stored: StoredVersion, row: Row | None, reviews: dict[str, Row]
    ) -> tuple[str, str | None]:
        if row is None:
            return self._without_row(stored)
        if follows_review(row):
            return of_review(reviews.get(row["review_id"]))
        return of_row(row)

    def _without_row(self, stored: StoredVersion) -> tuple[str, str]:
        if stored.version_id == "null":
            return "unaccounted", "stored before the bucket was versioned"
        if self.clock() - stored.stored_at < self.grace:
            return "in_flight", "its event is on the way"
        return "unaccounted", "no row in the ledger"


def follows_review(row: Row) -> bool:
    """Tell whether a frame joined an incident, so that its end is its review's."""
    return row.get("status") == "joined" and bool(row.get("review_id"))


def of_review(review: Row | None) -> tuple[str, str | None]:
    """Read the end of a joined frame from its review."""
    if review is None:
        return "unaccounted", "its review is gone"
    outcome = review.get("outcome")
    if outcome in OUTCOMES:
        return outcome, review.get("outcome_reason")
    return "in_flight", "its review is " + ("open" if review["status"] == "pending" else "ending")


def of_row(row: Row) -> tuple[str, str | None]:
    """Read a frame's end from its own row."""
    if row.get("outcome") in OUTCOMES:
        return row["outcome"], row.get("reason")
    waiting = "waiting for a decision" if row.get("review_id") else row.get("status", "running")
    return "in_flight", waiting
