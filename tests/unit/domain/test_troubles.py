"""What is wrong with an installation, and what mends it."""

import pytest

from framewarden.domain import troubles
from framewarden.domain.troubles import NAMED


def test_a_trouble_reads_as_sentences():
    [trouble] = troubles.of_dead_letters(1)
    assert str(trouble) == f"{trouble.says}. {trouble.remedy}"
    assert str(troubles.Trouble("bans", "5 more bans", "")) == "5 more bans"


def test_without_a_policy_nothing_is_judged():
    trouble = troubles.of_policy("no policy is published; publish one")
    assert trouble.entry == "policy"
    assert trouble.about == {"reason": "no policy is published; publish one"}
    assert str(trouble) == (
        "nothing is judged, and every frame ends unscreened. No policy is published; publish one"
    )


def test_each_stop_is_a_trouble_as_far_as_a_screen_helps():
    entries = [{"says": f"stop {number}"} for number in range(NAMED + 3)]
    found = troubles.of_stops(entries)
    assert [one.says for one in found] == [
        *(f"stop {number}" for number in range(NAMED)),
        "3 more failed stops",
    ]
    assert [one.about for one in found] == [*entries[:NAMED], None]
    assert {one.entry for one in found} == {"failed_stops"}
    assert found[0].remedy == "Stop it again on its page."
    assert len(troubles.of_stops(entries[:NAMED])) == NAMED
    assert troubles.of_stops([]) == []


def test_what_nobody_sees_is_mended_where_it_broke():
    frames, recording = troubles.of_unseen(
        [
            {"says": "a", "reason": "no_frames"},
            {"says": "b", "reason": "recording_start_failure"},
        ]
    )
    assert "recording or frame capture" in frames.remedy
    assert "encoder" in recording.remedy


@pytest.mark.parametrize(
    ("kind", "where"),
    [("chat", "the room"), ("callback", "its review"), ("notice", "NoticeTopicArn")],
)
def test_a_message_that_was_given_up_says_where_to_look(kind, where):
    [trouble] = troubles.of_given_up([{"says": "gone", "kind": kind}])
    assert (trouble.entry, trouble.says) == ("given_up", "gone")
    assert where in trouble.remedy


def test_dead_letters_are_counted():
    assert troubles.of_dead_letters(0) == []
    assert troubles.of_dead_letters(1)[0].says.startswith("1 dead letter waits:")
    assert troubles.of_dead_letters(2)[0].says.startswith("2 dead letters wait:")


def test_a_deadline_that_has_passed_is_a_trouble():
    oldest = {"review_id": "r1", "deadline": "08:06", "seconds_left": 1}
    assert troubles.of_oldest(None) == troubles.of_oldest(oldest) == []
    [trouble] = troubles.of_oldest(oldest | {"seconds_left": 0})
    assert trouble.says == "review r1 was to be decided by 08:06"
    assert trouble.about["review_id"] == "r1"


def test_a_part_that_cannot_be_read_is_named_with_its_error():
    trouble = troubles.of_unread("live", "AccessDeniedException")
    assert trouble.entry == troubles.UNKNOWN
    assert trouble.says == "what is on air cannot be read (AccessDeniedException)"
    assert trouble.about == {"part": "live", "error": "AccessDeniedException"}
