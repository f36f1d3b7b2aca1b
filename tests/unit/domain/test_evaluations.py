"""Rekognition's evaluation: read whole, or not at all."""

import json
from copy import deepcopy

import pytest
from hypothesis import given
from hypothesis import strategies as st

from framewarden.domain import evaluations
from framewarden.domain.evaluations import EvaluationInvalidError, Pair, Tally, summed
from tests.unit.training_world import BETTER

# Nothing is decided by these.
SPARE = {"AggregatedEvaluationResults.F1Score", "AggregatedEvaluationResults"}
SPARE |= {f"EvaluationDetails.{name}" for name in ("EvaluationEndTimestamp", "Labels")}
SPARE |= {"EvaluationDetails.ProjectVersionArn"}


def read(document):
    return evaluations.read(json.dumps(document).encode())


def paths(document, above=()):
    """Lead to every member of a document."""
    pairs = document.items() if isinstance(document, dict) else enumerate(document)
    for name, below in pairs:
        yield (*above, name)
        if isinstance(below, dict | list):
            yield from paths(below, (*above, name))


MEMBERS = [path for path in paths(BETTER) if isinstance(path[-1], str)]
NEEDED = [path for path in MEMBERS if ".".join(map(str, path)) not in SPARE]


def changed(path, value=None, *, drop=False):
    document = deepcopy(BETTER)
    place = document
    for name in path[:-1]:
        place = place[name]
    if drop:
        del place[path[-1]]
    else:
        place[path[-1]] = value
    return document


def test_an_evaluation_is_read_as_a_row_keeps_it():
    kept = read(BETTER).document()
    base, adapter = {"tp": 10, "tn": 10, "fp": 12, "fn": 3}, {"tp": 10, "tn": 10, "fp": 2, "fn": 3}
    assert (kept["threshold"], kept["trained_on"], kept["images"], kept["f1"]) == (50, 90, 40, 0.9)
    assert (kept["base"], kept["adapter"]) == (base, adapter)
    assert [one["threshold"] for one in kept["thresholds"]] == [*range(5, 101, 5)]
    [label] = kept["labels"]
    assert (label["label"], label["base"], label["adapter"]) == ("Smoking", base, adapter)
    assert label["thresholds"][0] == {"threshold": 5.0, "base": base, "adapter": adapter}
    json.dumps(kept, allow_nan=False)


@given(st.sampled_from(NEEDED))
def test_without_any_of_its_members_it_is_unreadable(path):
    with pytest.raises(EvaluationInvalidError, match="missing"):
        read(changed(path, drop=True))


@given(
    st.sampled_from(NEEDED),
    st.sampled_from([None, True, -1, 0.5, "7", float("nan"), float("inf"), 10**9, [], {}]),
)
def test_with_an_impossible_member_it_is_unreadable_or_counts_nothing_else(path, value):
    possible = path[-1] == "ConfidenceThreshold" and value == 0.5
    possible |= path[-1] in ("LabelEvaluationResults", "AllConfidenceThresholdsEvalResults") and (
        value == []
    )
    possible |= path[-1] == "Label" and value == "7"
    try:
        read(changed(path, value))
    except EvaluationInvalidError:
        assert not possible
    else:
        assert possible


@pytest.mark.parametrize("text", [b"", b"{", b"\xff\xfe", b"[]", b"7", b"[" * 100_000])
def test_what_is_no_document_is_unreadable(text):
    with pytest.raises(EvaluationInvalidError):
        evaluations.read(text)


def test_nothing_tested_is_no_evaluation():
    with pytest.raises(EvaluationInvalidError, match="is 0"):
        read(changed(("EvaluationDetails", "NumberOfTestingImages"), 0))


def test_a_label_is_named_as_the_taxonomy_does_and_once():
    asked = ("ContentModeration", "InputConfidenceThresholdEvalResults", "LabelEvaluationResults")
    [one] = BETTER[asked[0]][asked[1]][asked[2]]
    found = read(changed(asked, [one | {"Label": "smoking"}, one | {"Label": "A new one"}]))
    assert list(found.asked.labels) == ["A new one", "Smoking"]
    new = found.document()["labels"][0]
    assert (new["label"], new["thresholds"]) == ("A new one", [])
    with pytest.raises(EvaluationInvalidError, match="comes twice"):
        read(changed(asked, [one, one | {"Label": "SMOKING"}]))
    with pytest.raises(EvaluationInvalidError, match="no name"):
        read(changed(asked, [one | {"Label": " "}]))


@pytest.mark.parametrize("score", [None, "1", 2, True, float("nan")])
def test_a_score_that_is_none_is_left_out(score):
    assert read(changed(("AggregatedEvaluationResults", "F1Score"), score)).f1 is None


def test_a_score_may_be_missing():
    for path in (("AggregatedEvaluationResults", "F1Score"), ("AggregatedEvaluationResults",)):
        assert read(changed(path, drop=True)).f1 is None


def test_pairs_are_added_up():
    one = Pair(Tally(1, 2, 3, 4), Tally(5, 6, 7, 8))
    assert summed([one, one]) == Pair(Tally(2, 4, 6, 8), Tally(10, 12, 14, 16))
    assert summed([]).base.errors == 0
    assert one.adapter.errors == 15
