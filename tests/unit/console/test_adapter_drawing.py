"""The picture of errors over thresholds: points inside the field, and the same in words."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from framewarden.console.adapter_drawing import draw, errors
from tests.unit.console.adapters_world import over_thresholds, tally


def at(threshold, base, adapter):
    return {"threshold": threshold, "base": tally(fp=base), "adapter": tally(fn=adapter)}


# As it was measured once: the base model's line goes down steeply between two thresholds.
STEP = [
    *((24, 2), (24, 2), (24, 1), (24, 0), (19, 0), (16, 0), (15, 0), (11, 0), (10, 0), (10, 0)),
    *((10, 0), (10, 0), (6, 0), (5, 0), (5, 0), (6, 0), (7, 0), (10, 0), (12, 2), (16, 16)),
]

counts = st.integers(0, 50_000)
evaluations = st.lists(
    st.builds(at, st.sampled_from(range(5, 101, 5)), counts, counts),
    min_size=2,
    unique_by=lambda one: one["threshold"],
)


def test_errors_are_what_was_found_wrongly_and_what_was_missed():
    assert errors(tally(tp=9, fp=2, fn=3, tn=7)) == 5


@pytest.mark.parametrize("few", [[], [at(50, 1, 2)]])
def test_one_threshold_is_no_picture(few):
    assert draw(few) is None


def test_the_threshold_of_the_training_is_marked_where_there_is_one():
    assert draw(over_thresholds(), 50.0).mark.words == "50 %"
    assert draw(over_thresholds()).mark is None
    assert draw(over_thresholds(), 1.0).mark is None


@given(evaluations)
def test_all_of_it_is_inside_the_field_and_beside_it(found):
    chart = draw(found, 50.0)
    base, adapter = chart.curves
    for curve in (base, adapter):
        assert len(curve.points) == len(found)
        for x, y in (*curve.points, curve.name_at):
            assert chart.left <= x <= chart.right
            assert chart.top - 1 <= y <= chart.bottom
    assert [float(tick.at) for tick in chart.up] == sorted(
        (tick.at for tick in chart.up), reverse=True
    )
    assert 2 <= len(chart.up) <= 6
    assert chart.up[0].at == chart.bottom
    assert chart.rows == tuple(
        (f"{one['threshold']}", one["base"]["fp"], one["adapter"]["fn"])
        for one in sorted(found, key=lambda one: one["threshold"])
    )


@given(evaluations)
def test_order_makes_no_difference(found):
    assert draw(found) == draw(found[::-1])


@pytest.mark.parametrize(
    ("rows", "said"),
    [
        (
            [at(5, 3, 1), at(10, 3, 1), at(15, 3, 3), at(20, 3, 4), at(25, 3, 2)],
            "The adapter makes fewer than the base model at 5 to 10, 25 %, more at 20 %.",
        ),
        ([at(5, 1, 1), at(10, 1, 1)], "The adapter makes fewer nowhere, more nowhere."),
        ([at(5, 1, 2), at(10, 1, 2)], "The adapter makes fewer nowhere, more at 5 to 10 %."),
    ],
)
def test_the_same_is_told_in_words(rows, said):
    assert draw(rows).tells.endswith(said)


def near(curve, x):
    """Return how high a line is over the room of a name, some 100 across."""
    across, up = zip(*curve.points, strict=True)
    return np.interp(np.arange(x - 54, x + 54, 2), across, up)


@pytest.mark.parametrize(
    "pairs",
    [
        [(24 - number, max(0, 3 - number)) for number in range(20)],  # the adapter errs hardly
        [(max(0, 3 - number), 24 - number) for number in range(20)],
        [(9, 9)] * 20,
        [(9, 8)] * 20,
        [(1, 0)] * 20,
        [(0, 0)] * 20,
        [(20, 1)] * 20,
        [(number, 19 - number) for number in range(20)],  # they cross
        [(10, 0)] * 19 + [(16, 16)],
        STEP,
    ],
)
def test_no_name_stands_on_a_line_or_on_the_other_name(pairs):
    found = [at(5 * place, *pair) for place, pair in enumerate(pairs, start=1)]
    curves = draw(found).curves
    for curve in curves:
        x, foot = curve.name_at
        for line in curves:
            # A name is some 12 high.
            assert all(y < foot - 12 or y > foot + 3 for y in near(line, x))
    base, adapter = (curve.name_at for curve in curves)
    assert abs(base[0] - adapter[0]) > 100 or abs(base[1] - adapter[1]) > 14


def test_a_line_that_leaves_no_room_carries_its_name():
    steep = [at(threshold, 40 * (threshold // 5 % 2), 0) for threshold in range(5, 101, 5)]
    base = draw(steep).curves[0]
    assert base.name_at[0] == base.points[10][0]
