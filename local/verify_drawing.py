"""Draw the bottles, glasses and tables of `samples/verify/`, in units of the finished picture."""

from __future__ import annotations

from hashlib import sha256

from PIL import Image, ImageDraw

from local.batch_drawing import FINE, SIDE, Colour, Draw, bands, box, disc, oval, shape

FINISHED = 160  # pixels a side
TABLE = 168  # where the table begins, of 256

# What is in bottle and glass: nothing that is drawn here is of any brand.
WINE, BEER, SPIRIT, LAGER = (74, 16, 34), (92, 46, 10), (66, 36, 12), (222, 166, 44)
MILK, LEMONADE, WATER, JUICE = (248, 246, 238), (250, 240, 150), (205, 235, 245), (255, 214, 120)
FOAM, PAPER, STEEL, LEAF, PORCELAIN = (
    (250, 244, 226),
    (236, 228, 206),
    (176, 184, 192),
    (92, 150, 88),
    (170, 190, 205),
)


class Chance:
    """Numbers between 0 and 1 that follow from a name alone, so the same each time."""

    def __init__(self, name: str) -> None:
        self._name, self._asked = name, 0

    def __call__(self, low: float = 0.0, high: float = 1.0) -> float:
        self._asked += 1
        digest = sha256(f"{self._name}#{self._asked}".encode()).digest()
        return low + (high - low) * int.from_bytes(digest[:4]) / 2**32

    def of(self, *colours: Colour) -> Colour:
        """Choose one of some colours."""
        return colours[min(int(self() * len(colours)), len(colours) - 1)]

    def near(self, colour: Colour, by: float) -> Colour:
        """Return a colour that is a little lighter or darker."""
        light = self(-by, by)
        red, green, blue = (max(0, min(255, round(part + light))) for part in colour)
        return red, green, blue


def room(draw: Draw, wall: Colour, table: Colour, chance: Chance) -> None:
    """Paint a wall and a table."""
    top, foot = chance.near(wall, 8), chance.near(wall, 8)
    bands(draw, top, foot, TABLE)
    box(draw, 0, TABLE, SIDE, SIDE, chance.near(table, 8))
    box(draw, 0, TABLE, SIDE, TABLE + 3, chance.near(table, 24))


def bottle(draw: Draw, x: float, wide: float, tall: float, drink: Colour) -> None:
    """Stand a bottle on the table; it is as full as it is tall."""
    foot, neck = 228.0, 0.32 * wide
    shoulder = foot - 0.62 * tall
    box(draw, x - wide, shoulder, x + wide, foot, drink)
    shape(
        draw,
        (x - wide, shoulder),
        (x - neck, shoulder - 0.16 * tall),
        (x + neck, shoulder - 0.16 * tall),
        (x + wide, shoulder),
        colour=drink,
    )
    box(draw, x - neck, foot - tall, x + neck, shoulder, drink)
    box(draw, x - neck - 1.5, foot - tall - 7, x + neck + 1.5, foot - tall, STEEL)
    box(draw, x - wide, foot - 0.40 * tall, x + wide, foot - 0.22 * tall, PAPER)


def stemmed(draw: Draw, x: float, size: float, drink: Colour) -> None:
    """Stand a glass with a stem on the table."""
    foot = 234.0
    bowl = foot - 1.5 * size
    box(draw, x - 1.5, bowl, x + 1.5, foot, PORCELAIN)
    oval(draw, x, foot, 0.55 * size, 4, PORCELAIN)
    oval(draw, x, bowl, 0.72 * size, 0.95 * size, drink)
    oval(draw, x, bowl - 0.80 * size, 0.55 * size, 0.12 * size, PORCELAIN)


def tumbler(draw: Draw, x: float, size: float, drink: Colour, *, foam: bool = False) -> None:
    """Stand a plain glass on the table."""
    foot, half = 234.0, 0.62 * size
    vessel(draw, x, foot, (half, 0.82 * half, 2.2 * size), drink)
    if foam:
        box(draw, x - half, foot - 2.35 * size, x + half, foot - 1.95 * size, FOAM)


def mug(draw: Draw, x: float, size: float, colour: Colour) -> None:
    """Put down a mug with a handle."""
    foot = 232.0
    disc(draw, x + 0.85 * size, foot - 0.8 * size, 0.45 * size, colour)
    disc(draw, x + 0.85 * size, foot - 0.8 * size, 0.25 * size, PAPER)
    box(draw, x - 0.8 * size, foot - 1.5 * size, x + 0.8 * size, foot, colour)
    oval(draw, x, foot - 1.5 * size, 0.8 * size, 0.18 * size, STEEL)


def plant(draw: Draw, x: float, size: float, leaf: Colour) -> None:
    """Put down a plant in its pot."""
    foot = 230.0
    for turn in range(-3, 4):
        oval(draw, x + 0.28 * size * turn, foot - 1.9 * size, 0.16 * size, 0.8 * size, leaf)
    vessel(draw, x, foot, (0.8 * size, 0.55 * size, 1.2 * size), (186, 140, 112))


def bowl(draw: Draw, x: float, size: float, chance: Chance) -> None:
    """Put down a bowl of fruit."""
    foot = 232.0
    for turn in (-0.6, 0.0, 0.6):
        fruit = chance.of((226, 170, 70), (180, 190, 90), (205, 120, 90))
        disc(draw, x + turn * size, foot - 1.05 * size, 0.42 * size, fruit)
    vessel(draw, x, foot, (1.25 * size, 0.6 * size, 0.9 * size), PORCELAIN)


def vessel(
    draw: Draw, x: float, foot: float, sizes: tuple[float, float, float], colour: Colour
) -> None:
    """Draw what is wide at its brim and less so at its foot: half of both, and how high it is."""
    brim, base, height = sizes
    shape(
        draw,
        (x - brim, foot - height),
        (x + brim, foot - height),
        (x + base, foot),
        (x - base, foot),
        colour=colour,
    )


def canvas() -> tuple[Image.Image, Draw]:
    """Return a large picture, and what draws on it."""
    large = Image.new("RGB", (SIDE * FINE, SIDE * FINE))
    return large, ImageDraw.Draw(large)


def finished(large: Image.Image) -> Image.Image:
    """Return the picture in its size, with smooth edges."""
    return large.resize((FINISHED, FINISHED), Image.Resampling.BOX)
