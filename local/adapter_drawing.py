"""Draw an adapter's evaluation: bars at a terminal, and curves in a file of SVG."""

from __future__ import annotations

from collections.abc import Iterator
from html import escape

from rich.console import Console, ConsoleOptions, RenderResult
from rich.text import Text

from framewarden.console.adapter_drawing import Chart, Curve, draw
from local.adapters import Document

# A bar and its number, twice, beside the threshold: it fits in 80 columns, and in fewer.
WIDEST, NARROWEST = 29, 4
FULL, PARTS, ASCII = "█", " ▏▎▍▌▋▊▉", "#"
STYLES = ("yellow", "cyan")
MARK, BESIDE = " <", 4

# Inside an image nobody knows whether the page around it is dark.
GROUND, INK, GRID = "#ffffff", "#1c2128", "#d0d4da"
COLOURS = {"base": "#9a5b00", "adapter": "#0b63b0"}
DASHES = {"base": ' stroke-dasharray="7 4"', "adapter": ""}
# What is written over a line is read all the same.
HALO = f'paint-order="stroke" stroke="{GROUND}" stroke-width="4" stroke-linejoin="round"'
FONT = 'font-family="system-ui, sans-serif"'


def chart_of(told: Document) -> Chart | None:
    """Return the picture of an adapter's evaluation; None where it has none."""
    evaluation = told["evaluation"] or {}
    return draw(evaluation.get("thresholds") or (), evaluation.get("threshold"))


class Bars:
    """A line for each threshold: how often the base model and the adapter were wrong at it.

    The threshold nearest to the one `asked` for (0 to 100) is marked.
    """

    def __init__(self, chart: Chart, asked: float) -> None:
        self._rows = chart.rows
        self._marked = min(chart.rows, key=lambda row: abs(float(row[0]) - asked))[0]

    def __rich_console__(self, console: Console, options: ConsoleOptions) -> RenderResult:
        """Draw it; it fits whatever width and encoding it is drawn in."""
        most = max(number for _, *pair in self._rows for number in pair)
        digits = len(f"{most:,}")
        room = (options.max_width - BESIDE - len(MARK) - 2 * (digits + 2)) // 2
        width = max(NARROWEST, min(WIDEST, room))
        column = width + digits + 2
        yield Text(f"{'':{BESIDE}}{'base model':{column}}adapter", style="bold")
        for threshold, *pair in self._rows:
            line = Text(f"{threshold:>{BESIDE - 1}} ", style="dim")
            for number, style in zip(pair, STYLES, strict=True):
                drawn = _bar(number, most, width, options.ascii_only)
                line.append(drawn, style=style)
                line.append(f"{' ' * bool(drawn)}{number:,}".ljust(column - len(drawn)))
            line.rstrip()
            yield line.append(MARK if threshold == self._marked else "")


def _bar(number: int, most: int, width: int, ascii_only: bool) -> str:
    """Draw a number as a bar; what is not nothing is never drawn as nothing."""
    if not number:
        return ""
    if ascii_only:
        return ASCII * max(1, round(width * number / most))
    whole, part = divmod(max(1, round(8 * width * number / most)), 8)
    return FULL * whole + PARTS[part].strip()


def svg(chart: Chart, title: str) -> str:
    """Draw the curves as a document of its own, which needs no page around it."""
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {chart.width} {chart.height}" '
        f'width="{chart.width}" height="{chart.height}" role="img" '
        f'aria-labelledby="title tells"><title id="title">{escape(title)}</title>'
        f'<desc id="tells">{escape(chart.tells)}</desc>'
        f'<rect width="{chart.width}" height="{chart.height}" fill="{GROUND}"/>'
        f"{''.join(_field(chart))}{''.join(map(_curve, chart.curves))}</svg>\n"
    )


def _field(chart: Chart) -> Iterator[str]:
    """Draw the numbers beside the field, and what they are of."""
    for tick in chart.up:
        yield _line(chart.left, tick.at, chart.right, tick.at, GRID)
        yield _text(chart.left - 8, tick.at, tick.words, "end")
    for tick in chart.across:
        yield _text(tick.at, chart.bottom + 14, tick.words)
    yield _text((chart.left + chart.right) / 2, chart.height - 12, "threshold of confidence, in %")
    if chart.mark:
        at = chart.mark.at
        yield _line(at, chart.top, at, chart.bottom, INK, ' stroke-dasharray="2 3"')
        yield _text(at, chart.top - 7, chart.mark.words)


def _curve(curve: Curve) -> str:
    colour = COLOURS[curve.model]
    dots = "".join(f'<circle cx="{x:g}" cy="{y:g}" r="2.5"/>' for x, y in curve.points)
    return (
        f'<path d="{curve.path}" fill="none" stroke="{colour}" stroke-width="2"'
        f'{DASHES[curve.model]}/><g fill="{colour}">{dots}</g>'
        f"{_text(*curve.name_at, curve.name, fill=colour)}"
    )


def _line(x1: float, y1: float, x2: float, y2: float, colour: str, more: str = "") -> str:
    return f'<line x1="{x1:g}" y1="{y1:g}" x2="{x2:g}" y2="{y2:g}" stroke="{colour}"{more}/>'


def _text(x: float, y: float, words: str, anchor: str = "middle", fill: str = INK) -> str:
    return (
        f'<text x="{x:g}" y="{y:g}" {FONT} font-size="13" fill="{fill}" text-anchor="{anchor}" '
        f'dominant-baseline="central" {HALO}>{escape(words)}</text>'
    )
