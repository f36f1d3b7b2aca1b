"""What is left of a picture shows nobody, carries nothing else, and never fails on a stranger's."""

import io
import random
import struct
import warnings
import zlib

import pytest
from PIL import Image, PngImagePlugin

from framewarden import blurring
from framewarden.blurring import blur
from framewarden.domain.pictures import MOST_BYTES, UnreadableError

RED, BLUE = (220, 30, 30), (30, 30, 220)


def encoded(image, kind="JPEG", **how):
    written = io.BytesIO()
    image.save(written, kind, **how)
    return written.getvalue()


def halves(size=(640, 360), mode="RGB"):
    """Return a picture that is red on the left and blue on the right."""
    image = Image.new("RGB", size, RED)
    image.paste(BLUE, (size[0] // 2, 0, *size))
    return image.convert(mode)


def noise(width, height, mode="RGB"):
    size = len(mode) * width * height
    return Image.frombytes(mode, (width, height), random.Random(1).randbytes(size))


def seen(data):
    """Return what is left, as a browser decodes it."""
    return Image.open(io.BytesIO(blur(data).jpeg))


def colour(image, x, y):
    """Return the colour at a place between 0 and 1."""
    return image.convert("RGB").getpixel((int(x * (image.width - 1)), int(y * (image.height - 1))))


def near(colour, wanted, by=40):
    return all(abs(one - other) <= by for one, other in zip(colour, wanted, strict=True))


def chunk(name, data):
    return struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))


def png(width, height, *chunks, colour_type=0):
    """Return a PNG that claims a size and holds nothing."""
    header = struct.pack(">IIBBBBB", width, height, 8, colour_type, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + b"".join(chunks) + chunk(b"IEND", b"")


@pytest.mark.parametrize(
    ("size", "left"),
    [
        ((1920, 1080), (40, 22)),
        ((1080, 1920), (22, 40)),
        ((330, 330), (40, 40)),
        ((320, 240), (40, 30)),
        # A small picture would else stay as it is.
        ((80, 80), (10, 10)),
        ((16, 8), (2, 1)),
        ((4000, 8), (40, 1)),
        ((8, 4000), (1, 40)),
        ((1, 1), (1, 1)),
    ],
)
@pytest.mark.parametrize("kind", ["JPEG", "PNG"])
def test_at_most_forty_pixels_are_left_and_an_eighth_of_any(kind, size, left):
    picture = blur(encoded(Image.new("RGB", size, RED), kind))
    assert (picture.width, picture.height) == size
    assert Image.open(io.BytesIO(picture.jpeg)).size == left


@pytest.mark.parametrize(
    ("kind", "mode"),
    [("JPEG", "L"), ("JPEG", "RGB"), ("PNG", "L"), ("PNG", "RGBA"), ("PNG", "P"), ("PNG", "1")],
)
def test_pixels_are_averaged_so_that_nothing_fine_is_left(kind, mode):
    stripes = Image.new("L", (960, 540))
    for x in range(0, 960, 2):
        stripes.paste(255, (x, 0, x + 1, 540))
    left = seen(encoded(stripes.convert(mode), kind, quality=95)).convert("L")
    low, high = left.getextrema()
    assert low >= 117
    assert high <= 138


@pytest.mark.parametrize("mode", ["RGB", "L"])
def test_even_of_noise_less_than_a_kilobyte_and_a_half_is_left(mode):
    for kind in ("JPEG", "PNG"):
        # Coarse noise, which averaging does not take away.
        coarse = noise(40, 40, mode).resize((640, 640), Image.Resampling.NEAREST)
        assert len(blur(encoded(coarse, kind)).jpeg) < 1500


@pytest.mark.parametrize(
    ("mode", "kind"),
    [("RGB", "JPEG"), ("CMYK", "JPEG"), ("RGB", "PNG"), ("RGBA", "PNG"), ("P", "PNG")],
)
def test_colours_stay_where_they_were(mode, kind):
    image = seen(encoded(halves(mode=mode), kind))
    assert image.mode == "RGB"
    assert near(colour(image, 0.1, 0.5), RED)
    assert near(colour(image, 0.9, 0.5), BLUE)


@pytest.mark.parametrize("mode", ["L", "LA", "I;16"])
def test_pictures_without_colours_keep_their_brightness(mode):
    image = Image.new("L", (640, 360), 190)
    image.paste(60, (320, 0, 640, 360))
    if mode == "I;16":
        sixteen = b"".join(struct.pack("<H", value * 257) for value in image.tobytes())
        image = Image.frombytes("I;16", image.size, sixteen)
    left = seen(encoded(image if mode == "I;16" else image.convert(mode), "PNG"))
    assert near(colour(left, 0.1, 0.5), (190, 190, 190), 10)
    assert near(colour(left, 0.9, 0.5), (60, 60, 60), 10)


@pytest.mark.parametrize("progressive", [False, True])
def test_a_progressive_jpeg_is_one(progressive):
    image = seen(encoded(halves(), progressive=progressive))
    assert near(colour(image, 0.1, 0.5), RED)


def test_what_is_transparent_is_white_whatever_colour_hides_there():
    image = Image.new("RGBA", (320, 320), (*RED, 0))
    image.paste((*BLUE, 255), (160, 0, 320, 320))
    left = seen(encoded(image, "PNG"))
    assert near(colour(left, 0.1, 0.5), (255, 255, 255), 10)
    assert near(colour(left, 0.9, 0.5), BLUE)
    palette = halves().quantize(2)
    hidden = encoded(palette, "PNG", transparency=palette.getpixel((0, 0)))
    assert near(colour(seen(hidden), 0.1, 0.5), (255, 255, 255), 10)


@pytest.mark.parametrize(
    ("orientation", "red", "sideways"),
    [
        (1, (0.1, 0.5), False),
        (2, (0.9, 0.5), False),
        (3, (0.9, 0.5), False),
        (4, (0.1, 0.5), False),
        (5, (0.5, 0.1), True),
        (6, (0.5, 0.1), True),
        (7, (0.5, 0.9), True),
        (8, (0.5, 0.9), True),
        (9, (0.1, 0.5), False),
    ],
)
@pytest.mark.parametrize("kind", ["JPEG", "PNG"])
def test_a_picture_is_turned_as_its_camera_was_held(kind, orientation, red, sideways):
    exif = Image.Exif()
    exif[0x0112] = orientation
    data = encoded(halves(), kind, exif=exif)
    assert (blur(data).width, blur(data).height) == ((360, 640) if sideways else (640, 360))
    image = seen(data)
    assert (image.height > image.width) is sideways
    assert near(colour(image, *red), RED)
    assert near(colour(image, 1 - red[0], 1 - red[1]), BLUE)


@pytest.mark.parametrize("method", range(7))
def test_turning_undoes_what_pillow_would_undo(method):
    """Each corner of what is left lies where Pillow's own way of turning puts it."""
    from PIL import ImageOps

    image = halves()
    image.paste((20, 200, 20), (0, 0, 320, 180))
    exif = Image.Exif()
    exif[0x0112] = method + 2
    data = encoded(image, "PNG", exif=exif)
    wanted, left = ImageOps.exif_transpose(Image.open(io.BytesIO(data))), seen(data)
    for corner in ((0.1, 0.1), (0.9, 0.1), (0.1, 0.9), (0.9, 0.9)):
        assert near(colour(left, *corner), colour(wanted, *corner))


def test_nothing_survives_but_colours():
    exif, secret = Image.Exif(), "SECRET-PLACE"
    exif[0x010E] = exif[0x8298] = secret
    about = PngImagePlugin.PngInfo()
    about.add_text("Comment", secret)
    about.add_itxt("XML:com.adobe.xmp", secret)
    image = halves()
    image.info["comment"] = secret.encode()
    for data in (
        encoded(image, exif=exif, comment=secret, icc_profile=secret.encode() * 9),
        encoded(image, "PNG", exif=exif, pnginfo=about, icc_profile=secret.encode() * 9),
    ):
        jpeg = blur(data).jpeg
        assert secret.encode() not in jpeg
        left = Image.open(io.BytesIO(jpeg))
        assert not left.getexif()
        assert set(left.info) <= {"jfif", "jfif_version", "jfif_unit", "jfif_density"}


def test_of_several_pictures_in_one_file_the_first_is_meant():
    red, blue = (Image.new("RGB", (160, 160), colour) for colour in (RED, BLUE))
    for kind in ("PNG", "MPO"):
        data = encoded(red, kind, save_all=True, append_images=[blue, blue])
        assert near(colour(seen(data), 0.5, 0.5), RED)


WHOLE = encoded(noise(640, 360), quality=90)
UNREADABLE = {
    "empty": b"",
    "one byte": b"\xff",
    "zeros": bytes(1000),
    "text": b"<svg onload=alert(1)></svg>" * 50,
    "gif": encoded(halves(), "GIF"),
    "animated gif": encoded(halves(), "GIF", save_all=True, append_images=[halves(mode="L")]),
    "webp": encoded(halves(), "WEBP"),
    "bmp": encoded(halves(), "BMP"),
    "tiff": encoded(halves(), "TIFF"),
    "a jpeg cut in half": WHOLE[: len(WHOLE) // 2],
    "a jpeg cut in its head": WHOLE[:100],
    "a jpeg's first bytes": b"\xff\xd8\xff\xe0",
    "a png cut in half": (lambda data: data[: len(data) // 2])(encoded(noise(99, 99), "PNG")),
    "a png of nothing": png(64, 64),
    "a png of no size": png(0, 0, chunk(b"IDAT", zlib.compress(b"\0"))),
    "a png of too little": png(640, 640, chunk(b"IDAT", zlib.compress(bytes(99)))),
    "a png that is no zip": png(640, 640, chunk(b"IDAT", bytes(99))),
    "a png's first bytes": b"\x89PNG\r\n\x1a\n",
    "a png with a false sum": png(8, 8)[:-20] + bytes(20),
}


@pytest.mark.parametrize("data", UNREADABLE.values(), ids=UNREADABLE)
def test_what_is_no_picture_is_said_to_be_none(data):
    with pytest.raises(UnreadableError) as refused:
        blur(data)
    assert str(refused.value).isidentifier()
    assert refused.value.__suppress_context__


def test_any_damage_is_survived():
    chance = random.Random(7)
    for data in (encoded(halves((64, 64))), encoded(halves((64, 64)), "PNG")):
        for _ in range(200):
            damaged = bytearray(data)
            for _ in range(chance.randint(1, 8)):
                damaged[chance.randrange(len(data))] = chance.randrange(256)
            with warnings.catch_warnings():
                warnings.simplefilter("ignore")
                try:
                    assert len(blur(bytes(damaged)).jpeg) < 1500
                except UnreadableError:
                    continue


@pytest.mark.filterwarnings("ignore:Image size")
@pytest.mark.parametrize("size", [(10_000, 5_001), (10_000, 10_000), (60_000, 60_000)])
def test_a_bomb_is_refused_by_its_size_before_a_pixel_is_decoded(size):
    with pytest.raises(UnreadableError, match=r"TooLarge|DecompressionBombError"):
        blur(png(*size))


def test_fifty_megapixels_are_a_picture():
    flat = Image.new("1", (10_000, 5_000), 1)
    assert blur(encoded(flat, "PNG")).width == 10_000


def test_a_text_that_unpacks_to_megabytes_is_not_unpacked():
    many = chunk(b"zTXt", b"Comment\0\0" + zlib.compress(bytes(80 * 1024 * 1024), 9))
    with pytest.raises(UnreadableError):
        blur(png(8, 8, many, chunk(b"IDAT", zlib.compress(bytes(72)))))


def test_more_bytes_than_rekognition_takes_are_no_frame():
    whole = encoded(halves())
    assert blur(whole + bytes(MOST_BYTES - len(whole))).width == 640
    with pytest.raises(UnreadableError, match="TooLarge"):
        blur(whole + bytes(MOST_BYTES - len(whole) + 1))


def test_a_jpeg_of_thousands_of_scans_is_not_decoded():
    whole = encoded(halves(), progressive=True)
    start = whole.rindex(blurring.SCAN)
    scan = whole[start:-2]
    missing = blurring.MOST_SCANS - whole.count(blurring.SCAN)
    assert blur(whole[:-2] + scan * missing + b"\xff\xd9").width == 640
    with pytest.raises(UnreadableError, match="TooLarge"):
        blur(whole[:-2] + scan * (missing + 1) + b"\xff\xd9")


def test_a_png_may_hold_any_bytes():
    """What marks a scan in a JPEG is chance in a PNG."""
    about = PngImagePlugin.PngInfo()
    about.add(b"prVt", blurring.SCAN * 100)
    assert blur(encoded(halves(), "PNG", pnginfo=about)).width == 640
