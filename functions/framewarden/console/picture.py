"""Show the frames of a review blurred: the one under review, those around it, and a strip."""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Protocol

from framewarden.blurring import Blurred, blur
from framewarden.console import drawing
from framewarden.console.answer import Answer
from framewarden.console.problems import Problem, RefusedError
from framewarden.console.request import Request
from framewarden.console.site import Routes, looks
from framewarden.console.visitors import Visitors
from framewarden.domain.pictures import UnreadableError, spread
from framewarden.domain.roles import LOOK
from framewarden.domain.times import parse
from framewarden.observability import logger

Row = Mapping[str, Any]

FRAME_ID = re.compile(r"[0-9a-f]{64}")
TILES = 6
# What is opened for itself may run and load nothing either.
POLICY = "default-src 'none'; img-src data:; frame-ancestors 'none'; base-uri 'none'; sandbox"
# A version of a frame never changes, and what is left of it shows nobody to anybody: a browser may
# keep it, and a queue of fifty cards reads no frame twice. While an incident is open, more join.
KEPT, KEPT_BRIEFLY = "private, max-age=3600", "private, max-age=300"


class Reader(Protocol):
    """Reads frames from the one bucket that holds them."""

    bucket: str

    def read(self, place: Row) -> bytes:
        """Return a frame's bytes, or raise why they cannot be had."""

    def read_each(self, places: Sequence[Row]) -> list[bytes | UnreadableError]:
        """Return the bytes of several, or why they cannot be had."""


@dataclass(frozen=True)
class PictureDesk:
    """The blurred pictures of reviews, on top of what reaches outside."""

    visitors: Visitors
    find: Callable[[str], Row | None]
    frame: Callable[[str], Row | None]
    reader: Reader

    def blurred(self, request: Request, review_id: str) -> Answer:
        """Answer GET: the frame under review, or another one of the same channel."""
        review = self._review(request, review_id)
        frame = self._frame(review, request.query.get("frame", ""))
        try:
            picture = blur(self.reader.read(frame))
        except UnreadableError as failure:
            _log(review_id, failure)
            return _answer(drawing.single(None, None), None)
        at = _moment(frame["put_at"]) if frame.get("put_at") else None
        return _answer(drawing.single(picture, at), KEPT)

    def strip(self, request: Request, review_id: str) -> Answer:
        """Answer GET: frames of the incident from its first to its last, side by side."""
        review = self._review(request, review_id)
        samples = spread(review["samples"], TILES)
        read = self.reader.read_each(samples)
        tiles = [
            drawing.Tile(_moment(sample["at"]), _picture(review_id, one))
            for sample, one in zip(samples, read, strict=True)
        ]
        cached = KEPT_BRIEFLY if review["status"] == "pending" else KEPT
        whole = all(tile.picture for tile in tiles)
        return _answer(drawing.strip(tiles, review["frames"]), cached if whole else None)

    def _review(self, request: Request, review_id: str) -> Row:
        """Return a review of which the visitor may see something."""
        self.visitors.of_review(request, review_id).authority.require(LOOK)
        row = self.find(review_id)
        if row is None:
            raise RefusedError(Problem.NO_REVIEW)
        if row["frame"]["bucket"] != self.reader.bucket:
            raise RefusedError(Problem.NO_PICTURE)
        return row

    def _frame(self, review: Row, wanted: str) -> Row:
        """Return the frame of an id, where it is the review's own or of the review's channel."""
        own: Row = review["frame"]
        if wanted in ("", own["frame_id"]):
            return own
        found = self.frame(wanted) if FRAME_ID.fullmatch(wanted) else None
        # Stills belong to no channel, and have no neighbours.
        channel = review.get("channel_arn")
        if not found or not channel or found.get("channel_arn") != channel:
            raise RefusedError(Problem.NO_PICTURE)
        if found["bucket"] != self.reader.bucket:
            raise RefusedError(Problem.NO_PICTURE)
        return found


def _picture(review_id: str, read: bytes | UnreadableError) -> Blurred | None:
    """Blur one frame of several; one that fails leaves the others."""
    if isinstance(read, bytes):
        try:
            return blur(read)
        except UnreadableError as failure:
            read = failure
    _log(review_id, read)
    return None


def _log(review_id: str, failure: UnreadableError) -> None:
    logger.warning("picture not shown", extra={"review_id": review_id, "error": str(failure)})


def _moment(text: str) -> datetime:
    return parse(text).astimezone(UTC)


def _answer(drawn: str, cached: str | None) -> Answer:
    headers = {"Content-Security-Policy": POLICY}
    headers |= {"Cache-Control": cached} if cached else {}
    return Answer(200, drawn, drawing.KIND, headers)


def routes(desk: Callable[[], PictureDesk]) -> Routes:
    """Return the routes of pictures; the desk is made when the first one is asked for."""
    return {
        "/reviews/<review_id>/strip": looks(lambda request, **of: desk().strip(request, **of)),
        "/reviews/<review_id>/blurred": looks(lambda request, **of: desk().blurred(request, **of)),
    }
