"""The ladder as its page shows it: what was, what is, and what comes if nobody decides."""

from framewarden.console.ladder_view import ladder_of


def steps(world, **changes):
    found = ladder_of(world.review(**changes), world.now)
    return [(step.state, step.title, step.at and step.at.relative, step.by) for step in found]


END = "If nobody decides, the stream is stopped"


def test_a_ladder_of_one_rung(world):
    assert steps(world) == [
        ("now", "Moderators were asked", "1 min ago", ""),
        ("next", END, "in 4 min", ""),
    ]


def test_a_ladder_with_all_that_it_can_have(world):
    ahead = {"ladder": [300, 600, 900], "remind_at": world.second + 30}
    assert steps(world, **ahead) == [
        ("now", "Moderators were asked", "1 min ago", ""),
        ("next", "People are reminded", "in 30 s", ""),
        ("next", "A lead is asked", "in 4 min", ""),
        ("next", "A lead is asked", "in 14 min", ""),
        ("next", END, "in 29 min", ""),
    ]


def test_a_ladder_that_was_climbed(world):
    times = [world.at(-700), world.at(-60)]
    climbed = {"rung": 1, "ladder": [300, 300], "rung_times": times, "escalated_by": "Ana"}
    assert steps(world, **climbed, reminded_at=world.at(-500), remind_at=9) == [
        ("done", "Moderators were asked", "11 min 40 s ago", ""),
        ("done", "Reminded", "8 min 20 s ago", ""),
        ("now", "Escalated to a lead", "1 min ago", "Ana"),
        ("next", END, "in 4 min", ""),
    ]


def test_a_row_that_kept_no_times_of_its_rungs(world):
    row = world.review(rung=1, ladder=[300, 300])
    del row["rung_times"]
    first, second, _ = ladder_of(row, world.now)
    assert (first.at.relative, second.at) == ("1 min ago", None)


def test_what_was_decided_has_no_next_steps(world):
    ended = {"ladder": [300, 300], "remind_at": 9, "decided_at": world.at(-5), "by": "Ana"}
    assert steps(world, **ended, status="decided", decision="stop") == [
        ("done", "Moderators were asked", "1 min ago", ""),
        ("done", "Decided", "5 s ago", "Ana"),
    ]
    assert steps(world, **ended | {"decided_at": None}, status="expired")[1:] == [
        ("done", "Nobody decided: the stream is stopped", None, ""),
    ]


def test_past_the_deadline_nobody_is_waited_for(world):
    assert [step[0] for step in steps(world, deadline=world.second)] == ["done", "next"]
