"""Rows become events once each, in the words of the story, and figures."""

from typing import Any

import pytest
from demo_rows import BEGAN, at, ban, frames, put, restop, review_of, stop_by, story, upload

from local.demo_snapshot import Snapshot, seconds_to_verdict
from local.demo_story import Event, Story, strongest
from local.player import Put


def test_a_review_that_opens_is_told_once_with_its_link() -> None:
    opener = put(30)
    told = story(opener)
    now = Snapshot(
        frames((opener, {"status": "started", "review_id": "r1"})), {"r1": review_of(opener)}
    )

    assert told.tell(now) == [
        Event(
            "review",
            "frame 30 flagged, medium: Explicit 68.5 %; review opened",
            "http://127.0.0.1/reviews/r1?sig=x",
        )
    ]
    assert told.tell(now) == []


def test_frames_that_join_are_told_with_their_own_confidence() -> None:
    opener, joiner, late = put(30), put(47), put(48)
    samples = [
        {"key": opener.key, "version_id": "v", "confidence": 68.46},
        {"key": joiner.key, "version_id": "v", "confidence": 92.04},
    ]
    now = Snapshot(
        frames(
            (opener, {"status": "started", "review_id": "r1"}),
            (late, {"status": "joined", "review_id": "r1"}),
            (joiner, {"status": "joined", "review_id": "r1"}),
        ),
        {"r1": review_of(opener, frames=3, samples=samples)},
    )

    events = story(opener, late, joiner).tell(now)

    assert [event.text for event in events if event.kind == "joined"] == [
        "frame 47 joined the review of frame 30 (92.0 %)",
        "frame 48 joined the review of frame 30",  # a long incident keeps its first samples only
    ]


def raised_by(opener: Put, graver: Put) -> dict[str, Any]:
    return review_of(
        opener,
        severity="high",
        frame={"frame_id": graver.frame_id, "bucket": "frames", "key": graver.key},
        labels=[{"name": "Explicit", "confidence": 92.04}],
        judged_at=at(30, 400),
    )


def test_a_graver_frame_that_raises_a_review_is_told_instead_of_joining_it() -> None:
    opener, graver = put(30), put(47)
    told = story(opener, graver)
    rows = frames(
        (opener, {"status": "started", "review_id": "r1"}),
        (graver, {"status": "joined", "review_id": "r1", "judged_at": at(47, 300)}),
    )
    told.tell(Snapshot(frames(), {"r1": review_of(opener)}))
    raised = Snapshot(rows, {"r1": raised_by(opener, graver)})

    assert told.tell(raised) == [
        Event("review", "frame 47 raises the review to high: Explicit 92.0 %")
    ]
    assert told.tell(raised) == []


def test_a_review_that_is_raised_at_first_sight_is_told_as_both() -> None:
    opener, graver = put(30), put(47)
    now = Snapshot(reviews={"r1": raised_by(opener, graver)})

    assert [event.text for event in story(opener, graver).tell(now)] == [
        "frame 30 flagged: Explicit 68.5 %; review opened",
        "frame 47 raises the review to high: Explicit 92.0 %",
    ]


def test_a_raised_reviews_verdict_is_still_its_openers() -> None:
    opener, graver = put(30), put(47)
    now = Snapshot(
        frames(
            (opener, {"status": "started", "review_id": "r1"}),
            (graver, {"status": "started", "review_id": "r1"}),
        ),
        {"r1": raised_by(opener, graver)},
    )

    assert seconds_to_verdict([opener, graver], now) == pytest.approx([0.4])


def test_a_stop_is_told_when_it_is_done_with_the_seconds_from_its_put() -> None:
    guilty = put(5)
    told = story(guilty)

    assert told.tell(Snapshot(stops=[stop_by(guilty, status="stopping")])) == []
    assert told.tell(Snapshot(stops=[stop_by(guilty)])) == [
        Event("stop", "frame 5 flagged, critical: stream st-1 stopped 0.41 s after the put")
    ]
    assert told.tell(Snapshot(stops=[stop_by(guilty)])) == []


def test_a_stop_that_failed_is_told_and_so_is_its_second_try() -> None:
    guilty = put(5)
    told = story(guilty)

    [failed] = told.tell(Snapshot(stops=[stop_by(guilty, status="failed", accepted_at=None)]))
    assert failed.text.endswith("stream st-1 could not be stopped; a person has the case")
    assert len(told.tell(Snapshot(stops=[stop_by(guilty)]))) == 1


def test_a_stop_that_is_taken_back_is_not_told_again() -> None:
    guilty = put(5)
    told = story(guilty)

    assert len(told.tell(Snapshot(stops=[stop_by(guilty)]))) == 1
    assert told.tell(Snapshot(stops=[stop_by(guilty, status="reinstated")])) == []


def test_a_reconnect_is_told_when_it_is_stopped_again() -> None:
    told = story()
    told.reconnected("st-2", BEGAN + 10)

    assert told.tell(Snapshot(stops=[restop(status="stopping", stopped_at=None)])) == []
    assert told.tell(Snapshot(stops=[restop()])) == [
        Event("stop", "reconnected as st-2, stopped again 1.25 s after its Stream Start")
    ]
    assert told.tell(Snapshot(stops=[restop()])) == []


def test_a_reconnect_that_could_not_be_stopped_is_told_as_such() -> None:
    told = story()
    told.reconnected("st-2", BEGAN + 10)

    [event] = told.tell(Snapshot(stops=[restop(status="failed", stopped_at=None)]))

    assert event.text == "stream st-2 could not be stopped; a person has the case"


def test_a_ban_is_told_once_it_has_stopped_something_and_when_it_is_lifted() -> None:
    told = story()

    assert told.tell(Snapshot(ban=ban(stopped_at=None))) == []
    assert told.tell(Snapshot(ban=ban())) == [
        Event("ban", "the channel is banned until it is reinstated")
    ]
    assert told.tell(Snapshot(ban=ban(stopped_at=at(11)))) == []
    assert told.tell(Snapshot(ban=ban(status="lifting"))) == []
    lifted = ban(status="lifted", lifted_by="Ada")
    assert told.tell(Snapshot(ban=lifted)) == [Event("live", "ban lifted by Ada")]
    assert told.tell(Snapshot(ban=lifted)) == []


def test_a_ban_for_a_time_is_told_as_one_and_a_stop_without_ban_as_none() -> None:
    [event] = story().tell(Snapshot(ban=ban(until=1_900_000_000)))
    assert event.text == "the channel is banned for some time"

    this_session_only = ban(until=1_800_000_005)
    del this_session_only["open"]
    assert story().tell(Snapshot(ban=this_session_only)) == []


def test_frames_of_a_later_session_are_told_apart() -> None:
    first, late = put(3), put(3, "ivs/second")
    row = {"status": "settled", "outcome": "skipped", "reason": "stream_already_stopped"}

    events = story(first, late).tell(Snapshot(frames((late, row), (first, row))))

    assert [event.text for event in events] == [
        "frame 3 skipped: stream_already_stopped",
        "frame 3 of session 2 skipped: stream_already_stopped",
    ]


def test_a_stop_by_a_person_names_no_frame_that_was_not_put() -> None:
    [event] = story().tell(Snapshot(stops=[stop_by(put(9))]))

    assert event.text == "stream st-1 stopped"


@pytest.mark.parametrize(
    ("outcome", "reason", "end"),
    [
        ("skipped", "duplicate", "skipped: duplicate"),
        ("skipped", None, "skipped: no reason given"),
        (
            "unscreened",
            "image_invalid",
            "could not be judged: image_invalid; held for a rescan, never counted as clean",
        ),
    ],
)
def test_a_frame_that_nobody_judged_is_told_with_its_reason(
    outcome: str, reason: str | None, end: str
) -> None:
    row = {"status": "settled", "outcome": outcome, "reason": reason}

    events = story(put(1)).tell(Snapshot(frames((put(1), row))))

    assert events == [Event(outcome, f"frame 1 {end}")]


def test_a_file_of_no_stream_has_its_key_for_a_name_and_the_frames_keep_their_numbers() -> None:
    odd, late = upload(), put(3)
    told = Story(lambda review: "")
    told.uploaded(odd)
    told.put(late)
    held = {"status": "settled", "outcome": "unscreened", "reason": "image_invalid"}
    skipped = {"status": "settled", "outcome": "skipped", "reason": "duplicate"}
    now = Snapshot(frames((late, skipped), (odd, held)))

    first, second = told.tell(now)

    assert first.text.startswith("uploads/demo-1/no-picture.jpg could not be judged: image_invalid")
    assert second.text == "frame 3 skipped: duplicate"
    assert told.tell(now) == []


def test_a_cleared_frame_is_no_event() -> None:
    row = {"status": "settled", "outcome": "cleared"}

    assert story(put(1)).tell(Snapshot(frames((put(1), row)))) == []


def test_a_decision_is_told_with_who_and_how() -> None:
    opener = put(30)
    told = story(opener)
    told.tell(Snapshot(reviews={"r1": review_of(opener)}))
    decided = review_of(opener, status="decided", decision="allow", by="Ada", via="link", frames=5)

    assert told.tell(Snapshot(reviews={"r1": decided})) == [
        Event("decided", "review of frame 30 decided: allow for 5 frames, by Ada, through the link")
    ]
    expired = review_of(
        opener, review_id="r2", status="expired", decision="allow", by=None, via="default"
    )
    [_, ended] = told.tell(Snapshot(reviews={"r2": expired}))
    assert ended.text.endswith("expired: allow for 1 frames, by nobody, through the default")


def test_a_joined_frame_ends_where_its_review_does() -> None:
    opener, joiner = put(30), put(47)
    rows = frames(
        (opener, {"status": "settled", "review_id": "r1", "outcome": "reviewed"}),
        (joiner, {"status": "joined", "review_id": "r1"}),
    )

    assert Snapshot(rows, {"r1": review_of(opener)}).outcome(joiner.frame_id) is None
    ended = Snapshot(rows, {"r1": review_of(opener, outcome="reviewed")})
    assert ended.outcome(joiner.frame_id) == "reviewed"
    assert ended.outcome(opener.frame_id) == "reviewed"
    assert ended.outcome(put(1).frame_id) is None


def test_seconds_to_verdict_counts_each_judged_frame_also_while_its_review_waits() -> None:
    cleared, opener, running = put(1), put(2), put(3)
    now = Snapshot(
        frames(
            (cleared, {"status": "settled", "outcome": "cleared", "judged_at": at(1, 300)}),
            (opener, {"status": "started", "review_id": "r1"}),
            (running, {"status": "started"}),
        ),
        {"r1": review_of(opener, judged_at=at(2, 500))},
    )

    seconds = seconds_to_verdict([cleared, opener, running], now)

    assert seconds == pytest.approx([0.3, 0.5])


def test_the_strongest_label_speaks_for_a_review() -> None:
    labels = [{"name": "Explicit", "confidence": 61}, {"name": "Weapons", "confidence": 91.25}]

    assert strongest({"labels": labels}) == "Weapons 91.2 %"
    assert strongest({"labels": [], "category": "not analysed"}) == "not analysed"
