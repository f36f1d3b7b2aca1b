"""Draw how many errors two models make over thresholds: points and paths, for a page to place."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

Tally = Mapping[str, Any]

WIDTH, HEIGHT = 480, 290
LEFT, RIGHT, TOP, BOTTOM = 56, 16, 16, 48
"""What is beside, above and below the field: numbers, and what they are of."""
LEAST, MOST = 5, 100
"""The thresholds that an evaluation is made at, in per cent (AWS: 5 to 100 in steps of 5)."""
STEPS = (1, 2, 5)
TICKS = 5
ABOVE, BELOW, MIDDLE, INSIDE = 12, 22, 5, 56
"""So far a name's foot stands above its line, below it, below its middle; half its room across."""

Point = tuple[float, float]


@dataclass(frozen=True)
class Curve:
    """One model's errors: a path, its points, and where its name may stand."""

    model: str
    name: str
    path: str
    points: tuple[Point, ...]
    name_at: Point


@dataclass(frozen=True)
class Tick:
    """A number beside the field, and where."""

    words: str
    at: float


@dataclass(frozen=True)
class Chart:
    """A picture of errors over thresholds, and the same in words.

    `mark` is where the threshold of the training stands; `rows` are threshold, base and adapter.
    """

    width: int
    height: int
    left: int
    right: int
    top: int
    bottom: int
    curves: tuple[Curve, ...]
    across: tuple[Tick, ...]
    up: tuple[Tick, ...]
    mark: Tick | None
    tells: str
    rows: tuple[tuple[str, int, int], ...]


def errors(tally: Tally) -> int:
    """Return how often a model was wrong: what it found wrongly, and what it missed."""
    return int(tally["fp"]) + int(tally["fn"])


def draw(thresholds: Sequence[Mapping[str, Any]], threshold: float | None = None) -> Chart | None:
    """Draw an evaluation, always the same way; None where it has fewer than two thresholds."""
    rows = sorted(
        (float(one["threshold"]), errors(one["base"]), errors(one["adapter"])) for one in thresholds
    )
    if len(rows) < 2:
        return None
    most = max(max(base, adapter) for _, base, adapter in rows)
    step = _step(most)
    top = step * max(1, -(-most // step))
    base = [_place(at, found, top) for at, found, _ in rows]
    adapter = [_place(at, found, top) for at, _, found in rows]
    marked = threshold is not None and LEAST <= threshold <= MOST
    return Chart(
        width=WIDTH,
        height=HEIGHT,
        left=LEFT,
        right=WIDTH - RIGHT,
        top=TOP,
        bottom=HEIGHT - BOTTOM,
        curves=tuple(_curves(base, adapter)),
        across=tuple(Tick(f"{at}", _place(at, 0, top)[0]) for at in (5, 20, 40, 60, 80, 100)),
        up=tuple(Tick(f"{at:,}", _place(5, at, top)[1]) for at in range(0, top + 1, step)),
        mark=Tick(f"{threshold:g} %", _place(threshold or 0, 0, top)[0]) if marked else None,
        tells=_tells(rows),
        rows=tuple((f"{at:g}", base, adapter) for at, base, adapter in rows),
    )


def _curves(base: list[Point], adapter: list[Point]) -> tuple[Curve, Curve]:
    """Name each line beside it, the second one clear of the first one's name as well."""
    at = _beside(base, adapter)
    taken = [(at[0] + aside, at[1] - MIDDLE) for aside in (-INSIDE, 0, INSIDE)]
    return (
        Curve("base", "base model", _path(base), tuple(base), at),
        Curve("adapter", "adapter", _path(adapter), tuple(adapter), _beside(adapter, base + taken)),
    )


def _beside(line: Sequence[Point], other: Sequence[Point]) -> Point:
    """Return the place above or below a line, clear of all of it, that is furthest from another.

    Where there is none inside the field, as above and below a line that crosses all of it, the
    name stands on the line.
    """
    inside = [x for x, _ in line if LEFT + INSIDE <= x <= WIDTH - RIGHT - INSIDE]
    places = [
        (x, round(y, 1))
        for x in inside
        for y in (min(_passing(line, x)) - ABOVE, max(_passing(line, x)) + BELOW)
        if TOP <= y <= HEIGHT - BOTTOM - ABOVE / 2
    ]
    if not places:
        x, y = line[len(line) // 2]
        return x, min(max(y, TOP), HEIGHT - BOTTOM - ABOVE / 2)
    return max(places, key=lambda place: _room(place, other))


def _room(place: Point, other: Sequence[Point]) -> float:
    """Return how far a name is from a line that passes above or below it; 0 where it crosses."""
    x, y = place[0], place[1] - MIDDLE
    passing = _passing(other, x)  # both lines have a point at each threshold, so one here too
    return max(min(passing) - y, y - max(passing), 0.0)


def _passing(line: Sequence[Point], x: float) -> list[float]:
    """Return how high a line is where it passes a name around `x`, from end to end of that."""
    ends = x - INSIDE, x + INSIDE
    return [y for across, y in line if ends[0] <= across <= ends[1]] + [
        y1 + (y2 - y1) * (end - x1) / (x2 - x1)
        for (x1, y1), (x2, y2) in pairwise(line)
        for end in ends
        if x1 < end < x2
    ]


def _place(threshold: float, found: int, top: int) -> Point:
    across = (threshold - LEAST) / (MOST - LEAST)
    x = LEFT + across * (WIDTH - LEFT - RIGHT)
    y = HEIGHT - BOTTOM - found / top * (HEIGHT - TOP - BOTTOM)
    return round(x, 1), round(y, 1)


def _path(points: Sequence[Point]) -> str:
    return "M" + "L".join(f"{x:g},{y:g}" for x, y in points)


def _step(most: int) -> int:
    """Return the step between two numbers beside the field: 1, 2 or 5 times a power of ten."""
    scale = 1
    while True:
        for one in STEPS:
            if most <= one * scale * TICKS:
                return one * scale
        scale *= 10


def _tells(rows: Sequence[tuple[float, int, int]]) -> str:
    """Say what the picture shows."""
    fewer = [at for at, base, adapter in rows if adapter < base]
    more = [at for at, base, adapter in rows if adapter > base]
    said = [
        f"Errors at thresholds from {rows[0][0]:g} to {rows[-1][0]:g} %.",
        f"The adapter makes fewer than the base model at {_ranges(rows, fewer)}"
        if fewer
        else "The adapter makes fewer nowhere",
        f"more at {_ranges(rows, more)}." if more else "more nowhere.",
    ]
    return f"{said[0]} {said[1]}, {said[2]}"


def _ranges(rows: Sequence[tuple[float, int, int]], among: Sequence[float]) -> str:
    """Spell thresholds, those next to each other as a range."""
    order = {row[0]: place for place, row in enumerate(rows)}
    groups = [[among[0]]]
    for before, at in pairwise(among):
        if order[at] == order[before] + 1:
            groups[-1].append(at)
        else:
            groups.append([at])
    spelt = [f"{one[0]:g}" if len(one) == 1 else f"{one[0]:g} to {one[-1]:g}" for one in groups]
    return ", ".join(spelt) + " %"
