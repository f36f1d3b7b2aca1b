"""Draw an execution at a terminal, as `git log --graph` draws a history."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import zip_longest

from rich.cells import cell_len
from rich.console import Console, ConsoleOptions, RenderResult
from rich.text import Text

from framewarden.domain.history import BROKEN_OFF, CAUGHT, DONE, FAILED
from framewarden.domain.machines import Arrow
from local.cli.output import printable
from local.execution_steps import NOT_TAKEN, RETRIED, WAITING, Note, Step
from local.execution_words import took


@dataclass(frozen=True)
class Glyphs:
    """The signs of one way to write; those of ASCII are for terminals without UTF-8."""

    marks: dict[str, str]
    rail: str
    arm: str


UNICODE = Glyphs(
    {
        DONE: "●",
        RETRIED: "↻",
        CAUGHT: "✗",
        FAILED: "✗",
        BROKEN_OFF: "✗",
        WAITING: "◐",
        NOT_TAKEN: "○",
    },
    "│",
    "├─",
)
ASCII = Glyphs(
    {
        DONE: "*",
        RETRIED: "@",
        CAUGHT: "x",
        FAILED: "X",
        BROKEN_OFF: "X",
        WAITING: "~",
        NOT_TAKEN: "o",
    },
    "|",
    "|-",
)
STYLES = {
    DONE: "green",
    RETRIED: "yellow",
    CAUGHT: "yellow",
    FAILED: "bold red",
    BROKEN_OFF: "magenta",
    WAITING: "bold cyan",
    NOT_TAKEN: "dim",
}
NOTE_STYLES = {"failure": "red", "data": "dim"}
# Columns between the words of a state and its times, and the least that words are given.
GAP, NARROWEST = 2, 24


class Picture:
    """The rail of an execution's steps; it fits whatever width and encoding it is drawn in."""

    def __init__(self, steps: Sequence[Step]) -> None:
        self._steps = steps
        self._times = [_times(step) for step in steps]

    def __rich_console__(self, console: Console, options: ConsoleOptions) -> RenderResult:
        """Draw it."""
        signs = ASCII if options.ascii_only else UNICODE
        offsets = max((cell_len(one) for one, _ in self._times), default=0)
        lengths = max((cell_len(one) for _, one in self._times), default=0)
        heads = [_head(step, signs) for step in self._steps]
        room = max(NARROWEST, options.max_width - offsets - lengths - 2 * GAP)
        widest = min(room, max((head.cell_len for head in heads), default=0))
        for number, (step, head) in enumerate(zip(self._steps, heads, strict=True)):
            rail = signs.rail if number + 1 < len(self._steps) else " "
            offset, length = self._times[number]
            times = f"{offset:>{offsets + GAP}}{length:>{lengths + GAP}}"
            yield from _visit(console, head, times, widest, rail)
            for way in step.others:
                yield from _arm(console, way, signs, options.max_width)
            for note in step.notes:
                yield from _note(console, note, rail, options.max_width)


def _times(step: Step) -> tuple[str, str]:
    return f"+{took(step.offset)}", took(step.seconds)


def _head(step: Step, signs: Glyphs) -> Text:
    style = STYLES[step.mark]
    head = Text().append(f"{signs.marks[step.mark]} ", style=style)
    head.append(printable(step.state), style="bold" if step.mark == DONE else style)
    if step.way:
        head.append(f"  {printable(step.way)}")
    if step.words:
        head.append(f"  {printable(step.words)}", style=style)
    return head


def _visit(console: Console, head: Text, times: str, width: int, rail: str) -> Iterator[Text]:
    """Give a step's line; where the terminal is narrow its words go on below, nothing is cut."""
    first, *more = head.wrap(console, width)
    first.pad_right(width - first.cell_len)
    yield first.append(times, style="dim")
    for line in more:
        yield Text(f"{rail} ", style="dim").append_text(line)


def _arm(console: Console, way: Arrow, signs: Glyphs, width: int) -> Iterator[Text]:
    """Give a way that was not taken, hanging from the rail."""
    arm = f"{signs.arm}{signs.marks[NOT_TAKEN]} "
    words = printable(f"{way.target}  {', '.join(way.words)}")
    lines = Text(words).wrap(console, max(NARROWEST, width - len(arm)))
    for line, before in zip_longest(lines, [arm], fillvalue=f"{signs.rail}   "):
        yield Text(f"{before}{line}", style="dim")


def _note(console: Console, note: Note, rail: str, width: int) -> Iterator[Text]:
    style = NOTE_STYLES.get(note.kind, "")
    for written in printable(note.text).split("\n"):
        for line in Text(written, style=style).wrap(console, max(NARROWEST, width - 4)):
            yield Text(f"{rail}   ", style="dim").append_text(line)
