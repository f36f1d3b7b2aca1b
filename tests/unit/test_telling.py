"""A frame's story: what every store kept of it, each moment once, and nothing secret."""

import json

import pytest

from framewarden.domain.frames import execution_name
from framewarden.telling import MOST_ATTEMPTS, tell
from tests.unit.scenes import CHANNEL, state
from tests.unit.story_world import (
    FRAME_ID,
    NOW,
    OTHER,
    PUT,
    REVIEW,
    SESSION,
    TOKEN,
    StoryWorld,
    at,
    ban_of,
    review_of,
    row_of,
    stop_of,
)


@pytest.fixture
def world():
    return StoryWorld()


@pytest.fixture
def stopped(world):
    world.keeps("archive/stopped", "stopped", "by_policy")
    world.stops[SESSION], world.ban = stop_of(), ban_of()
    return world


@pytest.fixture
def reviewed(world):
    world.keeps("archive/reviewed", "reviewed", "allow", row={"review_id": REVIEW})
    world.reviews[REVIEW] = review_of()
    return world


def told(world, frame_id=FRAME_ID):
    return tell(world.sources, frame_id, NOW)


def moments(story):
    return [(round((one.at - PUT).total_seconds(), 3), one.kind) for one in story.happenings]


def says(story, kind):
    [found] = [one.says for one in story.happenings if one.kind == kind]
    return found


def kinds(story):
    return [one.kind for one in story.happenings]


def test_a_frame_that_nobody_knows_has_no_story(world):
    assert told(world) is None
    assert world.calls == [("get", FRAME_ID)]


def test_a_stop_is_told_moment_by_moment(stopped):
    story = told(stopped)
    assert moments(story) == [
        (0.0, "put"),
        (0.1, "admitted"),
        (0.2, "started"),
        (0.31, "analysed"),
        (0.402, "judged"),
        (0.6, "banned"),
        (0.7, "stop"),
        (1.2, "verified"),
        (3.0, "archived"),
    ]
    assert story.why.startswith("Stopped 0.7 s after the frame: Exposed Female Nipple 98.1 %")
    assert (story.outcome, story.reason) == ("stopped", "by_policy")
    assert says(story, "put") == "Put into example-frames"
    assert says(story, "started") == "Attempt 1 was started"
    assert says(story, "analysed") == "Analysed by model 7.0"
    assert says(story, "judged").startswith("Judged critical: Exposed Female Nipple 98.1 % match")
    assert says(story, "stop") == "The video service accepted the stop (policy: explicit-stop)"
    assert says(story, "verified") == "Verified: it is off air"
    assert says(story, "banned") == "The channel was banned, by policy: explicit-stop"
    assert says(story, "archived") == f"Archived, stopped: {story.row['evidence']}"
    assert (story.stop, story.ban) == (stop_of(), ban_of())
    assert [attempt.number for attempt in story.attempts] == [1]


def test_each_store_is_asked_once(stopped):
    told(stopped)
    place = stopped.rows[FRAME_ID]["evidence"]
    assert stopped.calls == [
        ("get", FRAME_ID),
        ("story", place),
        ("get", "moderate", FRAME_ID),
        ("ban", CHANNEL),
        ("stop", CHANNEL, SESSION),
    ]


def test_a_slate_is_shown_and_not_off_air(stopped):
    stopped.stops[SESSION] = stop_of(action="slate")
    assert says(told(stopped), "verified") == "Verified: its slate is shown"


def test_without_the_stops_row_the_evidence_tells_of_it(stopped):
    stopped.stops.clear()
    story = told(stopped)
    assert (story.stop, story.ban) == (None, None)
    assert (0.7, "stop") in moments(story)
    assert says(story, "stop") == "The video service accepted the stop (policy: explicit-stop)"
    [document] = stopped.stories.values()
    document["stop"].pop("by")
    assert says(told(stopped), "stop") == "The video service accepted the stop"


def test_a_ban_that_another_stop_made_is_not_of_this_story(stopped):
    stopped.ban = ban_of(session="another", since=at(3_600))
    story = told(stopped)
    assert story.stop
    assert story.ban is None
    assert "banned" not in kinds(story)
    stopped.ban = ban_of(session="the one that came back", restops=2, stopped_at=at(90))
    story = told(stopped)
    assert says(story, "restopped") == "The channel had come back and was stopped again (2 times)"
    stopped.ban = ban_of(session="another", since=None)
    assert told(stopped).ban is None


def test_a_ban_that_is_lifted_and_one_for_a_session_only_are_told_apart(stopped):
    stopped.ban = ban_of(restops=1, stopped_at=at(60), lifted_at=at(120), lifted_by="Lea")
    story = told(stopped)
    assert says(story, "restopped").endswith("stopped again (once)")
    assert says(story, "lifted") == "The ban was lifted by Lea"
    stopped.ban = ban_of(terms={"ban_for": 0}, restops=1)
    assert not {"banned", "restopped"} & set(kinds(told(stopped)))


@pytest.mark.parametrize(
    ("changes", "kind", "says_so"),
    [
        (
            {"status": "failed", "failed_at": at(9), "error": "StopDeniedError"},
            "failed",
            "The stop failed: permission to stop it is missing: is the channel tagged "
            "framewarden=moderated?; it may still be on air",
        ),
        ({"status": "refused", "ended_at": at(1)}, "refused", "Left to people: more automatic"),
        ({"status": "ended", "ended_at": at(1)}, "ended", "Off air before the stop was done"),
        ({"status": "reinstated", "ended_at": at(9)}, "reinstated", "The stop was taken back"),
    ],
)
def test_a_stop_that_ended_otherwise_says_so(stopped, changes, kind, says_so):
    stopped.stops[SESSION] = stop_of(**changes)
    assert says(told(stopped), kind).startswith(says_so)


def test_a_review_is_told_with_everybody_who_was_called(reviewed):
    reviewed.reviews[REVIEW] |= {
        "rung_times": [at(0.6), at(20)],
        "rung": 1,
        "notified_rung": 1,
        "reminded_at": at(15),
        "claimed_at": at(25),
        "claimed_name": "Mia",
        "escalated_by": "Ana",
    }
    story = told(reviewed)
    assert moments(story) == [
        (0.0, "put"),
        (0.1, "admitted"),
        (0.2, "started"),
        (0.31, "analysed"),
        (0.402, "judged"),
        (0.6, "opened"),
        (0.6, "told"),
        (3.0, "archived"),
        (15.0, "reminded"),
        (20.0, "escalated"),
        (20.0, "told"),
        (25.0, "claimed"),
        (34.0, "decided"),
    ]
    assert says(story, "escalated") == "Passed on to a lead by Ana"
    assert [one.says for one in story.happenings if one.kind == "told"] == [
        "People were called",
        "A lead was called",
    ]
    assert says(story, "claimed") == "Claimed by Mia"
    assert says(story, "decided") == "Allowed, by Mia (desk)"
    assert story.why.startswith("Allowed by Ada (link) 3 min after the frame: ")


def test_nobody_is_said_to_be_called_who_was_not(reviewed):
    reviewed.reviews[REVIEW].pop("notified_rung")
    reviewed.reviews[REVIEW] |= {"rung_times": [at(0.6), at(9)], "claimed_at": at(9)}
    reviewed.reviews[REVIEW] |= {"claimed_by": "mia"}
    story = told(reviewed)
    assert "told" not in kinds(story)
    assert says(story, "escalated") == "Passed on to a lead"
    assert says(story, "claimed") == "Claimed by mia"
    reviewed.reviews[REVIEW].pop("rung_times")
    assert "escalated" not in kinds(told(reviewed))


@pytest.mark.parametrize(
    ("changes", "kind", "says_so"),
    [
        ({"decision": "stop"}, "decided", "Decided to stop the stream, by Mia (desk)"),
        ({"decision": "other"}, "decided", "Decided: other, by Mia (desk)"),
        ({"status": "expired"}, "expired", "Nobody decided in time: by default allow"),
        ({"status": "expired", "decision": None}, "expired", "Nobody decided in time"),
        ({"nobody_waited_at": at(40)}, "unheard", "The decision found no execution that waite"),
    ],
)
def test_a_review_ends_in_many_ways(reviewed, changes, kind, says_so):
    reviewed.reviews[REVIEW] |= changes
    assert says(told(reviewed), kind).startswith(says_so)


def test_a_review_that_waits_has_no_end(reviewed):
    reviewed.reviews[REVIEW] |= {"status": "pending", "decided_at": None}
    assert not {"decided", "expired"} & set(kinds(told(reviewed)))


def test_no_token_leaves_the_stores(reviewed):
    reviewed.stories[reviewed.rows[FRAME_ID]["evidence"]]["waits"] = {"Token": TOKEN}
    assert TOKEN not in repr(told(reviewed))
    running = StoryWorld(rows={FRAME_ID: row_of(state("archive/reviewed"), status="started")})
    running.rows[FRAME_ID].pop("evidence")
    running.runs(1, input={"note": TOKEN})
    assert TOKEN not in repr(told(running).happenings) + told(running).why


def joined(world, **changes):
    slots = {"review": {"review_id": REVIEW, "opener": False}}
    row = {"status": "joined", "review_id": REVIEW}
    world.keeps("archive/joined", None, "joined", row=row, **slots)
    world.reviews[REVIEW] = review_of(execution=OTHER, frame={"frame_id": OTHER}, **changes)
    return told(world)


def test_a_frame_that_joined_ends_as_its_review_does(world):
    story = joined(world, outcome="reviewed", outcome_reason="allow")
    assert (story.outcome, story.reason) == ("reviewed", "allow")
    assert story.why == (
        "Joined the review that frame 0f0f0f0f0f0f opened (5 frames): allowed by Mia (desk) 34 s "
        "after the frame"
    )
    assert says(story, "joined") == "Joined the review that frame 0f0f0f0f0f0f opened"
    assert says(story, "archived").startswith("Archived, to end as its review does: ")
    assert kinds(story).index("joined") < kinds(story).index("archived")


def test_a_frame_whose_review_stopped_the_stream_tells_of_that_stop(world):
    world.ban = ban_of()
    world.stops[SESSION] = stop_of(frame_id=OTHER, incident=REVIEW)
    story = joined(world, decision="stop", outcome="stopped", outcome_reason="by_person")
    assert (story.stop, story.ban) == (world.stops[SESSION], world.ban)
    world.stops[SESSION] = stop_of(frame_id=OTHER, incident="another")
    story = joined(world, decision="stop")
    assert (story.stop, story.ban) == (None, None)


def test_a_review_that_asks_to_confirm_a_stop_knows_its_session(reviewed):
    reviewed.reviews[REVIEW]["session"] = SESSION
    reviewed.stops[SESSION] = stop_of()
    assert told(reviewed).stop == stop_of()
    assert ("stop", CHANNEL, SESSION) in reviewed.calls


def test_what_led_to_no_stop_asks_for_none(world):
    world.keeps("archive/cleared", "cleared", "severity_none")
    world.ban = ban_of()
    story = told(world)
    assert (story.stop, story.ban) == (None, None)
    assert not [call for call in world.calls if call[0] in ("stop", "ban")]


def test_a_still_has_no_channel_to_stop(world):
    world.keeps("archive/unscreened", "unscreened", "analyzer_throttled")
    [row] = world.rows.values()
    story = tell(world.sources, row["frame_id"], NOW)
    assert (story.stop, story.ban) == (None, None)
    assert not [call for call in world.calls if call[0] in ("stop", "ban")]
    assert says(story, "held").startswith("Nobody could judge it: Rekognition refused the call")
    assert story.why.startswith("Nobody looked: Rekognition refused the call as one too many")


def rescanned(world, **row):
    """Hold a frame at its first attempt, and admit the second."""
    world.keeps(
        "archive/stopped",
        "unscreened",
        "image_invalid",
        stop=None,
        unscreened={"reason": "image_invalid", "error": "ImageInvalidError", "held_at": at(2)},
    )
    world.rows[FRAME_ID] |= {"attempt": 2, "status": "admitted", "admitted_at": at(100), **row}
    for name in ("outcome", "reason", "settled_at"):
        world.rows[FRAME_ID].pop(name)
    return world


def test_a_rescan_keeps_what_its_first_attempt_was(world):
    story = told(rescanned(world))
    assert story.why.endswith("; its execution has not been started")
    assert [(one.number, one.execution is None) for one in story.attempts] == [
        (2, True),
        (1, False),
    ]
    assert moments(story)[-3:] == [(2.0, "held"), (3.0, "archived"), (100.0, "admitted")]
    assert says(story, "admitted") == "Admitted again, as attempt 2"
    assert says(story, "archived").startswith("Archived, unscreened: critical/")


def test_the_analysis_is_the_last_there_is(world):
    story = told(rescanned(world))
    assert story.analysis == world.stories[world.rows[FRAME_ID]["evidence"]]["analysis"]
    world.stories.clear()
    world.ran.clear()
    assert told(world).analysis == {}


def test_a_second_attempt_that_runs_is_told_by_its_newest_state(world):
    rescanned(world, status="started", execution=execution_name(FRAME_ID, 2))
    document = state("classify/clean", attempt=2)
    world.runs(2, begun=101, input={"frame": document["frame"], "attempt": 2})
    world.newest = [
        {"type": "TaskScheduled"},
        {"type": "TaskStateEntered", "stateEnteredEventDetails": {"input": json.dumps(document)}},
    ]
    story = told(world)
    assert story.why == "Analysed, and being judged; put 10 min ago"
    assert (101.0, "started") in moments(story)
    world.newest = [{"stateExitedEventDetails": {"output": '{"attempt": 2, "verdict": {}}'}}]
    assert told(world).why == "Being analysed; put 10 min ago"
    world.newest = []
    assert told(world).why == "Being analysed; put 10 min ago"


def test_an_attempt_that_died_says_how(world):
    world.rows[FRAME_ID] = row_of(
        state("archive/stopped"), outcome="unscreened", reason="execution_failed"
    )
    world.rows[FRAME_ID].pop("evidence")
    world.runs(1, "FAILED", input={"attempt": 1}, error="States.DataLimitExceeded")
    story = told(world)
    assert says(story, "died").startswith("Attempt 1 failed: the state grew beyond the 256 KB")
    assert says(story, "settled") == "Settled, unscreened"
    assert story.why.startswith("Nobody looked to the end: the execution failed: the state grew")
    world.runs(1, "ABORTED")
    assert says(told(world), "died") == "Attempt 1 was aborted"


def test_what_was_refused_has_no_attempt(world):
    row = row_of(state("archive/cleared"), outcome="skipped", reason="second_pipeline")
    row |= {"severity": None, "judged_at": None, "settled_at": at(0.1)}
    row.pop("evidence")
    world.rows[FRAME_ID] = row
    story = told(world)
    assert story.attempts == []
    assert moments(story) == [(0.0, "put"), (0.1, "skipped")]
    assert says(story, "skipped").endswith(
        "the copy of it that the other pipeline wrote is looked at"
    )
    assert world.calls == [("get", FRAME_ID)]
    row["reason"] = "some_day"
    assert says(told(world), "skipped") == "Skipped: some_day"


def test_an_old_frame_has_its_story_from_the_ledger_alone(stopped):
    stopped.ran.clear()
    stopped.stories.clear()
    story = told(stopped)
    assert story.evidence is None
    assert story.attempts[0].execution is None
    assert story.why == "Stopped 0.7 s after the frame: it was judged critical"
    assert kinds(story) == [
        *("put", "admitted", "judged", "banned", "stop", "verified", "settled"),
    ]
    assert says(story, "judged") == "Judged critical"
    stopped.stops.clear()
    stopped.ban = None
    assert told(stopped).why == "Stopped: it was judged critical"


def test_a_row_without_evidence_is_told_by_its_executions_output(stopped):
    stopped.rows[FRAME_ID].pop("evidence")
    story = told(stopped)
    assert story.evidence is None
    assert says(story, "judged").startswith("Judged critical: Exposed Female Nipple 98.1 %")
    assert story.why.startswith("Stopped 0.7 s after the frame: Exposed Female Nipple")
    assert ("story",) not in [call[:1] for call in stopped.calls]


def test_no_more_attempts_are_looked_up_than_somebody_reads(stopped):
    stopped.rows[FRAME_ID]["attempt"] = 1_000
    story = told(stopped)
    assert [one.number for one in story.attempts][:: MOST_ATTEMPTS - 1] == [1_000, 981]
    assert len([call for call in stopped.calls if call[1] == "moderate"]) == MOST_ATTEMPTS


def test_what_two_of_them_tell_is_told_once(stopped):
    story = told(stopped)
    told_of = [(one.at, one.kind) for one in story.happenings]
    assert len(told_of) == len(set(told_of))
    assert story.happenings == sorted(story.happenings, key=lambda one: one.at)
    assert all(not one.says.endswith(".") for one in story.happenings)
