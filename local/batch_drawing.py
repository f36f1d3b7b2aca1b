"""Draw with a few plain shapes, in units of the finished picture."""

from __future__ import annotations

from PIL import ImageDraw

# Drawn at four times the size and shrunk: edges are smooth.
SIDE, FINE = 256, 4

Draw = ImageDraw.ImageDraw
Colour = tuple[int, int, int]


def fine(x: float, y: float) -> tuple[float, float]:
    """Return a point on the large canvas."""
    return x * FINE, y * FINE


def box(draw: Draw, left: float, top: float, right: float, bottom: float, colour: Colour) -> None:
    """Fill a rectangle; its right and lower edges are not in it."""
    draw.rectangle([*fine(left, top), right * FINE - 1, bottom * FINE - 1], fill=colour)


def disc(draw: Draw, x: float, y: float, radius: float, colour: Colour) -> None:
    """Fill a circle."""
    oval(draw, x, y, radius, radius, colour)


def oval(draw: Draw, x: float, y: float, wide: float, high: float, colour: Colour) -> None:
    """Fill an ellipse about a point, by half of its width and height."""
    draw.ellipse([*fine(x - wide, y - high), *fine(x + wide, y + high)], fill=colour)


def shape(draw: Draw, *points: tuple[float, float], colour: Colour) -> None:
    """Fill a polygon."""
    draw.polygon([fine(*point) for point in points], fill=colour)


def bands(draw: Draw, above: Colour, below: Colour, height: int) -> None:
    """Fill from the top down, one colour turning into the other."""
    for row in range(height):
        part = row / height
        colour = tuple(round(a + (b - a) * part) for a, b in zip(above, below, strict=True))
        box(draw, 0, row, SIDE, row + 1, (colour[0], colour[1], colour[2]))
