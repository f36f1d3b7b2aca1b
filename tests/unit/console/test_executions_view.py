"""How one execution is told in a line."""

from dataclasses import replace
from datetime import timedelta

import pytest

from framewarden.console.executions_asked import Asked
from framewarden.console.executions_view import view_of
from framewarden.console.outcome_words import reason_words, status_words
from framewarden.searching import Entry, Found
from tests.unit.console.executions_world import CHANNEL, NOW, frame_row

ID = "0123456789ab" + "cd" * 26


def entry(row=None, **changes):
    own = frame_row() if row is None else row
    base = Entry(
        machine="moderate",
        name=ID,
        status="SUCCEEDED",
        started_at=NOW - timedelta(seconds=65),
        seconds=0.3124,
        row=own,
        attempt=1,
        outcome="cleared",
        reason="severity_none",
    )
    return replace(base, **changes)


def line(*row, **changes):
    [one] = view_of(Asked(), Found([entry(*row, **changes)], None, read=1), NOW).lines
    return one


def test_a_line_says_what_an_engineer_looks_for():
    one = line()
    assert (one.name, one.address, one.short) == (ID, f"executions/moderate/{ID}", "0123456789ab…")
    assert (one.status, one.status_words.word) == ("SUCCEEDED", "succeeded")
    assert (one.outcome, one.reason) == ("cleared", "nothing found")
    assert (one.channel, one.channel_address) == ("AbCdef1G2hij", "channels/ivs/AbCdef1G2hij")
    assert (one.severity, one.grave) == ("none", False)
    assert one.frame == "thumb1.jpg"
    assert one.key.endswith("/media/thumbnails/thumb1.jpg")
    assert one.frame_address == f"frames/{frame_row()['frame_id']}"
    assert one.moment.absolute == "2026-11-22 08:05:26 UTC"
    assert one.moment.relative == "1 min 5 s ago"
    assert (one.duration, one.attempt) == ("312 ms", "1")


@pytest.mark.parametrize("severity", ["critical", "high", "medium"])
def test_what_people_look_at_stands_out(severity):
    assert line(frame_row(severity=severity)).grave


def test_what_runs_has_run_so_far():
    assert line(status="RUNNING", seconds=None).duration == "1 min 5 s so far"
    assert line(status="RUNNING", seconds=None, started_at=None).duration == ""
    ahead = NOW + timedelta(seconds=3)
    assert line(status="RUNNING", seconds=None, started_at=ahead).duration == "0 ms so far"
    assert line(seconds=None).duration == ""


def test_an_earlier_attempt_has_nothing_of_the_latest_but_its_frame():
    one = line(frame_row(attempt=3, severity="high"), attempt=2, name=f"{ID}-2")
    assert (one.attempt, one.severity, one.short) == ("2 of 3", "", "0123456789ab…-2")
    assert one.frame_address


def test_a_frame_that_never_started_leads_to_its_story():
    row = frame_row()
    one = line(row, name=None, status=None, started_at=None, seconds=None, outcome="skipped")
    assert one.address == one.frame_address == f"frames/{row['frame_id']}"
    assert (one.status, one.status_words.word) == ("NEVER_STARTED", "never started")
    assert one.short == f"{row['frame_id'][:12]}…"
    assert one.moment.relative == "just now", "of the moment when it was put"


def test_an_execution_that_the_ledger_does_not_know_is_told_all_the_same():
    one = line({}, attempt=None, outcome=None, name="by-hand", reason=None)
    assert (one.short, one.address) == ("by-hand", "executions/moderate/by-hand")
    assert (one.frame, one.frame_address, one.channel, one.channel_address) == ("", "", "", "")
    assert (one.outcome, one.reason, one.attempt, one.severity) == ("", "", "", "")
    assert line({}, attempt=2, outcome=None).attempt == "2"
    nowhere = line({}, started_at=None)
    assert nowhere.moment is None


@pytest.mark.parametrize(
    ("name", "short"),
    [("x" * 40, "x" * 12 + "…"), ("order-" + "a" * 34, "order-" + "a" * 34)],
)
def test_names_are_as_short_as_they_can_be(name, short):
    assert line(name=name).short == short


def test_a_long_name_of_an_order_is_cut():
    assert line(name="restop-" + "a" * 40).short == "restop-aaaaaaa…"


@pytest.mark.parametrize(
    ("changes", "says"),
    [
        ({"reason": "joined"}, "joined a review"),
        ({"reason": None}, "ledger not settled yet"),
        ({"reason": None, "status": "RUNNING"}, ""),
        ({"reason": None, "row": {}}, ""),
    ],
)
def test_what_has_no_outcome_says_what_it_waits_for(changes, says):
    one = line(**{"outcome": None, **changes})
    assert (one.outcome, one.reason) == ("", says)


def test_long_texts_are_cut_and_the_whole_is_kept_in_the_key():
    row = frame_row(channel="c" * 60, channel_arn=None) | {"key": "uploads/" + "k" * 90}
    one = line(row)
    assert (len(one.channel), len(one.frame), len(one.key)) == (50, 40, 98)
    assert one.channel_address == ""


@pytest.mark.parametrize(
    ("status", "word"),
    [
        ("RUNNING", "running"),
        ("TIMED_OUT", "timed out"),
        ("PENDING_REDRIVE", "waits for a redrive"),
        ("SOMETHING_NEW", "something new"),
        (None, "never started"),
    ],
)
def test_a_status_has_a_word_and_a_mark(status, word):
    words = status_words(status)
    assert (words.word, len(words.mark)) == (word, 1)


def test_a_reason_that_nobody_foresaw_is_read_as_words():
    assert reason_words("image_invalid") == "image invalid"
    assert reason_words(None) == ""
    assert reason_words("by_policy") == "by the policy"


ENTRIES = [entry()] * 50


@pytest.mark.parametrize(
    ("asked", "found", "shown"),
    [
        (Asked(), Found(ENTRIES, "x", read=50), "50 at a time."),
        (Asked(), Found(ENTRIES, None, read=50), ""),
        (Asked(), Found(ENTRIES[:3], "x", read=3), ""),
        (
            Asked(status="FAILED"),
            Found(ENTRIES[:2], "x", read=50),
            "2 of the 50 that were read are shown: the others stand otherwise.",
        ),
        (
            Asked(),
            Found(ENTRIES[:2], "x", read=2, came_to=NOW.date()),
            "No day before 2026-11-22 was looked at yet; “Older” does so.",
        ),
    ],
)
def test_a_page_says_what_it_is_a_part_of(asked, found, shown):
    assert view_of(asked, found, NOW).shown == shown


def test_tabs_keep_the_search_and_begin_anew():
    view = view_of(Asked(channel="x", arn=CHANNEL, after="t"), Found([], "u"), NOW)
    failed = next(tab for tab in view.statuses if tab.name == "FAILED")
    assert (failed.words, failed.address) == ("Failed", "executions?status=FAILED&channel=x")
    assert [tab.name for tab in view.statuses if tab.here] == ["all"]
    assert view.statuses[0].address == "executions?channel=x"
    assert [tab.address for tab in view.machines] == [
        "executions",
        "executions?machine=order",
        "executions?machine=batch",
        "executions?machine=adapter",
    ]
    assert (view.older, view.newest) == ("executions?channel=x&after=u", "executions?channel=x")
    orders = view_of(Asked(machine="order"), Found([], None), NOW)
    assert "unscreened" not in [tab.name for tab in orders.statuses]
    assert (orders.older, orders.newest) == (None, None)
    lost = view_of(Asked(after="t"), Found([], None, lost=True), NOW)
    assert lost.newest is None
