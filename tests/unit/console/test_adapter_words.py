"""How an adapter stands in words, at the desk and at a terminal alike."""

import pytest

from framewarden.console.adapter_words import (
    LEFT_OUT,
    STATUSES,
    event_words,
    named,
    sentence,
    standing,
    status_words,
)
from framewarden.domain import adapters, annotations
from tests.unit.console import adapters_world as made


def test_every_status_has_words():
    assert set(STATUSES) == {*adapters.LIVE, *adapters.ENDED}
    assert status_words({"status": "asleep"}).word == "asleep"


@pytest.mark.parametrize("status", sorted(STATUSES))
def test_every_status_has_a_sentence_and_what_went_wrong_a_remedy(status):
    said = standing(made.row(status))
    assert said.says.endswith(".")
    ended_badly = status in (*adapters.AGAIN, adapters.REFUSED)
    assert bool(said.remedy) == ended_badly
    assert (said.tone != "plain") == ended_badly


def test_every_reason_to_leave_an_image_out_has_words():
    codes = ("CONTRADICTION", "UNKNOWN_LABEL", "HOLD", "OVERTURNED", "UNJUDGED", "SURPLUS")
    assert {getattr(annotations, code) for code in codes} | {"gone"} == set(LEFT_OUT)


@pytest.mark.parametrize(
    ("event", "said"),
    [
        (made.event(), "promoted v2"),
        (made.event("rollback", None), "rolled back to the base model"),
        (made.event("shadow", "v4", share=12.5), "put v4 into the shadow for 12.5 % of the frames"),
        (made.event("shadow", "v4"), "put v4 into the shadow"),
        (made.event("shadow", None, "v4"), "ended the shadow of v4"),
        (made.event("slept"), "slept v2"),
    ],
)
def test_what_somebody_changed(event, said):
    assert event_words(event) == said


def test_texts_are_made_sentences():
    assert sentence("train it again") == "Train it again."
    assert sentence(" Why? ") == "Why?"
    assert named(None) == "the base model"
