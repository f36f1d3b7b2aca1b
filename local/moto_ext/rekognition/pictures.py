"""Open what was sent as an image, within Rekognition's limits, without ever decoding a bomb."""

import struct
from io import BytesIO

from PIL import Image, ImageOps, UnidentifiedImageError

from local.moto_ext.errors import AwsError

MIN_SIDE = 50  # px; Rekognition's limit for moderation
MAX_SIDE = 10_000  # px
# Ours, not Rekognition's: within its sides a 100 KB file can still unfold to 800 MB. A JPEG is
# decoded at a fraction of its size, a PNG only whole.
MAX_PIXELS = {"JPEG": 64_000_000, "PNG": 36_000_000}
# The model looks at 256 x 256: decode JPEGs no larger than they need to be (libjpeg's DCT scaling).
DRAFT_SIZE = (512, 512)
_MAGIC = {b"\xff\xd8\xff": "JPEG", b"\x89PNG\r\n\x1a\n": "PNG"}
_BROKEN = (
    UnidentifiedImageError,
    OSError,
    SyntaxError,
    ValueError,
    TypeError,
    KeyError,
    IndexError,
    EOFError,
    struct.error,
)


def open_picture(data: bytes) -> Image.Image:
    """Return the image of a JPEG or PNG file, its header read and checked, not yet decoded.

    Raises
    ------
    AwsError: InvalidImageFormatException, ImageTooLargeException, InvalidParameterException.
    """
    kind = next((name for magic, name in _MAGIC.items() if data.startswith(magic)), None)
    if kind is None:
        raise AwsError("InvalidImageFormatException", "Request has invalid image format")
    try:
        picture = Image.open(BytesIO(data), formats=(kind,))
    except (Image.DecompressionBombError, Image.DecompressionBombWarning) as error:
        raise AwsError("ImageTooLargeException", "Image dimensions are too large") from error
    except _BROKEN as error:
        raise AwsError("InvalidImageFormatException", "Request has invalid image format") from error
    width, height = picture.size
    if max(width, height) > MAX_SIDE or width * height > MAX_PIXELS[kind]:
        raise AwsError("ImageTooLargeException", "Image dimensions are too large")
    if min(width, height) < MIN_SIDE:
        raise AwsError("InvalidParameterException", f"Image sides are at least {MIN_SIDE} px")
    return picture


def decode(picture: Image.Image) -> Image.Image:
    """Decode an opened picture: upright, RGB, and not much larger than the model needs.

    Raises
    ------
    AwsError: InvalidImageFormatException, for a truncated or corrupt file.
    """
    try:
        picture.draft(None, DRAFT_SIZE)
        picture.load()
        if picture.mode.startswith("I"):  # 16-bit grey: convert() would clip it to white
            picture = picture.convert("I").point(lambda level: level * (1 / 256)).convert("L")
        if picture.mode not in ("RGB", "L"):
            picture = picture.convert("RGB")
        shrink = min(picture.size) // min(DRAFT_SIZE)
        if shrink > 1:
            picture = picture.reduce(shrink)
        return _upright(picture).convert("RGB")
    except _BROKEN as error:
        raise AwsError("InvalidImageFormatException", "Request has invalid image format") from error


def _upright(picture: Image.Image) -> Image.Image:
    try:
        return ImageOps.exif_transpose(picture)
    except _BROKEN:
        return picture  # a broken EXIF block says nothing about the pixels
