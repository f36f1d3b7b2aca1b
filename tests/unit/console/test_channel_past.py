"""The history of a case's channel: in words, the newest first, with nothing left unsaid."""

import pytest

from framewarden.casework import Past
from framewarden.console.channel_past import LINES, history_of
from tests.unit.console.channel_world import act, ban, stop, unseen


def history(world, reviews=(), ban=None, rows=(), more=False):
    return history_of(Past(list(reviews), ban, list(rows), more), "r1", world.now)


def test_other_reviews_are_told_and_the_own_one_is_not(world):
    decided = {"status": "decided", "decision": "stop", "by": "Ana", "via": "desk"}
    rows = [
        world.review(),
        world.review(review_id="r2"),
        world.review(review_id="r3", **decided, outcome="stopped", outcome_reason="by_person"),
        world.review(review_id="r4", status="expired", decision="allow", by="policy", labels=[]),
    ]
    cases = history(world, rows).cases
    assert [(c.review_id, c.what, c.ending, c.by, c.outcome) for c in cases] == [
        ("r2", "Exposed Female Nipple", "still open", "", None),
        ("r3", "Exposed Female Nipple", "Stop the stream", "Ana", "stopped (by person)"),
        ("r4", "not analysed", "nobody decided in time", "", None),
    ]


def test_reviews_lead_to_their_cases_for_whoever_signed_in(world):
    world.add()
    old = world.review(review_id="r2")
    world.channel_past = Past([old], None, [], more=False)
    assert 'href="../reviews/r2"' in world.signed_in("auditor").get().body
    assert "reviews/r2" not in world.get().body


@pytest.mark.parametrize(
    ("row", "words"),
    [
        (None, "Never banned, and never stopped."),
        (ban(), "Banned until somebody reinstates it."),
        (ban(until=1795334800), "Banned until 2026-11-22 08:06:40 UTC."),
        (ban(until=1795324000), "Not banned now: its ban ended 2026-11-22 05:06:40 UTC."),
        (ban(status="lifted"), "Not banned now: it was reinstated."),
        (
            ban(until=1795324000, terms={"ban_for": 0}),
            "Not banned; a session of it was stopped.",
        ),
    ],
)
def test_a_ban_in_a_line(world, row, words):
    assert history(world, ban=row).ban == words


def test_stops_and_orders_are_told_by_their_time(world):
    rows = [
        unseen(),
        stop(by="policy: explicit-stop"),
        stop("failed", "st-2", failed_at=world.at(-1), stopped_at=None),
        stop("refused", "st-3", begun_at=None),
        ban(),
        act("reinstate", at=world.at(-100), status="failed", note="why"),
    ]
    lines = history(world, rows=rows).lines
    assert [(line.title, line.at and line.at.relative, line.note) for line in lines] == [
        ("Could not be stopped", "just now", ""),
        ("Order: Reinstate: it failed", "1 min 40 s ago", "why"),
        ("Stopped", "4 min 58 s ago", ""),
        ("Left to people", None, ""),
    ]
    assert lines[2].by == "policy: explicit-stop"


def test_what_is_not_shown_is_said_to_be_elsewhere(world):
    rows = [act(at=world.at(-second)) for second in range(LINES + 1)]
    assert len(history(world, rows=rows).lines) == LINES
    assert [history(world, rows=part).more for part in (rows, rows[1:])] == [True, False]
    assert history(world, more=True).more
    world.add()
    world.channel_past = Past([], None, [], more=True)
    assert "There is more on the channel's page." in world.get().text
    world.visitors.link_may = "view"
    assert "There is more." in world.get().text


def test_a_still_has_no_history(world):
    world.add(channel_arn=None)
    assert "This channel before" not in world.get().text
