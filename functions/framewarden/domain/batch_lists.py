"""Name a list of a batch: the images that one rule flagged, which people are asked about once."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final
from urllib.parse import unquote

Row = Mapping[str, Any]

SOURCE: Final = "batch"
"""Where a row of the ledger says that it is of no frame, but of a list."""

RUN: Final = re.compile(r"(?P<batch>[0-9a-f]{20})(?:-(?P<attempt>[2-9]|[1-9]\d{1,5}))?", re.ASCII)
"""The name of an execution of a batch: its id, and from the second attempt on its number."""
SHORT: Final = 8  # digits of a batch's id, where a person reads it
_CHANNEL: Final = re.compile(r"batches/(?P<batch>[0-9a-f]{20})/(?P<images>\d+)/(?P<rule>.*)", re.S)
_KEY: Final = re.compile(r"batches/(?P<batch>[0-9a-f]{20})/rules/(?P<rule>.+)\.jsonl", re.DOTALL)


@dataclass(frozen=True)
class FlaggedList:
    """A list; `images` is None where only its file is known."""

    batch_id: str
    rule: str
    images: int | None = None

    @property
    def short(self) -> str:
        """Return as much of the batch's id as a person needs."""
        return self.batch_id[:SHORT]

    @property
    def words(self) -> str:
        """Return what a person calls it."""
        if self.images is None:
            return f"a list of batch {self.short}"
        return f"{self.images:,} {'image' if self.images == 1 else 'images'} of batch {self.short}"


def read_run(name: str) -> tuple[str, int] | None:
    """Return batch and attempt of an execution; None where we gave it no name."""
    ours = RUN.fullmatch(name)
    return (ours["batch"], int(ours["attempt"] or 1)) if ours else None


def channel_of(batch: Row) -> str:
    """Return where a list's review is told to be, as a frame's is told to be of its channel.

    The index of open reviews has room for no further attribute, so whatever a card needs to know
    of a list is in this one.
    """
    return f"batches/{batch['batch_id']}/{batch['images']}/{batch['rule']}"


def of_review(review: Row) -> FlaggedList | None:
    """Return the list that a review asks about; None of others. An index's row tells it too."""
    whole = review.get("batch")
    if whole:
        return FlaggedList(str(whole["batch_id"]), str(whole["rule"]), int(whole["images"]))
    if review.get("channel_arn"):
        return None
    read = _CHANNEL.fullmatch(str(review.get("channel") or ""))
    return FlaggedList(read["batch"], read["rule"], int(read["images"])) if read else None


def of_frame(row: Row) -> FlaggedList | None:
    """Return the list that a row of the ledger, or a `$.frame`, stands for; None of a frame."""
    read = _KEY.fullmatch(str(row.get("key") or "")) if row.get("source") == SOURCE else None
    return FlaggedList(read["batch"], unquote(read["rule"])) if read else None
