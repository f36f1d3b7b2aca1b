"""What is found, in which order, and how many calls it takes however much there is."""

from datetime import date, timedelta

import pytest

from framewarden.aws.frame_search import Span
from framewarden.searching import Found, Wanted, find
from tests.unit.console.executions_world import CHANNEL, NOW, ExecutionList, frame_row

DAY = Span(NOW - timedelta(days=1), NOW)
REVIEW = "ab" * 10


@pytest.fixture
def world():
    return ExecutionList()


def names(found):
    return [entry.name for entry in found.entries]


def test_a_page_of_executions_is_two_calls_however_many_rows_it_has(world):
    rows = [world.add(frame_row(number, number)) for number in range(120)]
    found = find(world.sources, Wanted())
    assert names(found) == [row["frame_id"] for row in rows[:50]]
    assert [entry.row for entry in found.entries] == rows[:50]
    assert {(entry.outcome, entry.reason) for entry in found.entries} == {
        ("cleared", "severity_none")
    }
    assert world.calls == [("page", "moderate", 50, None, None), ("many", 50)]
    following = find(world.sources, Wanted(after=found.after))
    assert names(following) == [row["frame_id"] for row in rows[50:100]]
    last = find(world.sources, Wanted(after=following.after))
    assert (len(last.entries), last.after, last.read) == (20, None, 20)


def test_a_listed_execution_is_shown_as_step_functions_says(world):
    row = world.add(frame_row(), "RUNNING", seconds=5)
    world.add(frame_row(2), "TIMED_OUT", seconds=9, took=7.25)
    first, second = find(world.sources, Wanted()).entries
    assert (first.status, first.seconds, first.attempt) == ("RUNNING", None, 1)
    assert first.started_at == NOW - timedelta(seconds=5)
    assert first.execution.name == row["frame_id"]
    assert (second.status, second.seconds) == ("TIMED_OUT", 7.25)
    [only] = find(world.sources, Wanted(status="RUNNING")).entries
    assert only == first


def test_outcomes_of_joined_frames_are_their_reviews_in_one_call_more(world):
    world.reviews.rows = {
        REVIEW: {"review_id": REVIEW, "outcome": "stopped", "outcome_reason": "by_person"}
    }
    joined = {"status": "joined", "outcome": None, "reason": "joined"}
    for number in range(30):
        world.add(frame_row(number, review_id=REVIEW if number % 2 else "cd" * 10, **joined))
    world.add(frame_row(90, status="joined"))  # without a review: an old row
    found = find(world.sources, Wanted())
    outcomes = [(entry.outcome, entry.reason) for entry in found.entries[:2]]
    assert outcomes == [(None, "joined"), ("stopped", "by_person")]
    assert world.reviews.calls == [("outcomes", [REVIEW, "cd" * 10])]
    assert len(world.calls) == 3


def test_an_earlier_attempt_ended_unscreened_and_is_told_as_that(world):
    row = frame_row(attempt=2, outcome="stopped", reason="by_policy")
    world.add(row | {"execution": f"{row['frame_id']}-2"})
    world.executions.add(row["frame_id"], "FAILED")
    latest, earlier = find(world.sources, Wanted()).entries
    assert (latest.attempt, latest.outcome) == (2, "stopped")
    assert (earlier.attempt, earlier.outcome, earlier.reason) == (1, "unscreened", "tried_again")
    assert world.frames.calls == [("many", 1)]


def test_what_the_ledger_does_not_know_is_listed_all_the_same(world):
    world.executions.add("by-hand")
    world.executions.add("ab" * 32)
    by_hand, unknown = find(world.sources, Wanted()).entries
    assert (by_hand.row, by_hand.attempt, by_hand.outcome) == (None, None, None)
    assert (unknown.row, unknown.attempt, unknown.outcome) == (None, 1, None)


def test_orders_are_of_no_frame(world):
    world.executions.add("order-1", machine="order")
    world.executions.add("ab" * 32, machine="order")
    found = find(world.sources, Wanted(machine="order"))
    assert [entry.machine for entry in found.entries] == ["order", "order"]
    assert world.frames.calls == [("many", 0)]


def test_a_place_that_is_none_of_ours_is_the_beginning(world):
    world.add(frame_row())
    found = find(world.sources, Wanted(after="cut"))
    assert found.lost
    assert len(found.entries) == 1
    assert not find(world.sources, Wanted()).lost


def test_what_fails_at_the_beginning_is_no_lost_place(world):
    asked = []

    def page(*wanted):
        asked.append(wanted)
        raise ValueError("something else")

    world.executions.page = page
    with pytest.raises(ValueError, match="something else"):
        find(world.sources, Wanted())
    assert len(asked) == 1


def test_a_key_is_found_in_every_version_and_in_both_spellings(world):
    row = frame_row()
    row["key"] = "uploads/a b.jpg"
    world.add(row, listed=False)
    exact = find(world.sources, Wanted(key="uploads/a b.jpg"))
    assert names(exact) == [row["frame_id"]]
    assert len(world.calls) == 1
    encoded = find(world.sources, Wanted(key="uploads/a+b.jpg"))
    assert encoded == exact
    world.frames.calls.clear()
    assert find(world.sources, Wanted(key="uploads/b+a.jpg")) == Found([], None)
    assert len(world.calls) == 2
    assert find(world.sources, Wanted(key="uploads/b.jpg")) == Found([], None)
    assert len(world.calls) == 3, "which has one spelling only"


def test_a_found_row_is_told_as_the_ledger_says(world):
    world.add(frame_row(1, 60), listed=False)
    world.add(frame_row(2, 50, status="started", settled_at=None, outcome=None), listed=False)
    skipped = {"outcome": "skipped", "reason": "duplicate", "execution": None}
    world.add(frame_row(3, 40, **skipped), listed=False)
    # As it was admitted anew: how its attempt before ended is in the row no more, but this is.
    again = {"status": "admitted", "outcome": None, "attempt": 2}
    world.add(frame_row(4, 30, **again), listed=False)
    world.add(frame_row(5, 20, admitted_at=None, attempt=None), listed=False)
    old, again, skipped, started, clear = find(world.sources, Wanted(channel_arn=CHANNEL)).entries
    assert (clear.status, clear.seconds, clear.outcome) == ("SUCCEEDED", 0.31, "cleared")
    assert clear.started_at == NOW - timedelta(seconds=60) + timedelta(milliseconds=40)
    assert (started.status, started.seconds) == ("RUNNING", None)
    assert (skipped.status, skipped.name, skipped.started_at) == (None, None, None)
    assert (skipped.seconds, skipped.outcome) == (None, "skipped")
    assert (again.name, again.status) == (f"{again.row['frame_id']}-2", "RUNNING")
    assert again.seconds is None
    assert (old.started_at, old.seconds, old.attempt) == (None, None, 1)


def test_a_channel_is_searched_within_a_span(world):
    world.add(frame_row(), listed=False)
    find(world.sources, Wanted(channel_arn=CHANNEL, when=DAY), 7)
    assert world.calls == [("of_channel", (CHANNEL, DAY), 7, None)]


def test_a_review_is_read_and_then_its_frames(world):
    world.reviews.rows = {REVIEW: {"review_id": REVIEW}}
    row = world.add(frame_row(review_id=REVIEW), listed=False)
    found = find(world.sources, Wanted(review_id=REVIEW))
    assert names(found) == [row["frame_id"]]
    assert world.calls == [("of_review", REVIEW, 50, None), ("get", REVIEW)]
    assert found.known
    assert find(world.sources, Wanted(review_id="0" * 20)) == Found([], None, known=False)


def test_what_is_found_is_narrowed_once_it_is_read(world):
    world.add(frame_row(1, 1), listed=False)
    unscreened = {"outcome": "unscreened", "reason": "execution_failed"}
    row = world.add(frame_row(2, 2, **unscreened), listed=False)
    found = find(world.sources, Wanted(channel_arn=CHANNEL, status="FAILED"))
    assert (names(found), found.read) == ([row["frame_id"]], 2)
    found = find(world.sources, Wanted(channel_arn=CHANNEL, unscreened=True))
    assert (names(found), found.read) == ([row["frame_id"]], 2)


def test_unscreened_stands_for_itself(world):
    row = world.add(frame_row(1, outcome="unscreened", unscreened="frame"), listed=False)
    world.add(frame_row(2), listed=False)
    assert names(find(world.sources, Wanted(unscreened=True))) == [row["frame_id"]]
    assert world.calls == [("unscreened", None, 50, None)]


def test_a_search_by_time_says_how_far_it_came(world):
    world.add(frame_row(1), listed=False)
    assert find(world.sources, Wanted(when=DAY)).came_to is None
    world.frames.further = f"2026-11-08T23:59:60Z@{'f' * 64}"
    found = find(world.sources, Wanted(when=DAY))
    assert (found.came_to, found.after) == (date(2026, 11, 8), world.frames.further)
    assert find(world.sources, Wanted(when=DAY), 1).came_to is None, "the page is full"
    world.frames.calls.clear()
    backwards = Span(NOW, NOW - timedelta(seconds=1))
    assert find(world.sources, Wanted(when=backwards)) == Found([], None)
    assert find(world.sources, Wanted(channel_arn=CHANNEL, when=backwards)) == Found([], None)
    assert world.frames.calls == []
