"""Show the frames of a channel just before and just after the one under review, blurred."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any, Protocol

from framewarden.console import pages
from framewarden.console.answer import Answer
from framewarden.console.ending import outcome_of
from framewarden.console.moments import Moment, moment, span
from framewarden.domain.times import parse

if TYPE_CHECKING:
    from framewarden.console.opened import Opened

Row = Mapping[str, Any]


class Neighbours(Protocol):
    """Finds the frames around one."""

    def around(self, row: Row) -> tuple[Row, Sequence[Row], Sequence[Row]] | None:
        """Return the frame under review, those before it and those after it."""


@dataclass(frozen=True)
class Neighbour:
    """One frame, by its distance in time from the one under review."""

    picture: str
    at: Moment
    distance: str
    own: bool
    severity: str
    outcome: str


def page(opened: "Opened", work: Neighbours) -> Answer:
    """Return the page of a frame's neighbours; the case's page takes its list from it."""
    found = work.around(opened.row)
    shown: tuple[Neighbour, ...] = ()
    if found:
        frame, before, after = found
        shown = tuple(_neighbour(opened, row, frame) for row in (*before, frame, *after))
    body = pages.render(
        "around.html",
        opened.request.root,
        visitor=opened.who.visitor(opened.now),
        here=f"{opened.here}/around",
        address=opened.address,
        channel=str(opened.row["channel"]),
        stream=bool(opened.row.get("channel_arn")),
        frames=shown,
    )
    return Answer(200, body)


def _neighbour(opened: "Opened", row: Row, frame: Row) -> Neighbour:
    own = row["frame_id"] == frame["frame_id"]
    return Neighbour(
        picture=opened.blurred() if own else opened.blurred(str(row["frame_id"])),
        at=moment(parse(row["put_at"]), opened.now),
        distance="under review" if own else _distance(parse(row["put_at"]), parse(frame["put_at"])),
        own=own,
        # What nobody judged has none, and is not to be taken for a clean one; that of the frame
        # under review comes to the ledger when the review has ended.
        severity=str((opened.row if own else row).get("severity") or "not judged"),
        outcome=_outcome(row),
    )


def _distance(at: datetime, frame: datetime) -> str:
    seconds = round((at - frame).total_seconds())
    if seconds == 0:
        return "the same second"
    return f"{span(abs(seconds))} {'before' if seconds < 0 else 'after'}"


def _outcome(row: Row) -> str:
    if row.get("status") == "joined":
        return "joined a review"
    if row.get("review_id") and not row.get("outcome"):
        return "waits for people"
    return outcome_of({**row, "outcome_reason": row.get("reason")}) or "on its way"
