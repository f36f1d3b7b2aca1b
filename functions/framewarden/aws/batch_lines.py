"""Keep what is known of each image of a batch: who asks about it, until when, and the answer.

An image has one item, whichever lines name it. Its claim lapses, so that a worker that was killed
holds nobody up; its answer stays, so that nobody pays for it twice.
"""

import gzip
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from botocore.exceptions import ClientError

from framewarden.aws.batch_puts import ABSENT, MOST, Sleep, patiently, put_each
from framewarden.aws.clients import client, store
from framewarden.aws.dynamo import Row, condition_failed, typed, untyped

ITEM: Final = "answer"
LIFE: Final = 60 * 24 * 3600
"""Seconds that an answer is kept for: longer than anybody waits before a batch is resumed."""
NAMES: Final = {"#by": "by", "#until": "until"}
OURS: Final = "#by = :by AND attribute_exists(#until)"


@dataclass(frozen=True, slots=True)
class Kept:
    """What is known of an image: `at` is the position of the line that it was asked about for.

    `text` is the answer as JSON, or `code` and `message` say why there is none. Until then `until`
    is when the claim of `by` lapses, in seconds of the epoch.
    """

    at: str
    by: str = ""
    until: float | None = None
    text: str | None = None
    code: str | None = None
    message: str = ""


class BatchLines:
    """The images of one batch, as one worker claims them; images are keyed by their digest."""

    def __init__(self, table: str, batch_id: str, by: str, sleep: Sleep = time.sleep) -> None:
        self.table, self.batch_id, self.by = table, batch_id, by
        self._sleep = sleep
        self._us = {"ExpressionAttributeValues": {":by": {"S": by}}}

    def claim(self, wanted: Mapping[str, str], until: float, now: float) -> dict[str, Kept]:
        """Claim the images that nobody asks about or has an answer of, for lines at positions.

        Return what there is of the others. At most 25 at once.

        Raises
        ------
        StoreConflictError, StoreThrottledError
            Some may be claimed; try again.
        """
        free = {
            "ConditionExpression": "attribute_not_exists(#batch) OR #until < :now",
            "ExpressionAttributeNames": {"#batch": "batch", "#until": "until"},
            "ExpressionAttributeValues": {":now": _number(now)},
        }
        items = {image: self._claimed(image, at, until) for image, at in wanted.items()}
        there = put_each(self.table, items, free, self._sleep)
        found = {image: _kept(item) for image, item in there.items()}
        # Where the answer to our claim was lost, what is in our way is that claim.
        return {
            image: kept for image, kept in found.items() if kept.by != self.by or kept.until is None
        }

    def extend(self, image: str, at: str, until: float) -> bool:
        """Let an own claim last longer; False where it lapsed and somebody else has it."""
        return self._put(self._claimed(image, at, until), OURS, NAMES)

    def answer(self, image: str, kept: Kept, now: float) -> bool:
        """Keep what became of an image that we claimed; False where somebody else has it by now.

        It is tried again and again, for it was paid for.
        """
        item = self._item(image, kept.at) | _life(now)
        if kept.text is not None:
            item["answer"] = {"B": gzip.compress(kept.text.encode(), 1, mtime=0)}
        else:
            item |= {"code": {"S": kept.code}, "message": {"S": kept.message}}
        return patiently(lambda: self._put(item, "#by = :by", {"#by": "by"}), self._sleep)

    def release(self, wanted: Mapping[str, str]) -> None:
        """Give claims up before they lapse; those that somebody else has by now are left alone."""
        ours = {"ConditionExpression": OURS, "ExpressionAttributeNames": NAMES} | self._us
        items = {image: self._claimed(image, at, 0.0) for image, at in wanted.items()}
        put_each(self.table, items, ours, self._sleep)

    def mark(self, wanted: Mapping[str, str], now: float) -> dict[str, Kept]:
        """Note which line named an image first, where the lines bring their answers along.

        Return what there is of those that were named before.
        """
        items = {image: self._item(image, at) | _life(now) for image, at in wanted.items()}
        there = put_each(self.table, items, ABSENT, self._sleep)
        return {image: _kept(item) for image, item in there.items()}

    def flag(self, rows: Sequence[Row]) -> None:
        """Write flagged images, each once: what people said of one is never overwritten."""
        for first in range(0, len(rows), MOST):
            some = enumerate(rows[first : first + MOST])
            put_each(self.table, {str(at): typed(row) for at, row in some}, ABSENT, self._sleep)

    def _item(self, image: str, at: str) -> Row:
        return {
            "batch": {"S": f"{self.batch_id}#{image}"},
            "item": {"S": ITEM},
            "at": {"S": at},
            "by": {"S": self.by},
        }

    def _claimed(self, image: str, at: str, until: float) -> Row:
        return self._item(image, at) | _life(until) | {"until": _number(until)}

    def _put(self, item: Row, condition: str, names: Mapping[str, str]) -> bool:
        try:
            with store():
                client("dynamodb").put_item(
                    TableName=self.table,
                    Item=item,
                    ConditionExpression=condition,
                    ExpressionAttributeNames=names,
                    **self._us,
                )
        except ClientError as failure:
            if condition_failed(failure):
                return False
            raise
        return True


def _number(value: float) -> Row:
    return {"N": f"{value:.3f}"}


def _life(now: float) -> Row:
    return {"expires_at": {"N": str(int(now) + LIFE)}}


def _kept(item: Row) -> Kept:
    row = untyped(item)
    packed = row.get("answer")
    return Kept(
        at=str(row.get("at", "")),
        by=str(row.get("by", "")),
        until=float(row["until"]) if "until" in row else None,
        text=gzip.decompress(bytes(packed)).decode() if packed else None,
        code=row.get("code"),
        message=str(row.get("message", "")),
    )
