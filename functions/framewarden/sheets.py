"""Make the blurred sheet of a screen of images once: the next look finds it made."""

import json
from base64 import b64decode, b64encode
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from hashlib import sha256

from framewarden import settings
from framewarden.aws import batch_files
from framewarden.aws.batch_images import BatchImages, name_of
from framewarden.aws.dynamo import Row
from framewarden.aws.pictures import Pictures
from framewarden.blurring import Blurred, blur
from framewarden.domain import batches
from framewarden.domain.batch_sources import UPLOADED, read_sources
from framewarden.domain.errors import StoreConflictError, StoreThrottledError
from framewarden.domain.pictures import UnreadableError
from framewarden.observability import logger
from framewarden.sheet_drawing import CELLS, Cell, drawn

# Pictures that are read at once: each may have 15 MB.
AT_ONCE = 8
# Seconds. What is not drawn by then is drawn at the next look: the function ends after 15.
PATIENCE = 9.0
OUT_OF_TIME = "OutOfTime"
PASSING = frozenset({OUT_OF_TIME, StoreThrottledError.__name__, StoreConflictError.__name__})
# Changes with what a sheet looks like, so that those of another release are not shown.
RELEASE = "1"


class OtherImagesError(Exception):
    """The list has changed: the cells of this sheet would be of others than the page names."""


@dataclass(frozen=True)
class Sheet:
    """A drawing; `whole` where another try would draw no more."""

    svg: str
    whole: bool = True


def version_of(names: Iterable[str]) -> str:
    """Name the sheet of some images in their order."""
    return sha256("|".join((RELEASE, *names)).encode()).hexdigest()[:32]


def may_show(row: Row, frames_bucket: str, batch_sources: str) -> bool:
    """Tell whether an image lies where a batch may take images from."""
    if row["bucket"] == frames_bucket:
        return str(row["key"]).startswith(UPLOADED)
    return row["bucket"] in read_sources(batch_sources)


class Sheets:
    """The sheets of a deployed stack; `clock` counts seconds."""

    def __init__(self, own: settings.PicturePage, clock: Callable[[], float]) -> None:
        self._own, self._clock = own, clock
        self._images = BatchImages(own.batches_table)

    def get(self, batch_id: str, rule: str, first: str, version: str) -> Sheet | None:
        """Return the sheet of the images from one on; None where the list has none there.

        Raises
        ------
        OtherImagesError
            It would be another one than `version` names.
        """
        if version and (kept := self._kept(batch_id, version)):
            return kept
        rows = self._images.page(batch_id, rule, first, CELLS)
        if not rows:
            return None
        now = version_of(map(name_of, rows))
        if version and version != now:
            raise OtherImagesError(version)
        return (not version and self._kept(batch_id, now)) or self._made(batch_id, now, rows)

    def _kept(self, batch_id: str, version: str) -> Sheet | None:
        found = batch_files.read(self._own.batches_bucket, _place(batch_id, f"{version}.svg"))
        return Sheet(found.decode()) if found else None

    def _made(self, batch_id: str, version: str, rows: Sequence[Row]) -> Sheet:
        """Draw as much as there is time for, upon what was drawn before, and keep it."""
        bucket, begun = self._own.batches_bucket, _place(batch_id, f"{version}.json")
        cells = _read(batch_files.read(bucket, begun))
        end = self._clock() + PATIENCE
        whole = True
        for start in range(0, len(rows), AT_ONCE):
            near = enumerate(rows[start:][:AT_ONCE], start)
            some = {at: row for at, row in near if at not in cells}
            late = self._clock() >= end
            failed = UnreadableError(OUT_OF_TIME) if late else None
            read = [failed] * len(some) if failed else self._read_each(list(some.values()))
            for at, picture in zip(some, read, strict=True):
                cell, error = _blurred(picture)
                if error:
                    logger.warning(
                        "picture not shown", extra={"batch_id": batch_id, "error": error}
                    )
                if error in PASSING:
                    whole = False
                else:
                    cells[at] = cell
        svg = drawn(cells, len(rows))
        if whole:
            batch_files.put(
                bucket, _place(batch_id, f"{version}.svg"), svg.encode(), "image/svg+xml"
            )
        else:
            batch_files.put(bucket, begun, _written(cells))
        return Sheet(svg, whole)

    def _read_each(self, rows: Sequence[Row]) -> list[bytes | UnreadableError]:
        """Read some pictures at once, each from its bucket."""
        found: dict[int, bytes | UnreadableError] = {}
        by_bucket: dict[str, list[int]] = {}
        for at, row in enumerate(rows):
            if may_show(row, self._own.frames_bucket, self._own.batch_sources):
                by_bucket.setdefault(row["bucket"], []).append(at)
            else:
                found[at] = UnreadableError("NotAllowed")
        for bucket, places in by_bucket.items():
            read = Pictures(bucket).read_each([rows[at] for at in places])
            found |= dict(zip(places, read, strict=True))
        return [found[at] for at in range(len(rows))]


def _place(batch_id: str, name: str) -> str:
    return batches.place(batch_id, f"sheets/{name}")


def _blurred(read: bytes | UnreadableError) -> tuple[Cell, str]:
    """Blur one picture of several, or say why it has none; one that fails leaves the others."""
    if isinstance(read, bytes):
        try:
            return blur(read), ""
        except UnreadableError as failure:
            read = failure
    return None, str(read)


def _written(cells: Mapping[int, Cell]) -> bytes:
    kept = {
        at: cell and asdict(cell) | {"jpeg": b64encode(cell.jpeg).decode()}
        for at, cell in cells.items()
    }
    return json.dumps(kept).encode()


def _read(kept: bytes | None) -> dict[int, Cell]:
    return {
        int(at): cell and Blurred(b64decode(cell["jpeg"]), cell["width"], cell["height"])
        for at, cell in json.loads(kept or b"{}").items()
    }
