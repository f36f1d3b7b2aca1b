"""Draw the pictures of `samples/batch/` and write the manifest that names them.

Run as `python -m local.batch_samples [FOLDER]`. They are drawn by the lines below and by nothing
else: no photograph and nobody's picture is in them. The last line of the manifest is the pattern
beside the folder that the laptop's model takes for `Explicit`, so that a run finds something.
"""

from __future__ import annotations

import json
import math
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

from PIL import Image, ImageDraw

from local.batch_drawing import FINE, SIDE, Draw, bands, box, disc, oval, shape

FOLDER = Path(__file__).resolve().parents[1] / "samples" / "batch"
MANIFEST = "manifest.jsonl"
POSITIVE = "../positive-abstract.png"
QUALITY = 88

SKY, NIGHT, SEA, GRASS = (150, 200, 235), (18, 24, 60), (40, 110, 160), (90, 160, 80)
SAND, SUN, SNOW, BRICK = (235, 215, 160), (250, 210, 80), (245, 248, 250), (170, 80, 60)
WOOD, LEAF, WHITE, BLACK = (120, 80, 50), (50, 120, 60), (255, 255, 255), (25, 25, 30)


def sunset(draw: Draw) -> None:
    """Let the sun go down over the sea."""
    bands(draw, (70, 60, 120), (245, 160, 90), 150)
    disc(draw, 128, 140, 42, SUN)
    box(draw, 0, 150, 256, 256, SEA)
    for row in range(5):
        box(draw, 100 - 6 * row, 162 + 18 * row, 156 + 6 * row, 167 + 18 * row, SUN)


def mountains(draw: Draw) -> None:
    """Raise three peaks with snow."""
    box(draw, 0, 0, 256, 256, SKY)
    for x, y, width in ((70, 90, 90), (190, 70, 100), (130, 40, 110)):
        shape(draw, (x - width, 220), (x, y), (x + width, 220), colour=(95, 105, 125))
        top = (220 - y) * 0.25
        reach = width * 0.25
        shape(draw, (x - reach, y + top), (x, y), (x + reach, y + top), colour=SNOW)
    box(draw, 0, 215, 256, 256, GRASS)


def house(draw: Draw) -> None:
    """Build a house on a meadow."""
    box(draw, 0, 0, 256, 180, SKY)
    box(draw, 0, 180, 256, 256, GRASS)
    box(draw, 70, 110, 190, 210, SAND)
    shape(draw, (55, 112), (130, 50), (205, 112), colour=BRICK)
    box(draw, 118, 160, 145, 210, WOOD)
    for x in (82, 154):
        box(draw, x, 128, x + 24, 152, (120, 170, 210))


def trees(draw: Draw) -> None:
    """Plant a row of firs."""
    box(draw, 0, 0, 256, 200, (205, 225, 235))
    box(draw, 0, 200, 256, 256, SNOW)
    for x, size in ((45, 70), (110, 100), (175, 85), (225, 60)):
        box(draw, x - 5, 200, x + 5, 222, WOOD)
        for step in range(3):
            wide, foot = size * (0.5 - 0.1 * step), 202 - step * size * 0.4
            shape(draw, (x - wide, foot), (x, foot - size * 0.6), (x + wide, foot), colour=LEAF)


def boat(draw: Draw) -> None:
    """Set sails."""
    bands(draw, (120, 180, 225), (220, 235, 245), 170)
    box(draw, 0, 170, 256, 256, SEA)
    shape(draw, (60, 165), (200, 165), (175, 200), (85, 200), colour=BRICK)
    box(draw, 126, 50, 131, 165, WOOD)
    shape(draw, (136, 55), (136, 155), (195, 155), colour=WHITE)
    shape(draw, (121, 70), (121, 155), (75, 155), colour=(225, 230, 235))


def night(draw: Draw) -> None:
    """Hang a moon among stars."""
    box(draw, 0, 0, 256, 256, NIGHT)
    disc(draw, 170, 80, 40, (240, 235, 200))
    disc(draw, 187, 70, 36, NIGHT)
    for number in range(60):  # scattered by the golden angle, so the same each time
        angle, far = number * 2.399963, 17 * math.sqrt(number + 1)
        disc(draw, 90 + far * math.cos(angle), 150 + far * math.sin(angle), 1.3, WHITE)


def balloons(draw: Draw) -> None:
    """Let three balloons fly."""
    bands(draw, (110, 170, 230), (230, 240, 250), 256)
    for x, y, colour in ((75, 90, (60, 120, 200)), (140, 65, (230, 180, 50)), (190, 115, LEAF)):
        shape(draw, (x - 0.6, y), (x + 0.6, y), (128, 245), colour=BLACK)
        oval(draw, x, y, 28, 34, colour)


def chessboard(draw: Draw) -> None:
    """Lay out a chessboard."""
    box(draw, 0, 0, 256, 256, WOOD)
    for row in range(8):
        for column in range(8):
            x, y = 16 + 28 * column, 16 + 28 * row
            colour = (235, 225, 200) if (row + column) % 2 else (90, 110, 90)
            box(draw, x, y, x + 28, y + 28, colour)


def city(draw: Draw) -> None:
    """Light the windows of a city."""
    bands(draw, NIGHT, (90, 80, 130), 256)
    for number, height in enumerate((90, 150, 110, 190, 130, 170, 100)):
        x = 4 + 36 * number
        box(draw, x, 256 - height, x + 32, 256, (40, 44, 60))
        for floor in range(height // 20):
            for window in range(3):
                if (floor * 5 + window * 3 + number) % 4:
                    at = x + 5 + 9 * window, 262 - height + 18 * floor
                    box(draw, *at, at[0] + 5, at[1] + 9, SUN)


def flower(draw: Draw) -> None:
    """Open a blue flower."""
    box(draw, 0, 0, 256, 256, (215, 235, 205))
    box(draw, 125, 130, 131, 256, LEAF)
    shape(draw, (128, 225), (190, 180), (160, 225), colour=LEAF)
    for petal in range(8):
        angle = petal * math.pi / 4
        disc(draw, 128 + 44 * math.cos(angle), 105 + 44 * math.sin(angle), 25, (70, 90, 190))
    disc(draw, 128, 105, 26, SUN)


def fish(draw: Draw) -> None:
    """Send two fish through the water."""
    bands(draw, (90, 190, 210), (20, 70, 120), 256)
    for x, y, size, colour in ((100, 100, 45, (60, 160, 90)), (165, 185, 30, (230, 200, 70))):
        tail, high = x + 1.8 * size, 0.6 * size
        shape(draw, (x + size, y), (tail, y - high), (tail, y + high), colour=colour)
        oval(draw, x, y, 1.2 * size, high, colour)
        disc(draw, x - 0.7 * size, y - 0.1 * size, size / 9, BLACK)


def stripes(draw: Draw) -> None:
    """Weave a cloth of stripes."""
    box(draw, 0, 0, 256, 256, WHITE)
    for number in range(0, 256, 32):
        box(draw, number, 0, number + 12, 256, (60, 100, 160))
        box(draw, 0, number + 10, 256, number + 16, (40, 140, 110))


PICTURES: dict[str, Callable[[Draw], None]] = {
    "01-sunset.jpg": sunset,
    "02-mountains.png": mountains,
    "03-house.png": house,
    "04-trees.png": trees,
    "05-boat.jpg": boat,
    "06-night.png": night,
    "07-balloons.jpg": balloons,
    "08-chessboard.png": chessboard,
    "09-city.jpg": city,
    "10-flower.png": flower,
    "11-fish.jpg": fish,
    "12-stripes.png": stripes,
}


def picture(name: str) -> Image.Image:
    """Draw a picture."""
    large = Image.new("RGB", (SIDE * FINE, SIDE * FINE))
    PICTURES[name](ImageDraw.Draw(large))
    return large.resize((SIDE, SIDE), Image.Resampling.BOX)


def refs() -> Iterator[str]:
    """Name the images of the manifest, as seen from its folder."""
    yield from PICTURES
    yield POSITIVE


def write(folder: Path = FOLDER) -> None:
    """Write the pictures and the manifest."""
    folder.mkdir(parents=True, exist_ok=True)
    for name in PICTURES:
        picture(name).save(folder / name, quality=QUALITY, optimize=True)
    lines = (json.dumps({"source-ref": ref}) + "\n" for ref in refs())
    (folder / MANIFEST).write_text("".join(lines))


if __name__ == "__main__":
    write(Path(sys.argv[1]) if len(sys.argv) > 1 else FOLDER)
