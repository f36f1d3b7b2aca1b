"""What a person typed into the forms of batches, and what cannot be read of it."""

import pytest

from framewarden.console.authority import Authority
from framewarden.console.batch_form import StartForm, ceiling_of, offer_of
from framewarden.domain.errors import BatchRefusedError
from tests.unit.console.adapters_world import arn
from tests.unit.console.batches_world import BatchWorld

LEAD = Authority("desk", frozenset(), "k", "lea", "Lea", ("lead",))


def asked(**typed):
    return StartForm(**({"source": "s3://bucket/m.jsonl"} | typed)).asked("0" * 20, LEAD)


def test_a_folder_ends_with_a_slash():
    assert asked(source="s3://bucket/photos/")["prefix"] == "s3://bucket/photos/"
    assert asked()["manifest"] == "s3://bucket/m.jsonl"
    assert "manifest" not in asked(source="s3://bucket/photos/")


def test_what_was_left_out_is_not_asked_for():
    assert asked() == {
        "batch_id": "0" * 20,
        "manifest": "s3://bucket/m.jsonl",
        "engine": "framewarden",
        "by": "Lea",
        "account": "lea",
        "via": "desk",
    }
    assert asked(confidence="0")["min_confidence"] == 0


@pytest.mark.parametrize("source", ["", "bucket/key", "https://bucket.example/key", "S3://b/k"])
def test_a_source_is_a_place_in_s3(source):
    with pytest.raises(BatchRefusedError, match="a batch is of a manifest"):
        asked(source=source)


@pytest.mark.parametrize(
    ("text", "number"), [("", None), (",", None), ("1", 1), ("10,000", 10_000)]
)
def test_a_ceiling_is_a_number_of_images(text, number):
    assert ceiling_of(text) == number


@pytest.mark.parametrize("text", ["0", "-1", "1.5", "many", "١٢", "9" * 13])
def test_anything_else_is_none(text):
    with pytest.raises(BatchRefusedError, match="whole number of images"):
        ceiling_of(text)
    assert offer_of(StartForm(ceiling=text), 2_000, ()).most == "$2.00"


@pytest.mark.parametrize("text", ["-1", "100.1", "half", "nan", "inf"])
def test_a_confidence_is_from_0_to_100(text):
    with pytest.raises(BatchRefusedError, match="from 0 to 100"):
        asked(confidence=text)


@pytest.mark.parametrize(
    ("adapter", "said"),
    [
        ("", "The adapter that is live when it starts answers"),
        ("base", "Rekognition's own model answers, without an adapter."),
        (arn("v2"), "The adapter v2 answers; an adapter's price is another one."),
    ],
)
def test_who_answers_is_said_before_it_starts(adapter, said):
    assert said in offer_of(StartForm(adapter=adapter), 2_000, ()).answers


def test_what_cannot_be_seen_is_dropped():
    world = BatchWorld()
    world.send(name=" aut\u202eu\x00mn ", action="start")
    assert world.done[0][1]["name"] == "autumn"
