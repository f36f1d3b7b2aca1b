"""Turn the rows of batches into the lines of their list."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any

from framewarden.console.batch_words import (
    Progress,
    cost_of,
    dollars,
    engine_words,
    images_of,
    is_over,
    progress_of,
    status_words,
    told,
)
from framewarden.console.card import clipped
from framewarden.console.moments import Moment, moment
from framewarden.console.outcome_words import Status
from framewarden.domain import batches
from framewarden.domain.times import parse

if TYPE_CHECKING:
    from framewarden.batchwork import Listed

Row = Mapping[str, Any]

LONGEST = 60
SHORT = 30


@dataclass(frozen=True)
class Line:
    """One batch; flagged images and errors are empty texts while nobody has counted them."""

    batch_id: str
    name: str
    source: str
    address: str
    status: str
    status_words: Status
    engine: str
    progress: Progress
    images: str
    flagged: str
    errors: str
    cost: str
    by: str
    via: str
    moment: Moment


@dataclass(frozen=True)
class ListView:
    """Everything that the list shows; `live` tells whether any of it may change by itself."""

    lines: tuple[Line, ...]
    here: str
    older: str | None
    newest: str | None
    lost: bool
    live: bool
    looked_at: Moment


def view_of(listed: "Listed", after: str, now: datetime) -> ListView:
    """Word a page of the list that begins after a place, at its beginning if that is empty."""
    lines = tuple(_line(row, now) for row in listed.rows)
    first = listed.lost or not after
    return ListView(
        lines=lines,
        here=_page(None if first else after),
        older=_page(listed.after) if listed.after else None,
        newest=None if first else _page(None),
        lost=listed.lost,
        live=not all(map(is_over, listed.rows)),
        looked_at=moment(now, now),
    )


def name_of(row: Row) -> str:
    """Return what a batch is called: by whoever started it, or else by its source."""
    key = str(row["source"]["key"]).rstrip("/")
    return str(row.get("name") or key.rpartition("/")[2] or row["source"]["bucket"])


def source_of(row: Row) -> str:
    """Return where a batch's images are listed or lie."""
    return f"s3://{row['source']['bucket']}/{row['source']['key']}"


def _line(row: Row, now: datetime) -> Line:
    return Line(
        batch_id=str(row["batch"]),
        name=clipped(name_of(row), LONGEST),
        source=source_of(row),
        address=f"batches/{row['batch']}",
        status=str(row["status"]),
        status_words=status_words(row),
        engine="" if row["engine"] == batches.FRAMEWARDEN else engine_words(row),
        progress=progress_of(row),
        images=f"{images_of(row):,}",
        flagged=_number(told(row, "flagged")),
        errors=_number(told(row, "invalid")),
        cost=dollars(cost_of(row)),
        by=clipped(row.get("by") or "", SHORT),
        via=str(row["via"]),
        moment=moment(parse(row["started_at"]), now),
    )


def _number(amount: int | None) -> str:
    return "" if amount is None else f"{amount:,}"


def _page(after: str | None) -> str:
    # A place holds nothing that an address would have to quote.
    return f"batches?after={after}" if after else "batches"
