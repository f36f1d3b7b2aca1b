import re

import pytest

from framewarden.console.graph_drawing import draw
from framewarden.console.graph_layout import END, HEIGHT, START
from framewarden.domain.machines import read
from tests.unit.console.execution_world import ADAPTER, BATCH, MODERATE, ORDER


def machine(start="A", **states):
    return read({"StartAt": start, "States": states})


def task(to=None, **more):
    return {"Type": "Task", **({"Next": to} if to else {"End": True}), **more}


def points(path):
    """Return the corners of a path, whatever its bends."""
    return [tuple(map(float, one.split(","))) for one in re.findall(r"[-\d.]+,[-\d.]+", path)]


def box_of(drawing, name):
    return next(box for box in drawing.boxes if box.name == name)


def line_of(drawing, source, target):
    return next(
        line for line in drawing.lines if (line.arrow.source, line.arrow.target) == (source, target)
    )


def touches(point, box):
    """Tell whether a point lies on the edge of a box."""
    beside, above = abs(point[0] - box.x) - box.width / 2, abs(point[1] - box.y) - HEIGHT / 2
    return max(beside, above) == pytest.approx(0, abs=1)


@pytest.mark.parametrize("definition", [MODERATE, ORDER, BATCH, ADAPTER])
def test_every_state_and_arrow_of_ours_is_drawn(definition):
    graph = read(definition)
    drawing = draw(graph)
    assert [box.name for box in drawing.boxes] == list(definition["States"])
    drawn = {(line.arrow.source, line.arrow.target) for line in drawing.lines}
    assert {(arrow.source, arrow.target) for arrow in graph.arrows} <= drawn
    assert (START, definition["StartAt"]) in drawn
    ends = {state.name for state in graph.states if state.ends}
    assert {source for source, target in drawn if target == END} == ends


@pytest.mark.parametrize("definition", [MODERATE, ORDER, BATCH, ADAPTER])
def test_nothing_lies_outside_or_on_something_else(definition):
    drawing = draw(read(definition))
    for box in drawing.boxes:
        assert box.width / 2 <= box.x <= drawing.width - box.width / 2
        assert HEIGHT / 2 <= box.y <= drawing.height - HEIGHT / 2
    for line in drawing.lines:
        for x, y in points(line.path):
            assert 0 <= x <= drawing.width
            assert 0 <= y <= drawing.height
    places = [(round(box.x), round(box.y)) for box in drawing.boxes]
    assert len(set(places)) == len(places)
    for box in drawing.boxes:
        beside = [one for one in drawing.boxes if one.y == box.y and one.x > box.x]
        assert all(one.x - one.width / 2 > box.x + box.width / 2 for one in beside)


def test_arrows_lead_from_the_state_that_they_leave_to_the_one_that_they_reach():
    """Also those that lead back up, which a layout turns around."""
    drawing = draw(read(MODERATE))
    for line in drawing.lines:
        if START in (line.arrow.source,) or END in (line.arrow.target,):
            continue
        corners = points(line.path)
        assert touches(corners[0], box_of(drawing, line.arrow.source))
        assert touches(corners[-1], box_of(drawing, line.arrow.target))
        assert points(line.head)[0] == corners[-1]


def test_the_way_goes_down():
    drawing = draw(read(MODERATE))
    first, last = box_of(drawing, "IsAnalyzed?"), box_of(drawing, "Archive")
    assert drawing.start[1] < first.y < last.y < drawing.end[1]


def test_the_same_graph_always_looks_the_same():
    """However its parts lie in memory, by which the layout's library would order them."""
    graph, kept, drawn = read(MODERATE), [], set()
    for number in range(8):
        draw.cache_clear()
        drawn.add(draw(graph))
        kept.append([type("Other", (), {})() for _ in range(number * 7)])
    assert len(drawn) == 1


def test_a_graph_is_laid_out_once():
    assert draw(read(ORDER)) is draw(read(ORDER))


def test_bends_are_round():
    drawing = draw(
        machine(A=task("B", Catch=[{"ErrorEquals": ["x"], "Next": "C"}]), B=task("C"), C=task())
    )
    assert re.fullmatch(
        r"M[\d.,]+L[\d.,]+Q[\d.,]+ [\d.,]+L[\d.,]+", line_of(drawing, "A", "C").path
    )
    assert "Q" not in line_of(drawing, "A", "B").path


def test_a_long_name_is_cut():
    drawing = draw(machine(start="n" * 80, **{"n" * 80: task()}))
    [box] = drawing.boxes
    assert box.label == "n" * 25 + "…"
    assert (box.name, box.width) == ("n" * 80, 26 * 9 + 20)


def test_one_state_is_a_graph():
    drawing = draw(machine(A=task()))
    assert drawing.start[1] < box_of(drawing, "A").y < drawing.end[1]


def test_what_is_in_parts_becomes_a_column():
    drawing = draw(machine(A=task("B"), B=task("A"), Lost=task()))
    assert [box.x for box in drawing.boxes] == [drawing.boxes[0].x] * 3
    below = [drawing.start[1], *(box.y for box in drawing.boxes), drawing.end[1]]
    assert below == sorted(below)
    assert len(set(below)) == 5
    assert points(line_of(drawing, "A", "B").path)[0] == (
        drawing.boxes[0].x,
        drawing.boxes[0].y + 26,
    )
    back = points(line_of(drawing, "B", "A").path)
    a, b = drawing.boxes[:2]
    assert (back[0], back[-1]) == ((b.x + b.width / 2, b.y), (a.x + a.width / 2, a.y))
    assert max(x for x, _ in back) > a.x + a.width / 2
    assert max(x for x, _ in back) <= drawing.width


def test_what_leads_back_to_itself_is_drawn():
    states = {"A": task("B"), "B": {"Type": "Choice", "Choices": [], "Default": "B"}, "C": task()}
    drawing = draw(machine(**states))
    corners = points(line_of(drawing, "B", "B").path)
    assert corners[0][1] < corners[-1][1]


@pytest.mark.parametrize("definition", [{}, {"StartAt": "A", "States": {}}, {"StartAt": "B"}])
def test_an_empty_definition_is_two_dots(definition):
    drawing = draw(read(definition))
    assert drawing.boxes == drawing.lines == ()
    assert drawing.start != drawing.end


def test_arrows_to_what_is_not_there_are_left_out():
    drawing = draw(machine(start="Nowhere", A=task("B", Next="Gone"), B=task()))
    drawn = {(line.arrow.source, line.arrow.target) for line in drawing.lines}
    assert drawn == {("B", END)}


def test_strangers_stand_below_everything():
    drawing = draw(machine(A=task()), ("X", "Y"))
    assert [box.name for box in drawing.boxes] == ["A", "X", "Y"]
    x, y = drawing.boxes[1:]
    assert drawing.end[1] + HEIGHT / 2 < x.y < y.y <= drawing.height - HEIGHT / 2
    assert drawing.end[1] < drawing.height
