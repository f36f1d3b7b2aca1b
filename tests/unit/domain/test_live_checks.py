"""How both models judge the last live decisions."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from framewarden.domain.errors import AnalysisMalformedError
from framewarden.domain.live_checks import Asked, count, found_in

LABELS = ("Alcohol", "Smoking")
SOME = st.frozensets(st.sampled_from(LABELS))


def test_a_label_is_found_at_the_threshold_with_those_above_it():
    labels = [("Drinking", "Alcohol Use", 50), ("Smoking", "Drugs & Tobacco", 49.9)]
    answer = {
        "ModerationLabels": [
            {"Name": name, "ParentName": above, "Confidence": sure} for name, above, sure in labels
        ]
    }
    found = found_in(answer, 50.0)
    assert "Drinking" in found
    assert "Smoking" not in found
    assert len(found) == 3


@pytest.mark.parametrize("labels", [None, "x", [{"Name": ""}]])
def test_a_broken_answer_finds_nothing_silently(labels):
    with pytest.raises(AnalysisMalformedError):
        found_in({"ModerationLabels": labels}, 50.0)


@given(st.lists(st.builds(Asked, SOME, SOME, SOME)), st.integers(0, 5))
def test_every_picture_counts_once_for_each_label(asked, missed):
    checked = count(asked, len(asked) + missed, LABELS, 50.0)
    assert (checked.images, checked.missed) == (len(asked) + missed, missed)
    for pair in checked.comparison.labels.values():
        for tally in (pair.base, pair.adapter):
            assert tally.tp + tally.tn + tally.fp + tally.fn == len(asked)
    whole = checked.comparison.whole
    for base, adapter in ((whole.base, whole.adapter),):
        assert base.errors == sum(len(one.present ^ one.base) for one in asked)
        assert adapter.errors == sum(len(one.present ^ one.adapter) for one in asked)


def test_a_row_keeps_it():
    kept = count([Asked({"Smoking"}, (), {"Smoking"})], 2, ["Smoking"], 50.0).document()
    one, none = {"tp": 1, "tn": 0, "fp": 0, "fn": 0}, {"tp": 0, "tn": 0, "fp": 0, "fn": 1}
    assert kept == {
        "images": 2,
        "missed": 1,
        "threshold": 50.0,
        "base": none,
        "adapter": one,
        "labels": [{"label": "Smoking", "base": none, "adapter": one}],
    }
