from datetime import timedelta

import pytest

from framewarden.console.timeline import timeline_of
from framewarden.console.timeline_scale import BREAK, WIDTH, Scale
from framewarden.console.took import took
from framewarden.domain.history import fold
from framewarden.domain.machines import read
from tests.unit.console.execution_world import (
    MODERATE,
    NOW,
    START,
    Told,
    reviewed,
    stopped,
    waiting,
)
from tests.unit.console.test_graph_view import SIDE


def timed(told, definition=MODERATE, now=NOW):
    return timeline_of(fold(told.events), definition and read(definition), START, now)


def at(seconds):
    return START + timedelta(seconds=seconds)


@pytest.mark.parametrize(
    ("seconds", "words"),
    [
        (0, "0 ms"),
        (0.0804, "80 ms"),
        (1, "1.00 s"),
        (9.99, "9.99 s"),
        (12.34, "12.3 s"),
        (60, "1 min"),
        (7391, "2 h 3 min"),
    ],
)
def test_durations_have_the_digits_that_count(seconds, words):
    assert took(seconds) == words


def test_a_row_says_when_for_how_long_and_how_often():
    timeline = timed(stopped())
    row = timeline.rows[4]
    assert (row.number, row.state, row.kind, row.ended) == (5, "StopStream", "Task", "done")
    assert (row.offset, row.took, row.since) == ("+110 ms", "1.90 s", None)
    assert row.tries == "3 tries, 1.00 s between them"
    [failure] = row.failures
    assert (failure.tries, failure.error) == ("Tries 1 to 2", "StreamStillLiveError")
    assert failure.what == "the stop was accepted but the stream is still there"
    assert failure.cause == "it is still there"
    assert (timeline.scale, timeline.waits) == ("2.11 s", False)
    assert timeline.rows[0].tries == ""
    assert timeline.rows[0].failures == ()


def test_what_failed_of_different_things_is_told_apart():
    told = Told()
    told.enter("Analyze")
    for error, cause in (("A", "x"), ("A", "y"), ("B", "y")):
        told.schedule()
        told.fail(error, cause)
    told.schedule()
    told.fail("B", "y")
    [row] = timed(told).rows
    assert [(one.tries, one.error) for one in row.failures] == [
        ("Try 1", "A"),
        ("Try 2", "A"),
        ("Tries 3 to 4", "B"),
    ]
    assert row.tries == "4 tries"
    assert row.since.relative == "1 min ago"
    assert row.took == ""


def test_bars_are_to_scale():
    rows = timed(Told().task("Analyze", 1).task("Classify", 3)).rows
    parts = [part for row in rows for part in row.parts]
    assert [(part.kind, part.x, part.width) for part in parts] == [
        ("done", 0, 60),
        ("done", 60, 180),
    ]


def test_tries_are_blocks_on_a_thin_line():
    row = timed(stopped()).rows[4]
    assert [part.kind for part in row.parts] == ["gap", "failed", "failed", "done"]
    line, *tries = row.parts
    assert all(line.x <= part.x and part.width < line.width for part in tries)
    assert [part.x for part in tries] == sorted(part.x for part in tries)


def test_a_wait_for_a_person_leaves_room_for_the_machine():
    timeline = timed(reviewed(hours=100))
    waits = [row for row in timeline.rows if row.waits]
    assert [row.state for row in waits] == ["RequestReview"]
    [part] = waits[0].parts
    assert (part.kind, part.width) == ("wait", BREAK)
    assert (waits[0].words, waits[0].words_at) == ("4 d 4 h", part.x + BREAK / 2)
    assert (timeline.scale, timeline.waits) == ("310 ms", True)
    analyze = timeline.rows[1].parts[0]
    assert analyze.width == pytest.approx((WIDTH - BREAK) * 100 / 310, abs=0.2)
    assert timeline.rows[0].words == ""


def test_a_wait_that_lasts_ends_where_the_bar_does():
    timeline = timed(waiting(), now=START + timedelta(days=2))
    row = timeline.rows[-1]
    assert row.since.relative == "2 d ago"
    assert (row.words, row.parts[0].width) == ("", BREAK)
    assert row.parts[0].x == WIDTH - BREAK
    assert timeline.scale == "210 ms"


def test_without_a_definition_nobody_knows_what_waits():
    timeline = timed(reviewed(hours=1), None)
    assert not timeline.waits
    assert timeline.rows[6].parts[0].width > WIDTH - 1


def test_what_is_too_short_to_be_seen_is_seen():
    told = Told().task("Analyze").choose("RouteBySeverity")
    for row in timed(stopped()).rows + timed(told).rows:
        for part in row.parts:
            assert part.width >= 2
            assert part.x + part.width <= WIDTH


def test_nothing_lasted_at_all():
    timeline = timed(Told().choose("IsAnalyzed?", "RouteBySeverity"))
    assert timeline.scale == "0 ms"
    assert [row.parts[0].x for row in timeline.rows] == [0, 0]
    assert timed(Told()).rows == ()


def test_what_runs_inside_says_where():
    told = Told()
    told.enter("Both", "Parallel")
    told.task("A")
    rows = timed(told, SIDE).rows
    assert [row.inside for row in rows] == ["", "Both"]


def test_a_deadline_that_passed_is_no_fault():
    told = waiting()
    told.tell("TaskTimedOut", "taskTimedOut", 300, error="States.Timeout")
    told.leave("RequestReview")
    [failure] = timed(told).rows[-1].failures
    assert failure.what == "nobody decided before the deadline"
    other = Told()
    other.enter("Analyze")
    other.schedule()
    other.tell("TaskTimedOut", "taskTimedOut", 20, error="States.Timeout")
    [failure] = timed(other).rows[-1].failures
    assert failure.what == "it took longer than it may"


def test_many_waits_share_their_part():
    waits = [(at(n), at(n + 0.5)) for n in range(6)]
    scale = Scale(START, at(6), waits)
    assert scale.seconds == 3
    assert scale.at(START) == 0
    assert scale.at(at(6)) == WIDTH
    assert scale.at(at(0.5)) == WIDTH * 0.6 / 6
    assert scale.at(at(1)) - scale.at(at(0.5)) == pytest.approx(WIDTH * 0.4 / 6)


def test_waits_side_by_side_are_one():
    scale = Scale(START, at(10), [(at(5), at(8)), (at(2), at(6)), (at(3), at(4)), (at(9), at(9))])
    assert scale.seconds == 4
    assert scale.at(at(2)) == pytest.approx((WIDTH - BREAK) / 2)
    assert scale.at(at(5)) == pytest.approx((WIDTH - BREAK) / 2 + BREAK / 2)
    assert scale.at(at(8)) == pytest.approx((WIDTH - BREAK) / 2 + BREAK)


def test_clocks_that_differ_leave_no_bar_outside():
    scale = Scale(START, at(1), [])
    assert (scale.at(at(-5)), scale.at(at(99))) == (0, WIDTH)
    assert Scale(START, at(-1), []).seconds == 0
