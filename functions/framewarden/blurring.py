"""Turn a frame into a few coloured patches from which nobody gets the frame back.

Pillow is loaded with the first picture: who is refused before that waits for none of it.
"""

from dataclasses import dataclass
from io import BytesIO
from typing import TYPE_CHECKING

from framewarden.domain.pictures import MOST_BYTES, UnreadableError

if TYPE_CHECKING:
    from PIL import Image

# The longer side of what is left, in pixels; and a small picture loses as much as a large one.
LONGEST, SHRUNK_BY = 40, 8
# Twice an 8K frame; whatever claims to be more is a bomb.
MOST_PIXELS = 50_000_000
# An ordinary progressive JPEG has ten scans or so; thousands of empty ones would take minutes.
JPEG, SCAN, MOST_SCANS = b"\xff\xd8", b"\xff\xda", 64
# What cannot be averaged as it is stored, and what cannot be encoded as it was averaged.
AVERAGED_AS, DEEP = {"P": "RGBA", "1": "L"}, "I;16"
# How a camera was held (Exif 2.3, tag 0x0112), as the number of Pillow's method that undoes it.
ORIENTATION, UPRIGHT = 0x0112, {2: 0, 3: 3, 4: 1, 5: 5, 6: 4, 7: 6, 8: 2}
SIDEWAYS = frozenset({5, 6, 7, 8})
QUALITY = 60


@dataclass(frozen=True)
class Blurred:
    """A small JPEG, and the width and height in pixels of the picture that it is of."""

    jpeg: bytes
    width: int
    height: int


def blur(data: bytes) -> Blurred:
    """Return what is left of a JPEG or PNG.

    Raises
    ------
    UnreadableError
        It is neither, is damaged, or is larger than any frame.
    """
    scans = data.count(SCAN) if data.startswith(JPEG) else 0
    if len(data) > MOST_BYTES or scans > MOST_SCANS:
        raise UnreadableError("TooLarge")
    try:
        return _blurred(data)
    except UnreadableError:
        raise
    except Exception as failure:
        # A stranger's bytes: a decoder may raise anything, and its message may quote them.
        raise UnreadableError(type(failure).__name__) from None


def _blurred(data: bytes) -> Blurred:
    from PIL import Image

    with Image.open(BytesIO(data), formats=("JPEG", "PNG")) as image:
        width, height = image.size
        if width * height > MOST_PIXELS:
            raise UnreadableError("TooLarge")
        left = _left(width, height)
        # A JPEG is decoded at as little as an eighth of its size, in a fraction of the time.
        image.draft(None, (4 * left[0], 4 * left[1]))
        plain = image.convert(AVERAGED_AS[image.mode]) if image.mode in AVERAGED_AS else image
        small = plain.resize(left, Image.Resampling.BOX)
        held = image.getexif().get(ORIENTATION)
    if held in UPRIGHT:
        small = small.transpose(Image.Transpose(UPRIGHT[held]))
    if held in SIDEWAYS:
        width, height = height, width
    return Blurred(_encoded(small), width, height)


def _left(width: int, height: int) -> tuple[int, int]:
    """Return the size that is left, in pixels."""
    longest = max(width, height)
    side = min(LONGEST, longest // SHRUNK_BY)
    return max(1, round(width * side / longest)), max(1, round(height * side / longest))


def _encoded(small: "Image.Image") -> bytes:
    """Encode the colours alone: made anew of them, nothing is in it that came with the picture.

    What was transparent is white, as on a page.
    """
    from PIL import Image

    if small.mode == DEEP:
        # Pillow would cut off what is above 255.
        small = small.point(lambda level: level / 256).convert("L")
    seen = small.convert("RGBA")
    flat = Image.alpha_composite(Image.new("RGBA", seen.size, "white"), seen).convert("RGB")
    clean, written = Image.frombytes("RGB", flat.size, flat.tobytes()), BytesIO()
    clean.save(written, "JPEG", quality=QUALITY, optimize=True)
    return written.getvalue()
