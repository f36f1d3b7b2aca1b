"""Describe a picture by 144 numbers of one byte: its layout, its colours, and where its edges run.

They are what an adapter's correction sees. They tell a bottle of wine from one of milk, not more;
bytes, so that a picture has the same ones on every machine and they cost little to remember.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from PIL import Image

SIDE = 64  # px, after the picture is made small and square
GRID = 4  # the layout is the mean colour of 4 x 4 fields
SHADES = 4  # of each colour channel: 64 colours are counted
QUARTERS = 2  # edges are counted in 2 x 2 fields
DIRECTIONS = 8
COUNT = 3 * GRID**2 + SHADES**3 + DIRECTIONS * QUARTERS**2
# An edge as strong as a quarter of the range on average over a field is as strong as is counted.
_EDGE_GAIN = 4.0
_LUMA = np.array([0.299, 0.587, 0.114])

Numbers = np.ndarray[Any, np.dtype[np.float64]]


def of(picture: Image.Image) -> bytes:
    """Return the features of a decoded RGB picture."""
    small = picture.resize((SIDE, SIDE), Image.Resampling.BOX, reducing_gap=2.0)
    pixels = np.asarray(small, dtype=np.uint8)
    levels = pixels.astype(np.float64)
    numbers = np.concatenate([_layout(levels), _colours(pixels), _edges(levels @ _LUMA)])
    return bytes(np.rint(numbers).astype(np.uint8))


def _layout(levels: Numbers) -> Numbers:
    field = SIDE // GRID
    means: Numbers = levels.reshape(GRID, field, GRID, field, 3).mean(axis=(1, 3))
    return means.ravel()


def _colours(pixels: np.ndarray[Any, np.dtype[np.uint8]]) -> Numbers:
    """Count the colours; a root, for few pixels of a colour say more than a few more of many."""
    shade = (pixels // (256 // SHADES)).astype(np.intp)
    colour = (shade[..., 0] * SHADES + shade[..., 1]) * SHADES + shade[..., 2]
    counts = np.bincount(colour.ravel(), minlength=SHADES**3).astype(np.float64)
    return 255.0 * np.sqrt(counts) / SIDE


def _edges(grey: Numbers) -> Numbers:
    across = grey[1:-1, 2:] - grey[1:-1, :-2]
    down = grey[2:, 1:-1] - grey[:-2, 1:-1]
    turn = np.arctan2(down, across) % np.pi / np.pi
    direction = (turn * DIRECTIONS).astype(np.intp) % DIRECTIONS
    inner = SIDE - 2
    quarter = np.arange(inner) * QUARTERS // inner
    field = quarter[:, None] * QUARTERS + quarter[None, :]
    strengths = np.bincount(
        (field * DIRECTIONS + direction).ravel(),
        weights=np.hypot(across, down).ravel(),
        minlength=DIRECTIONS * QUARTERS**2,
    )
    return np.minimum(255.0, _EDGE_GAIN * strengths * QUARTERS**2 / inner**2)
