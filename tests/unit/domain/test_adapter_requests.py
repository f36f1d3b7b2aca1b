"""What may be asked of a training, and what is said of what may not."""

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from framewarden.domain import adapter_requests, adapters, taxonomy
from framewarden.domain.errors import AdapterRefusedError

NOW = datetime(2026, 11, 22, 9, 0, 5, tzinfo=UTC)


def read(**asked):
    return adapter_requests.read_request({"by": "ada"} | asked, NOW)


def test_who_says_little_gets_what_rekognition_would_take():
    asked = read()
    assert (asked.name, asked.is_named) == ("v2026-11-22-090005", False)
    assert (asked.labels, asked.threshold, asked.hours, asked.account) == (None, 50.0, 24, None)
    assert adapters.check_name(asked.name) == asked.name


def test_labels_are_known_in_any_case_and_each_counts_once():
    asked = read(name="v1", labels=["smoking", "Alcohol", "SMOKING"], threshold=40, hours=72)
    assert asked.labels == ("Alcohol", "Smoking")
    assert (asked.is_named, asked.threshold, asked.hours) == (True, 40.0, 72)


@pytest.mark.parametrize("labels", [None, [], ()])
def test_no_label_is_every_label_that_is_ready(labels):
    assert read(labels=labels).labels is None


@pytest.mark.parametrize(
    ("asked", "said"),
    [
        ({"name": "V1"}, "small letters"),
        ({"name": "base"}, "base"),
        ({"name": 7}, "a text, not 7"),
        ({"by": None}, "say who"),
        ({"by": " "}, "one line"),
        ({"account": "a\nb"}, "one line"),
        ({"labels": ["Smokin"]}, "did you mean 'Smoking'"),
        ({"labels": [7]}, "7 is no label"),
        ({"labels": "Smoking"}, "a list of labels"),
        ({"threshold": 101}, "0 to 100"),
        ({"threshold": float("nan")}, "0 to 100"),
        ({"threshold": True}, "0 to 100"),
        ({"threshold": "50"}, "0 to 100"),
        ({"hours": 0}, "1 to 72"),
        ({"hours": 73}, "1 to 72"),
        ({"hours": 1.5}, "1 to 72"),
        ({"treshold": 50}, "did you mean 'threshold'"),
    ],
)
def test_what_is_not_understood_is_refused_with_the_remedy(asked, said):
    with pytest.raises(AdapterRefusedError, match=said):
        read(**asked)


def test_a_request_is_a_mapping():
    with pytest.raises(AdapterRefusedError, match="takes fields"):
        adapter_requests.read_request([], NOW)


@given(
    st.dictionaries(
        st.sampled_from(adapter_requests.FIELDS),
        st.one_of(
            st.none(),
            st.text(),
            st.floats(),
            st.integers(),
            st.lists(st.sampled_from(taxonomy.LABEL_NAMES)),
        ),
    )
)
def test_whatever_is_asked_is_read_or_refused(asked):
    try:
        read = adapter_requests.read_request(asked, NOW)
    except AdapterRefusedError:
        return
    assert 0 <= read.threshold <= 100
    assert 1 <= read.hours <= 72
    assert adapters.NAME.fullmatch(read.name)


def test_the_same_training_is_one_of_the_same_labels_and_threshold():
    asked = read(labels=["Smoking"], hours=3)
    assert asked.is_of({"labels": ["Smoking"], "threshold": 50})
    assert not asked.is_of({"labels": None, "threshold": 50})
    assert not asked.is_of({"labels": ["Smoking"], "threshold": 40})
    assert read().is_of({"threshold": 50.0})
