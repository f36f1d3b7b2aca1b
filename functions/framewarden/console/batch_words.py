"""Say in a few words how a batch stands: its status, how far it is, and what it cost."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from framewarden.console.outcome_words import Status
from framewarden.domain import batches, prices

Row = Mapping[str, Any]

STATUSES = {
    batches.STARTING: Status("starting", "▸"),
    batches.RUNNING: Status("running", "▸"),
    batches.CANCELLING: Status("being cancelled", "▸"),
    batches.DONE: Status("done", "✓"),
    batches.PAUSED: Status("paused", "‖"),
    batches.CANCELLED: Status("cancelled", "■"),
    batches.FAILED: Status("failed", "✕"),
}
ENGINES = {batches.FRAMEWARDEN: "framewarden", batches.BULK: "Rekognition's bulk job"}
VIA = {"desk": "at the desk", "cli": "with the command line", "event": "below batches/"}
CODES = {
    "INVALID_JSON_LINE": "the line is no JSON object",
    "MISSING_SOURCE_REF": "the line has no “source-ref”",
    "INVALID_SOURCE_REF": "the “source-ref” is no s3://bucket/key",
    "LINE_TOO_LONG": "the line is longer than 64 KB",
    "BUCKET_NOT_ALLOWED": "the bucket is none that batches may read",
    "INVALID_S3_OBJECT": "the object is missing, of another region, or may not be read",
    "INVALID_IMAGE_FORMAT": "no JPEG or PNG that can be analyzed",
    "IMAGE_TOO_LARGE": "larger than 15 MB, or than 10,000 pixels on a side",
    "INVALID_PARAMETER": "Rekognition would not take the call",
    "INTERNAL_SERVER_ERROR": "Rekognition failed inside",
    "DUPLICATE_SOURCE_REF": "an image that an earlier line had named; analyzed once",
}
CENT = 0.01


@dataclass(frozen=True)
class Progress:
    """How far a batch is, in per cent where that is known; `words` say it in full."""

    share: int | None
    words: str


def status_words(row: Row) -> Status:
    """Say how a batch stands; a status that is not foreseen here by its own name."""
    return STATUSES.get(row["status"]) or Status(str(row["status"]), "?")


def engine_words(row: Row) -> str:
    """Say who analyzes a batch."""
    return ENGINES.get(row["engine"]) or str(row["engine"])


def images_of(row: Row) -> int:
    """Return how many images were answered about; a bulk job's are told at its end only."""
    return max(int(row.get("analyzed") or 0), int((row.get("counts") or {}).get("images", 0)))


def cost_of(row: Row) -> float:
    """Return what Rekognition asks for them by list price, in dollars."""
    return prices.rekognition(images_of(row))


def is_over(row: Row) -> bool:
    """Tell whether nothing more comes: one that stopped still has its results put together."""
    return row["status"] not in batches.LIVE and bool(row.get("ended_at"))


def told(row: Row, name: str) -> int | None:
    """Return how many lines or images are of a kind; None before any range has told.

    The whole is counted at the end; until then ranges tell of themselves as they get done.
    """
    counts = row.get("counts")
    if counts:
        return int(counts[name])
    ranges = row.get(f"{name}_done")
    return None if ranges is None else int(ranges)


def progress_of(row: Row) -> Progress:
    """Say how far a batch is: in lines where somebody counted them, or else in ranges."""
    images, lines = images_of(row), int(row.get("lines") or 0)
    others = (told(row, "invalid") or 0) + (told(row, "repeated") or 0)
    if row["status"] == batches.DONE:
        return Progress(
            100, number((told(row, "valid") or 0) + (told(row, "invalid") or 0), "line")
        )
    ended, planned = int(row.get("shards_done") or 0), int(row.get("shards") or 0)
    if lines:
        read = images + others
        return Progress(_share(read, lines), f"{read:,} of {number(lines, 'line')}")
    if planned:
        return Progress(_share(ended, planned), f"{ended:,} of {number(planned, 'range')}")
    return Progress(None, "nothing was read" if is_over(row) else "not planned yet")


def _share(done: int, of: int) -> int:
    """Return how much is done; a hundred is only what has ended."""
    return min(99, 100 * done // of)


def number(amount: int, of: str) -> str:
    """Say how many there are of something."""
    return f"{amount:,} {of}" if amount == 1 else f"{amount:,} {of}s"


def dollars(amount: float) -> str:
    """Write a price: cents, and of less than ten the tenth of one, which an image costs."""
    if 0 < amount < 10 * CENT:
        return f"${amount:.3f}"
    return f"${amount:,.2f}"
