"""Draw sixty blurred images as one sheet; Pillow is loaded with the first that is drawn."""

from base64 import b64encode
from collections.abc import Mapping
from io import BytesIO
from typing import Final

from framewarden.blurring import Blurred

COLUMNS, ROWS = 10, 6
CELLS: Final = COLUMNS * ROWS
WIDTH, HEIGHT, EDGE = 80, 60, 2  # pixels of a cell, and of the ground that is left around it
# Twice what is left of a picture is drawn, softened by that much: no patch has an edge.
SOFTNESS, QUALITY = 1.5, 70
GROUND, INK = "#16181c", "#fff"
WORDS = "not shown"

Cell = Blurred | None


def drawn(cells: Mapping[int, Cell], count: int) -> str:
    """Draw a sheet as SVG: it is text, which API Gateway carries without further ado."""
    width, height = COLUMNS * WIDTH, ROWS * HEIGHT
    inline = b64encode(_composed(cells)).decode("ascii")
    unshown = "".join(_unshown(at) for at in range(count) if not cells.get(at))
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" width="{width}" '
        f'height="{height}" role="img" aria-labelledby="title"><title id="title">Blurred: {count} '
        f'images of a list</title><image href="data:image/jpeg;base64,{inline}" width="{width}" '
        f'height="{height}" preserveAspectRatio="none"/>{unshown}</svg>'
    )


def _unshown(at: int) -> str:
    x, y = (at % COLUMNS) * WIDTH + WIDTH // 2, (at // COLUMNS) * HEIGHT + HEIGHT // 2
    return (
        f'<text x="{x}" y="{y}" font-family="system-ui, sans-serif" font-size="12" fill="{INK}" '
        f'text-anchor="middle" dominant-baseline="central">{WORDS}</text>'
    )


def _composed(cells: Mapping[int, Cell]) -> bytes:
    """Paste what is left of each picture into its cell, in its own proportions."""
    from PIL import Image, ImageFilter

    sheet = Image.new("RGB", (COLUMNS * WIDTH, ROWS * HEIGHT), GROUND)
    for at, cell in cells.items():
        if cell is None:
            continue
        fits = min((WIDTH - EDGE) / cell.width, (HEIGHT - EDGE) / cell.height)
        size = max(1, round(cell.width * fits)), max(1, round(cell.height * fits))
        with Image.open(BytesIO(cell.jpeg), formats=("JPEG",)) as small:
            drawn = small.resize(size, Image.Resampling.BICUBIC)
        drawn = drawn.filter(ImageFilter.GaussianBlur(SOFTNESS))
        left = (at % COLUMNS) * WIDTH + (WIDTH - size[0]) // 2
        top = (at // COLUMNS) * HEIGHT + (HEIGHT - size[1]) // 2
        sheet.paste(drawn, (left, top))
    written = BytesIO()
    sheet.save(written, "JPEG", quality=QUALITY, optimize=True)
    return written.getvalue()
