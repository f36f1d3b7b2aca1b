import json

import pytest

from framewarden.domain.chat_events import (
    event_name,
    review_attributes,
    size_of,
    viewers_attributes,
)

REVIEW = {
    "review_id": "af9f250e8c2e93e4247f",
    "severity": "critical",
    "channel": "AbCdef1G2hij",
    "category": "Explicit",
    "labels": [{"name": "Kissing", "confidence": 61.0}, {"name": "Nipple", "confidence": 92.3411}],
    "task_token": "THE-TASK-TOKEN",
    "frame": {"key": "ivs/thumb47.jpg"},
}


def told(**changes):
    return review_attributes(REVIEW | changes)


def test_viewers_are_told_a_code_and_nothing_of_what_was_seen():
    assert viewers_attributes("stream_stopped") == {"v": "1", "code": "stream_stopped"}
    assert event_name("stream_stopped") == "moderation:stream_stopped"


def test_moderators_are_told_what_was_found_the_strongest_first():
    attributes = told()
    assert json.loads(attributes.pop("labels")) == [
        {"name": "Nipple", "confidence": 92.3},
        {"name": "Kissing", "confidence": 61.0},
    ]
    assert attributes == {
        "v": "1",
        "code": "review_opened",
        "review_id": "af9f250e8c2e93e4247f",
        "severity": "critical",
        "channel": "AbCdef1G2hij",
        "category": "Explicit",
    }


def test_what_nobody_could_judge_has_no_labels():
    attributes = told(labels=[], category=None)
    assert (attributes["labels"], attributes["category"]) == ("[]", "unscreened")


@pytest.mark.parametrize("count", [5, 10, 15, 60])
@pytest.mark.parametrize("name", ["Exposed Female Nipple", "Ünderwear", "x" * 700, '"' * 30])
def test_of_too_many_labels_the_weakest_are_left_out(count, name):
    labels = [{"name": f"{name}", "confidence": 40.0 + number} for number in range(count)]
    attributes = told(labels=labels)
    assert all(isinstance(value, str) for value in attributes.values())
    assert sum(len(key.encode()) + len(value.encode()) for key, value in attributes.items()) <= 1024
    assert size_of(attributes) <= 1024
    kept = json.loads(attributes["labels"])
    strongest = sorted((label["confidence"] for label in labels), reverse=True)
    assert [label["confidence"] for label in kept] == strongest[: len(kept)]
    one_more = [{"name": name, "confidence": 99.9}] * (len(kept) + 1)
    more = attributes | {"labels": json.dumps(one_more, separators=(",", ":"), ensure_ascii=False)}
    assert len(kept) == count or size_of(more) > 1024, "as many as fit"


@pytest.mark.parametrize("text", ["\U0001f33c" * 400, '"\\' * 400, "a\r\nb\u2028" * 300])
def test_hostile_names_leave_room_and_break_no_line(text):
    attributes = told(channel=text, category=text)
    assert size_of(attributes) <= 1024
    assert json.loads(attributes["labels"])
    assert attributes["channel"].isprintable()
