"""Take one picture every so many seconds from a video or a folder of images, as JPEG."""

import math
import re
from collections.abc import Iterator
from dataclasses import dataclass
from io import BytesIO
from itertools import chain
from pathlib import Path
from typing import Any

import av
from PIL import Image, ImageOps

from local.errors import OperatorError

# Midway between two seconds of a 24 fps film, where the samples' scores were measured.
OFFSET_SECONDS = 0.46
# At quality 86 with 4:2:2 chroma the clip scores as samples/README.md lists it: the model follows
# the encoder's noise closely, so another setting moves a face by ten percentage points.
FILM = {"format": "JPEG", "quality": 86, "subsampling": "4:2:2"}
# A still that is no JPEG yet loses next to nothing.
STILL = {"format": "JPEG", "quality": 95, "subsampling": "4:4:4"}
JPEG_MAGIC = b"\xff\xd8\xff"
IMAGE_SUFFIXES = {".jpg", ".jpeg", ".png", ".webp", ".bmp", ".gif", ".tif", ".tiff"}


class PictureError(OperatorError):
    """The source cannot be played."""


@dataclass(frozen=True)
class Frame:
    """One picture of a source: its number from 0, its time in seconds of the source, its bytes."""

    number: int
    seconds: float
    jpeg: bytes


def frames(path: Path, interval: float, offset: float = OFFSET_SECONDS) -> Iterator[Frame]:
    """Return the pictures of a video at `n * interval + offset` seconds, or those of a folder.

    The first picture is read before this returns, so that a bad source is known at once; of the
    others there is one in memory at a time, and none on disk.

    Raises
    ------
    PictureError
        There is nothing to play, or it breaks on the way.
    """
    if not (math.isfinite(interval) and interval > 0):
        raise PictureError(f"An interval of {interval:g} s is no pace.", "Give seconds above 0.")
    if not path.exists():
        raise PictureError(f"{path} does not exist.")
    pictures = _of_folder(path, interval) if path.is_dir() else _of_video(path, interval, offset)
    first = next(pictures, None)
    if first is None:
        wanted = f"images ({', '.join(sorted(IMAGE_SUFFIXES))})" if path.is_dir() else "pictures"
        raise PictureError(f"{path} holds no {wanted}.")
    return chain((first,), pictures)


def still(path: Path, size: tuple[int, int] | None = None) -> bytes:
    """Return an image file as JPEG; with `size` (pixels), as a stream of that size would show it.

    Raises
    ------
    PictureError
        It is not an image that can be decoded.
    """
    try:
        with Image.open(path) as image:
            upright = ImageOps.exif_transpose(image).convert("RGB")
        return _encoded(upright.resize(size) if size else upright, STILL)
    except (OSError, ValueError, SyntaxError, Image.DecompressionBombError) as failure:
        raise PictureError(f"{path} is not an image that can be read ({failure}).") from failure


def size_of(jpeg: bytes) -> tuple[int, int]:
    """Return width and height in pixels."""
    with Image.open(BytesIO(jpeg)) as image:
        return image.size


def _of_folder(folder: Path, interval: float) -> Iterator[Frame]:
    images = [
        path
        for path in folder.iterdir()
        if path.is_file() and path.suffix.lower() in IMAGE_SUFFIXES and path.name[0] != "."
    ]
    for number, path in enumerate(sorted(images, key=_natural)):
        content = path.read_bytes()
        jpeg = content if content.startswith(JPEG_MAGIC) else still(path)
        yield Frame(number, number * interval, jpeg)


def _natural(path: Path) -> list[tuple[int, str]]:
    """Sort `thumb10` after `thumb9`."""
    parts = re.split(r"(\d+)", path.name)
    return [(int(part), "") if part.isdigit() else (-1, part) for part in parts]


def _of_video(path: Path, interval: float, offset: float) -> Iterator[Frame]:
    shown: Any = None
    at = ends = 0.0
    number = 0
    for picture, seconds, lasts in _decoded(path):
        while shown is not None and number * interval + offset < seconds:
            yield Frame(number, at, _encoded(shown.to_image(), FILM))
            number += 1
        shown, at, ends = picture, seconds, seconds + lasts
    # The last picture stays until the film ends; a film shorter than the offset is one picture.
    while shown is not None and (number == 0 or number * interval + offset < ends):
        yield Frame(number, at, _encoded(shown.to_image(), FILM))
        number += 1


def _decoded(path: Path) -> Iterator[tuple[Any, float, float]]:
    """Decode in order: each picture, the second at which it appears, and for how long it stays."""
    reached = 0.0
    try:
        # A playlist must not make us fetch what it names.
        with av.open(str(path), options={"protocol_whitelist": "file"}) as container:
            if not container.streams.video:
                raise PictureError(f"{path} has no video, only sound or data.")
            stream = container.streams.video[0]
            stream.thread_type = "AUTO"
            lasts = float(1 / stream.average_rate) if stream.average_rate else 0.04
            start = None
            for picture in container.decode(stream):
                seconds = reached if picture.time is None else float(picture.time)
                start = seconds if start is None else start
                yield picture, seconds - start, lasts
                reached = seconds + lasts
    except av.error.FFmpegError as failure:
        where = f" after {reached:.1f} s" if reached else ""
        reason = failure.strerror or type(failure).__name__
        raise PictureError(
            f"{path} is not a video that can be read{where} ({reason})."
        ) from failure


def _encoded(image: Any, settings: dict[str, Any]) -> bytes:
    with BytesIO() as buffer:
        image.save(buffer, **settings)
        return buffer.getvalue()
