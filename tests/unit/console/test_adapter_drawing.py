"""The picture of errors over thresholds: points inside the field, and the same in words."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from framewarden.console.adapter_drawing import draw, errors
from tests.unit.console.adapters_world import over_thresholds, tally


def at(threshold, base, adapter):
    return {"threshold": threshold, "base": tally(fp=base), "adapter": tally(fn=adapter)}


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


def test_the_lower_line_has_its_name_below():
    base, adapter = draw([at(5, 1, 9), at(50, 1, 9), at(100, 1, 9)]).curves
    assert base.name_at[1] > adapter.name_at[1]
