"""Make the picture files of the tests."""

import struct
import zlib
from io import BytesIO
from pathlib import Path
from typing import Any

from PIL import Image

POSITIVE = Path(__file__).parents[3] / "samples" / "positive-abstract.png"


def encoded(picture: Image.Image, kind: str = "JPEG", **options: Any) -> bytes:
    """Return the bytes of a picture's file."""
    out = BytesIO()
    picture.save(out, kind, **options)
    return out.getvalue()


def plain(mode: str = "RGB", size: tuple[int, int] = (64, 64)) -> Image.Image:
    """Return a black picture."""
    return Image.new(mode, size)


def png_header(width: int, height: int) -> bytes:
    """Return a PNG that declares any size and holds next to nothing."""

    def chunk(kind: bytes, data: bytes) -> bytes:
        check = struct.pack(">I", zlib.crc32(kind + data))
        return struct.pack(">I", len(data)) + kind + data + check

    header = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    data = chunk(b"IHDR", header) + chunk(b"IDAT", zlib.compress(b"\0" * 100))
    return b"\x89PNG\r\n\x1a\n" + data + chunk(b"IEND", b"")
