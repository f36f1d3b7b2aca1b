"""Draw a machine's graph: the boxes of its states, and the paths of the arrows between them."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import pairwise
from math import hypot

from framewarden.console.graph_layout import (
    END,
    GAP,
    HEIGHT,
    START,
    Point,
    label_of,
    lay_out,
    width_of,
)
from framewarden.domain.machines import NEXT, Arrow, Machine

MARGIN, CORNER, HEAD = 10, 12, 7
"""Around the drawing, how round a bend is, and how long an arrow's head."""


@dataclass(frozen=True)
class Box:
    """One state: its middle, its width, and its name as far as there is room for it."""

    name: str
    label: str
    x: float
    y: float
    width: float


@dataclass(frozen=True)
class Line:
    """One arrow as two paths of SVG; `words_at` is where words may stand beside it."""

    arrow: Arrow
    path: str
    head: str
    words_at: Point


@dataclass(frozen=True)
class Drawing:
    """A graph with its states and arrows; the dots are where it begins and ends."""

    width: float
    height: float
    boxes: tuple[Box, ...]
    lines: tuple[Line, ...]
    start: Point
    end: Point


@lru_cache(maxsize=8)
def draw(machine: Machine, strangers: tuple[str, ...] = ()) -> Drawing:
    """Draw a graph, always the same way; `strangers` are states that it has not, put below it."""
    names = [START, *dict.fromkeys(state.name for state in machine.states), END]
    known = set(names)
    arrows = [one for one in _arrows(machine) if {one.source, one.target} <= known]
    places, ways = lay_out(names, arrows)
    return _drawing(places, list(zip(arrows, ways, strict=True)), strangers)


def _arrows(machine: Machine) -> Iterable[Arrow]:
    """Give the arrows, with those from the beginning and to the end."""
    yield Arrow(START, machine.start, NEXT, ())
    yield from machine.arrows
    yield from (Arrow(one.name, END, NEXT, ()) for one in machine.states if one.ends)


def _drawing(
    places: dict[str, Point], ways: list[tuple[Arrow, list[Point]]], strangers: Sequence[str]
) -> Drawing:
    """Move everything to where the drawing begins, and make paths of the ways."""
    bottom = max(y for _, y in places.values())
    for at, name in enumerate(strangers, 1):
        places[name] = (places[START][0], bottom + at * (HEIGHT + GAP))
    bends = [point for _, way in ways for point in way]
    sides = [(x, width_of(name) / 2) for name, (x, _) in places.items()]
    left = min([x - half for x, half in sides] + [x for x, _ in bends]) - MARGIN
    right = max([x + half for x, half in sides] + [x for x, _ in bends]) + MARGIN
    top = min(y for _, y in places.values()) - HEIGHT / 2 - MARGIN
    bottom = max(y for _, y in places.values()) + HEIGHT / 2 + MARGIN

    def moved(point: Point) -> Point:
        return round(point[0] - left, 1), round(point[1] - top, 1)

    return Drawing(
        width=round(right - left),
        height=round(bottom - top),
        boxes=tuple(
            Box(name, label_of(name), *moved(place), width_of(name))
            for name, place in places.items()
            if name not in (START, END)
        ),
        lines=tuple(_line(arrow, [moved(point) for point in way]) for arrow, way in ways),
        start=moved(places[START]),
        end=moved(places[END]),
    )


def _line(arrow: Arrow, way: list[Point]) -> Line:
    path = [f"M{_spelt(way[0])}"]
    for before, bend, after in zip(way, way[1:], way[2:], strict=False):
        path.append(f"L{_spelt(_towards(bend, before))}")
        path.append(f"Q{_spelt(bend)} {_spelt(_towards(bend, after))}")
    path.append(f"L{_spelt(way[-1])}")
    first, second = next(pairwise(way))
    middle = ((first[0] + second[0]) / 2, (first[1] + second[1]) / 2)
    return Line(arrow, "".join(path), _head(way), (round(middle[0], 1), round(middle[1], 1)))


def _towards(point: Point, other: Point) -> Point:
    """Return where a bend begins on its way to another point."""
    length = hypot(other[0] - point[0], other[1] - point[1]) or 1
    share = min(CORNER / length, 0.5)
    return (
        round(point[0] + (other[0] - point[0]) * share, 1),
        round(point[1] + (other[1] - point[1]) * share, 1),
    )


def _head(way: list[Point]) -> str:
    """Return the triangle at the end of an arrow."""
    (x, y), (tip_x, tip_y) = way[-2], way[-1]
    length = hypot(tip_x - x, tip_y - y) or 1
    along = (tip_x - x) / length * HEAD, (tip_y - y) / length * HEAD
    base = tip_x - along[0], tip_y - along[1]
    sides = [(base[0] + turn * along[1] / 2, base[1] - turn * along[0] / 2) for turn in (1, -1)]
    points = [(round(one[0], 1), round(one[1], 1)) for one in sides]
    return f"M{_spelt(way[-1])}L{_spelt(points[0])}L{_spelt(points[1])}Z"


def _spelt(point: Point) -> str:
    return f"{point[0]:g},{point[1]:g}"
