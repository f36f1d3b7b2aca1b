"""Find frames in the ledger by their key, channel, review or time; nothing here changes a row."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any, Final

from framewarden.aws.batches import rows_by
from framewarden.aws.clients import client, store
from framewarden.aws.dynamo import Row, typed, untyped
from framewarden.aws.latest import BY_CHANNEL
from framewarden.aws.ledger import UNSCREENED
from framewarden.domain.times import iso, parse

MOST_DAYS: Final = 14
"""Days that one search by time looks through, a query each; a page says how far it came."""

READ_OF_REVIEW: Final = 800
"""Rows of a channel that one page of a review looks through: of 1 KB each, DynamoDB gives 1 MB."""

# As text it comes after every moment of its day.
DAY_OVER: Final = "23:59:60Z"
_MARK = re.compile(
    r"(?P<put_at>\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d{1,6})?Z)@(?P<frame_id>[0-9a-f]{64})",
    re.ASCII,
)


@dataclass(frozen=True)
class FramePage:
    """Some rows, the newest put first; `after` is where the next ones begin, None at the end."""

    rows: list[Row]
    after: str | None


@dataclass(frozen=True)
class Span:
    """From when to when something was put, both included."""

    start: datetime
    end: datetime


class FrameSearch:
    """The Frames table as those see it who only look."""

    def __init__(self, table: str) -> None:
        self.table = table

    def many(self, frame_ids: Iterable[str]) -> dict[str, Row]:
        """Return the rows of at most 100 frames, by id; an id without a row is left out. One call.

        Raises
        ------
        StoreThrottledError
            DynamoDB would not give all of them.
        """
        return rows_by(self.table, "frame_id", frame_ids)

    def get(self, frame_id: str) -> Row | None:
        """Return a frame's row."""
        return self.many([frame_id]).get(frame_id)

    def of_key(self, key: str, limit: int, after: str | None = None) -> FramePage:
        """Return every version of an object; two calls."""
        return self._whole(self._query("by_key", {"key": key}, None, limit, after))

    def of_channel(
        self, channel_arn: str, limit: int, when: Span | None = None, after: str | None = None
    ) -> FramePage:
        """Return a channel's frames; one call."""
        return self._query(BY_CHANNEL, {"channel_arn": channel_arn}, when, limit, after)

    def of_review(self, review: Row, limit: int, after: str | None = None) -> FramePage:
        """Return the frames of a review: the one that opened it, and those that joined.

        A review is of one channel and a few minutes, or of one still. A page may hold fewer than
        `limit`, even none, and go on: the index has every frame of those minutes.
        """
        if not review.get("channel_arn"):
            row = self.get(review["frame"]["frame_id"])
            return FramePage([row] if row else [], None)
        seen = [one["at"] for one in review.get("samples") or ()]
        first = min(map(parse, (*seen, review["opened_at"])))
        last = parse(review.get("last_seen_at") or review["opened_at"])
        # Rows are stamped by S3 and reviews by us: the clocks may differ by a little.
        when = Span(first - timedelta(minutes=1), last + timedelta(minutes=1))
        channel = {"channel_arn": review["channel_arn"]}
        found = self._query(BY_CHANNEL, channel, when, READ_OF_REVIEW, after, review["review_id"])
        if len(found.rows) <= limit:
            return found
        return FramePage(found.rows[:limit], _mark(found.rows[limit - 1]))

    def of_time(self, when: Span, limit: int, after: str | None = None) -> FramePage:
        """Return the frames of a span, day by day; a call for each day that is looked at, and one.

        Where the page is not full, `after` leads on from the day that it came to.
        """
        day = came_to(after) if after else when.end.date()
        rows: list[Row] = []
        for _ in range(MOST_DAYS):
            found = self._query("by_day", {"day": f"{day}"}, when, limit - len(rows), after)
            rows += found.rows
            if found.after or day <= when.start.date():
                return self._whole(FramePage(rows, found.after))
            day, after = day - timedelta(days=1), None
            if len(rows) >= limit:
                break
        # After every frame of the day that was not looked at: the next page begins with it.
        beginning = f"{day}T{DAY_OVER}@{'f' * 64}"
        return self._whole(FramePage(rows, beginning))

    def unscreened(self, limit: int, after: str | None = None) -> FramePage:
        """Return frames that nobody has looked at; two calls."""
        found = self._query("unscreened", {"unscreened": UNSCREENED}, None, limit, after)
        return self._whole(found)

    def _query(
        self,
        index: str,
        key: Row,
        when: Span | None,
        limit: int,
        after: str | None,
        review: str | None = None,
    ) -> FramePage:
        """Read a page of an index.

        Raises
        ------
        ValueError
            `after` is none of ours.
        """
        [(name, value)] = key.items()
        condition, values = "#hash = :hash", {":hash": value}
        if when:
            condition += " AND put_at BETWEEN :start AND :end"
            values |= {":start": iso(when.start), ":end": iso(when.end)}
        asked: dict[str, Any] = {
            "TableName": self.table,
            "IndexName": index,
            "KeyConditionExpression": condition,
            "ExpressionAttributeNames": {"#hash": name},
            "ScanIndexForward": False,
            "Limit": limit,
        }
        if review:
            asked["FilterExpression"] = "review_id = :review"
            values[":review"] = review
        if after:
            asked["ExclusiveStartKey"] = typed({**key, **_start(after, when)})
        with store():
            answer = client("dynamodb").query(**asked, ExpressionAttributeValues=typed(values))
        last = untyped(answer.get("LastEvaluatedKey") or {})
        rows = [untyped(item) for item in answer["Items"]]
        return FramePage(rows, _mark(last) if last else None)

    def _whole(self, found: FramePage) -> FramePage:
        """Fill in the rows of an index that holds keys only, in its order."""
        rows = self.many(row["frame_id"] for row in found.rows)
        kept = [rows[row["frame_id"]] for row in found.rows if row["frame_id"] in rows]
        return FramePage(kept, found.after)


def came_to(after: str) -> date:
    """Return the day that a page's end lies on.

    Raises
    ------
    ValueError
        It is none of ours.
    """
    return date.fromisoformat(_start(after)["put_at"][:10])


def _mark(row: Row) -> str:
    return f"{row['put_at']}@{row['frame_id']}"


def _start(after: str, when: Span | None = None) -> Row:
    """Read where a page begins.

    Raises
    ------
    ValueError
        It is none of ours, or not within the span: DynamoDB would refuse it.
    """
    mark = _MARK.fullmatch(after)
    if mark is None or (when and not iso(when.start) <= mark["put_at"] <= iso(when.end)):
        raise ValueError("this is no place in the ledger")
    return mark.groupdict()
