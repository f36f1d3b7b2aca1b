"""Lay a machine's graph out: where its states stand, and the ways of the arrows between them."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import pairwise
from math import hypot
from typing import Any, Final

from framewarden.domain.machines import Arrow, Machine

Point = tuple[float, float]

HEIGHT, LEAST_WIDTH, MARGIN, GAP = 42, 132, 14, 34
"""Of a state's box, around the drawing, and between what stands in a column."""

LETTER, LONGEST = 8.4, 26
"""Width of a letter of a state's name, and letters of it that are drawn."""

CORNER, HEAD = 12, 7
"""How round a bend is, and how long an arrow's head."""

START, END = "\0start", "\0end"  # no state is called so: names have no control characters
DOT: Final = 14


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
    """Lay out a graph; `strangers` are states that it has not, put below it.

    The same graph always looks the same. What cannot be layered (a graph of several parts, say)
    becomes a column.
    """
    names = [START, *dict.fromkeys(state.name for state in machine.states), END]
    known = set(names)
    arrows = [one for one in _arrows(machine) if {one.source, one.target} <= known]
    try:
        places, ways = _layered(names, arrows)
    except Exception:  # whatever a layout trips over: a plainer drawing is better than no page
        places, ways = _column(names, arrows)
    return _drawing(places, list(zip(arrows, ways, strict=True)), strangers)


def _arrows(machine: Machine) -> Iterable[Arrow]:
    """Give the arrows, with those from the beginning and to the end."""
    yield Arrow(START, machine.start, "next", ())
    yield from machine.arrows
    yield from (Arrow(one.name, END, "next", ()) for one in machine.states if one.ends)


def width_of(name: str) -> float:
    """Return the width of what stands for a state."""
    return DOT if name in (START, END) else max(LEAST_WIDTH, len(_label(name)) * LETTER + 20)


def _label(name: str) -> str:
    return name if len(name) <= LONGEST else f"{name[: LONGEST - 1]}…"


class _View:
    """What grandalf asks of a vertex."""

    def __init__(self, width: float, height: float) -> None:
        self.w, self.h, self.xy = width, height, (0.0, 0.0)


def _layered(
    names: Sequence[str], arrows: Sequence[Arrow]
) -> tuple[dict[str, Point], list[list[Point]]]:
    """Stand the states in layers, each below those that lead to it.

    Raises
    ------
    ValueError
        The graph is of several parts. The layout raises other errors for other odd graphs.
    """
    from grandalf.graphs import Edge, Graph, Vertex
    from grandalf.layouts import SugiyamaLayout
    from grandalf.routing import EdgeViewer, route_with_lines

    vertices = {name: Vertex(name) for name in names}
    for name, vertex in vertices.items():
        vertex.view = _View(width_of(name), DOT if name in (START, END) else HEIGHT)
    edges: list[Any] = []
    for arrow in arrows:
        edge = Edge(vertices[arrow.source], vertices[arrow.target])
        edge.view = EdgeViewer()
        edges.append(edge)
    graph = Graph(list(vertices.values()), edges)
    if len(graph.C) != 1:
        raise ValueError("a graph of several parts")
    layout = SugiyamaLayout(graph.C[0])
    layout.route_edge = route_with_lines
    layout.init_all(roots=[vertices[START]])
    layout.xspace, layout.yspace = 16, GAP
    for layer in layout.layers:
        for vertex in layer:
            if layout.grx[vertex].dummy:  # a bend of a long arrow takes less room than a state
                vertex.view.w, vertex.view.h = 14, 4
    layout.draw(30)
    places = {name: vertex.view.xy for name, vertex in vertices.items()}
    return places, [list(edge.view._pts) for edge in edges]


def _column(
    names: Sequence[str], arrows: Sequence[Arrow]
) -> tuple[dict[str, Point], list[list[Point]]]:
    """Stand the states below each other; what leads further than to the next goes around."""
    places = {name: (0.0, at * (HEIGHT + GAP * 1.0)) for at, name in enumerate(names)}
    right = max(map(width_of, names)) / 2
    order = {name: at for at, name in enumerate(names)}
    ways: list[list[Point]] = []
    for arrow in arrows:
        (_, y), (_, below) = places[arrow.source], places[arrow.target]
        steps = order[arrow.target] - order[arrow.source]
        if steps == 1:
            ways.append([(0, y + _half(arrow.source)), (0, below - _half(arrow.target))])
            continue
        out = right + 14 + 9 * abs(steps)
        lower = below + (8 if steps == 0 else 0)  # back to itself it comes in below where it left
        ends = width_of(arrow.source) / 2, width_of(arrow.target) / 2
        ways.append([(ends[0], y), (out, y), (out, lower), (ends[1], lower)])
    return places, ways


def _half(name: str) -> float:
    return (DOT if name in (START, END) else HEIGHT) / 2


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
            Box(name, _label(name), *moved(place), width_of(name))
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
