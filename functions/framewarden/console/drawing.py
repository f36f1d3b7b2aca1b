"""Draw blurred pictures as SVG: it is text, which API Gateway carries without further ado.

The colours are fixed, for inside an image nobody knows whether the page around it is dark.
"""

from base64 import b64encode
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from html import escape

from framewarden.blurring import Blurred

KIND = "image/svg+xml; charset=utf-8"
UNSHOWN = "This picture cannot be shown"
WIDTH = 640
HEIGHT, CAPTION, GAP = 90, 34, 4
"""A tile of the strip, the line under it that says when, and what is between two of them."""
# So wide is that line; a strip is scaled down to a phone, and is to be read there.
NARROWEST, SIZE = 120, 26
# Wider or taller than this only a picture is that was made to break a page.
WIDEST, TILE_WIDEST = 10.0, 2.4
GROUND, EMPTY, INK = "#16181c", "#3b4048", "#fff"
FONT = 'font-family="system-ui, sans-serif"'


@dataclass(frozen=True)
class Tile:
    """One frame of a strip; without a picture it says so."""

    at: datetime
    picture: Blurred | None


def single(picture: Blurred | None, at: datetime | None) -> str:
    """Draw one frame in its own proportions."""
    if picture is None:
        height = WIDTH * 9 // 16
        words = _text(WIDTH // 2, height // 2, 32, UNSHOWN)
        return _document(WIDTH, height, UNSHOWN, _empty(0, WIDTH, height) + words)
    height = round(WIDTH / _ratio(picture, WIDEST))
    title = f"Blurred: the frame of {_spelled(at)}" if at else "Blurred: the frame under review"
    return _document(WIDTH, height, title, _patches(picture, 0, WIDTH, height), softness=12)


def strip(tiles: Sequence[Tile], frames: int) -> str:
    """Draw frames of an incident side by side, each with its time; `frames` is how many it has."""
    drawn, left = [], GAP
    for tile in tiles:
        width = round(HEIGHT * (_ratio(tile.picture, TILE_WIDEST) if tile.picture else 16 / 9))
        cell = max(width, NARROWEST)
        drawn.append(_tile(tile, left + (cell - width) // 2, width))
        left += cell + GAP
    height = HEIGHT + CAPTION + GAP
    title = f"Blurred: {len(tiles)} of {frames} frames of this incident"
    ground = f'<rect width="{left}" height="{height}" rx="6" fill="{GROUND}"/>'
    # A small picture looks sharper than a large one: it is softened three times as much.
    return _document(left, height, title, ground + "".join(drawn), softness=9)


def _tile(tile: Tile, left: int, width: int) -> str:
    middle = left + width // 2
    words = _text(middle, GAP + HEIGHT + CAPTION // 2, SIZE, tile.at.strftime("%H:%M:%S"))
    if tile.picture is None:
        title = f"{UNSHOWN}: the frame of {_spelled(tile.at)}"
        inside = _empty(left, width, HEIGHT, GAP) + _text(middle, HEIGHT // 2, SIZE, "not shown")
    else:
        title = f"The frame of {_spelled(tile.at)}"
        inside = _patches(tile.picture, left, width, HEIGHT, GAP)
    return f'<g role="img"><title>{escape(title)}</title>{inside}{words}</g>'


def _document(width: int, height: int, title: str, body: str, softness: int = 0) -> str:
    """Wrap a drawing; what is softened stays opaque at its edges."""
    soft = (
        '<filter id="soft" x="0" y="0" width="1" height="1" color-interpolation-filters="sRGB">'
        f'<feGaussianBlur stdDeviation="{softness}" edgeMode="duplicate"/>'
        '<feComponentTransfer><feFuncA type="discrete" tableValues="1 1"/></feComponentTransfer>'
        "</filter>"
    )
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" width="{width}" '
        f'height="{height}" role="group" aria-labelledby="title"><title id="title">{escape(title)}'
        f"</title>{soft if softness else ''}{body}</svg>"
    )


def _patches(picture: Blurred, left: int, width: int, height: int, top: int = 0) -> str:
    inline = b64encode(picture.jpeg).decode("ascii")
    return (
        f'<image href="data:image/jpeg;base64,{inline}" x="{left}" y="{top}" width="{width}" '
        f'height="{height}" preserveAspectRatio="none" filter="url(#soft)"/>'
    )


def _empty(left: int, width: int, height: int, top: int = 0) -> str:
    return f'<rect x="{left}" y="{top}" width="{width}" height="{height}" fill="{EMPTY}"/>'


def _text(x: int, y: int, size: int, words: str) -> str:
    return (
        f'<text x="{x}" y="{y}" {FONT} font-size="{size}" fill="{INK}" text-anchor="middle" '
        f'dominant-baseline="central">{escape(words)}</text>'
    )


def _ratio(picture: Blurred, widest: float) -> float:
    return min(widest, max(1 / widest, picture.width / picture.height))


def _spelled(at: datetime) -> str:
    return at.strftime("%Y-%m-%d %H:%M:%S UTC")
