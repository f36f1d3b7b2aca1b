"""Find places for the states of a graph, and ways for its arrows, in layers or in a column."""

from collections.abc import Sequence
from typing import Any, Final

from framewarden.domain.machines import Arrow

Point = tuple[float, float]
Layout = tuple[dict[str, Point], list[list[Point]]]
"""Where the middle of each state is, and the points of each arrow's way."""

HEIGHT, LEAST_WIDTH, GAP = 52, 136, 28
"""Of a state's box, and between what stands in a column."""

LETTER, LONGEST = 9.0, 26
"""Width of a letter of a state's name, and letters of it that are drawn."""

START, END = "\0start", "\0end"  # no state is called so: names have no control characters
DOT: Final = 14


def lay_out(names: Sequence[str], arrows: Sequence[Arrow]) -> Layout:
    """Lay a graph out; the same graph always gets the same places.

    What cannot be layered (a graph of several parts, say) becomes a column.
    """
    try:
        return _layered(names, arrows)
    except Exception:  # whatever a layout trips over: a plainer drawing is better than no page
        return _column(names, arrows)


def width_of(name: str) -> float:
    """Return the width of what stands for a state."""
    return DOT if name in (START, END) else max(LEAST_WIDTH, len(label_of(name)) * LETTER + 20)


def label_of(name: str) -> str:
    """Return a state's name as far as there is room for it."""
    return name if len(name) <= LONGEST else f"{name[: LONGEST - 1]}…"


class _View:
    """What grandalf asks of a vertex."""

    def __init__(self, width: float, height: float) -> None:
        self.w, self.h, self.xy = width, height, (0.0, 0.0)


def _layered(names: Sequence[str], arrows: Sequence[Arrow]) -> Layout:
    """Stand the states in layers, each below those that lead to it.

    Raises
    ------
    ValueError
        The graph is of several parts. The layout raises other errors for other odd graphs.
    """
    from grandalf.graphs import Edge, Vertex, graph_core
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
    # Not a `Graph`: that takes its edges through a set, in another order each time.
    layout = SugiyamaLayout(graph_core(list(vertices.values()), edges))
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


def _column(names: Sequence[str], arrows: Sequence[Arrow]) -> Layout:
    """Stand the states below each other; what leads further than to the next goes around."""
    places = {name: (0.0, at * float(HEIGHT + GAP)) for at, name in enumerate(names)}
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
