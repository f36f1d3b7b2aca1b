import pytest
from hypothesis import given
from hypothesis import strategies as st

from framewarden.domain.answered import adapter_of, adapter_words, analysed_words, missed_of

ARN = "arn:aws:rekognition:us-east-1:111122223333:project/fw/version/v2/1700000000000"
NAMES = st.sampled_from((None, "", ARN, "another"))


@pytest.mark.parametrize(
    ("said", "words", "sentence"),
    [
        ({}, "", "Analysed"),
        ({"model_version": "7.0", "adapter": None}, "", "Analysed by model 7.0"),
        (
            {"model_version": "7.0", "adapter": ARN, "adapter_asked": ARN},
            "v2",
            "Analysed by model 7.0 with the adapter v2",
        ),
        (
            {"model_version": "7.0", "adapter": None, "adapter_asked": ARN},
            "v2 did not answer, the base model did",
            "Analysed by model 7.0, as the adapter v2 did not answer",
        ),
        ({"adapter": "odd"}, "odd", "Analysed with the adapter odd"),
    ],
)
def test_what_answered_is_said_in_words(said, words, sentence):
    assert adapter_words(said) == words
    assert analysed_words(said) == sentence


@given(st.fixed_dictionaries({}, optional={"adapter": NAMES, "adapter_asked": NAMES}))
def test_an_adapter_has_answered_or_was_missed_never_both(said):
    assert not (adapter_of(said) and missed_of(said))
    assert bool(missed_of(said)) == bool(said.get("adapter_asked") and not said.get("adapter"))
