"""The gate: fewer errors in sum, and no label missed more often."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from framewarden.domain.evaluations import Comparison, Evaluation, Pair, Tally, summed
from framewarden.domain.gate import judge
from framewarden.domain.live_checks import LiveCheck

LABELS = ("Alcohol", "Smoking")
TALLIES = st.builds(Tally, *[st.integers(0, 3)] * 4)
PAIRS = st.builds(Pair, TALLIES, TALLIES)


def compared(**labels):
    pairs = {
        name: Pair(Tally(5, 5, *base), Tally(5, 5, *adapter))
        for name, (base, adapter) in labels.items()
    }
    return Comparison(50.0, summed(pairs.values()), pairs)


def evaluated(**labels):
    return Evaluation(90, 40, 0.9, compared(**labels), ())


def live(images=20, missed=0, **labels):
    return LiveCheck(images, missed, compared(**labels))


GOOD = {"Smoking": ((12, 3), (2, 3))}


def test_fewer_errors_and_no_more_misses_pass():
    gate = judge(evaluated(**GOOD), live(**GOOD), ["Smoking"])
    assert gate.passed
    assert gate.said == (
        "On 40 test pictures it makes 5 errors, and the base model 15.",
        "On the last 20 live decisions it makes 5 errors, and the base model 15.",
        "It may be promoted.",
    )
    assert gate.document() == {
        "passed": True,
        "said": list(gate.said),
        "test": {"base": 15, "adapter": 5},
        "live": {"base": 15, "adapter": 5},
    }
    json.dumps(gate.document())


def test_without_live_decisions_that_is_said_and_no_failure():
    gate = judge(evaluated(**GOOD), None, ["Smoking"])
    assert gate.passed
    assert gate.said[1].startswith("It was checked on no live decision")
    assert gate.document()["live"] is None


@pytest.mark.parametrize(
    ("test", "live_check", "said"),
    [
        (
            {"Smoking": ((3, 0), (3, 0))},
            None,
            "not make fewer errors than the base model on the te",
        ),
        (
            {"Smoking": ((0, 0), (0, 0))},
            None,
            "not make fewer errors than the base model on the te",
        ),
        (
            {"Smoking": ((9, 0), (0, 1))},
            None,
            "misses Smoking more often on the test pictures: once",
        ),
        ({"Smoking": ((9, 1), (0, 2))}, None, "2 times, and the base model once"),
        (GOOD, live(Smoking=((2, 0), (2, 0))), "fewer errors than the base model on the live"),
        (GOOD, live(Smoking=((0, 0), (1, 0))), "fewer errors than the base model on the live"),
        (GOOD, live(Smoking=((9, 0), (0, 1))), "misses Smoking more often on the live decisions"),
        (GOOD, live(20, 3, Smoking=((2, 0), (1, 0))), "3 could not be asked about"),
        (GOOD, live(1, 1, Smoking=((0, 0), (0, 0))), "Of the last 1 live decision, 1 could"),
    ],
)
def test_what_speaks_against_it_is_said(test, live_check, said):
    gate = judge(evaluated(**test), live_check, ["Smoking"])
    assert not gate.passed
    assert said in " ".join(gate.said)
    assert "It may be promoted." not in gate.said


def test_a_label_that_was_trained_and_not_evaluated_speaks_against_it():
    gate = judge(evaluated(**GOOD), None, LABELS)
    assert not gate.passed
    assert "says nothing of Alcohol" in gate.said[-1]


def test_where_both_err_nowhere_on_live_decisions_it_may_tie():
    assert judge(evaluated(**GOOD), live(20, 2, Smoking=((0, 0), (0, 0))), ["Smoking"]).passed


def test_one_is_worded_as_one():
    gate = judge(evaluated(Smoking=((2, 0), (1, 0))), live(1, 0, **GOOD), ["Smoking"])
    assert gate.said[0] == "On 40 test pictures it makes 1 error, and the base model 2."
    assert gate.said[1].startswith("On the last 1 live decision it")


@given(
    st.dictionaries(st.sampled_from(LABELS), PAIRS), st.dictionaries(st.sampled_from(LABELS), PAIRS)
)
def test_what_passes_is_better_everywhere_it_was_looked_at(test, live_pairs):
    asked = Comparison(50.0, summed(test.values()), test)
    checked = LiveCheck(10, 0, Comparison(50.0, summed(live_pairs.values()), live_pairs))
    gate = judge(Evaluation(1, 1, None, asked, ()), checked, LABELS)
    if gate.passed:
        assert set(test) == set(LABELS)
        assert asked.whole.adapter.errors < asked.whole.base.errors
        assert gate.live.adapter <= gate.live.base
        for pair in (*test.values(), *live_pairs.values()):
            assert pair.adapter.fn <= pair.base.fn
    else:
        assert len(gate.said) > 2
