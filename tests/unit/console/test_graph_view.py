from framewarden.console.graph_view import graph_of
from framewarden.domain.history import fold
from framewarden.domain.machines import read
from tests.unit.console.execution_world import MODERATE, Told, reviewed, stopped, waiting

BRANCH = {"StartAt": "A", "States": {"A": {"Type": "Task", "End": True}}}
SIDE = {
    "StartAt": "Both",
    "States": {
        "Both": {"Type": "Parallel", "Branches": [BRANCH], "Next": "After"},
        "After": {"Type": "Task", "End": True},
    },
}


def graph(told, definition=MODERATE):
    return graph_of(read(definition), fold(told.events))


def state(drawn, name):
    return next(one for one in drawn.states if one.box.name == name)


def taken(drawn):
    return [(one.source, one.target) for one in drawn.arrows if one.taken]


def words(drawn):
    return {(one.source, one.target): one.words for one in drawn.arrows if one.words}


def test_a_state_says_what_came_of_it():
    drawn = graph(stopped())
    stop = state(drawn, "StopStream")
    assert (stop.went, stop.says, stop.counts) == ("done", "done", "2 retries · waited 1.00 s")
    assert stop.tells == "StopStream: done, 2 retries, waited 1.00 s"
    assert (stop.first, stop.kind, stop.stranger) == (5, "Task", False)
    assert stop.width == stop.box.width - 12  # so many words are squeezed
    unseen = state(drawn, "OpenReview")
    assert (unseen.went, unseen.says, unseen.counts, unseen.first) == ("none", "", "", None)
    assert unseen.tells == "OpenReview: not visited"
    assert unseen.width is None


def test_a_wait_for_a_person_is_counted():
    drawn = graph(reviewed(hours=2))
    asked = state(drawn, "RequestReview")
    assert (asked.says, asked.counts, asked.width) == ("done", "waited 2 h", None)
    assert state(drawn, "OpenReview").counts == ""
    assert state(graph(waiting()), "RequestReview").counts == ""


def test_a_state_that_is_visited_twice_says_what_came_of_the_last():
    told = Told()
    told.task("Classify")
    told.enter("Classify")
    told.schedule()
    told.fail("Lambda.Unknown")
    told.schedule()
    told.fail("Lambda.Unknown")
    told.die(error="Lambda.Unknown")
    twice = state(graph(told), "Classify")
    assert (twice.went, twice.says, twice.counts) == ("failed", "failed, 2 times", "1 retry")
    assert twice.first == 1


def test_what_is_broken_off_is_no_failure():
    told = waiting()
    told.die("ExecutionAborted")
    assert state(graph(told), "RequestReview").went == "broken-off"


def test_the_way_that_was_taken_has_its_words():
    drawn = graph(stopped())
    assert taken(drawn)[0] == ("", "IsAnalyzed?")
    assert words(drawn) == {
        ("IsAnalyzed?", "Analyze"): "otherwise",
        ("RouteBySeverity", "StopStream"): "critical and may stop",
        ("ConfirmStop?", "Archive"): "otherwise",
    }
    assert drawn.tells.startswith("It went through IsAnalyzed?, Analyze, Classify, ")


def test_a_caught_failure_is_a_way_too():
    told = Told().choose("IsAnalyzed?")
    told.enter("Analyze")
    told.schedule()
    told.fail("ImageInvalidError")
    told.leave("Analyze")
    told.enter("HoldUnscreened")
    drawn = graph(told)
    assert words(drawn)["Analyze", "HoldUnscreened"] == "fails"
    assert state(drawn, "Analyze").went == "caught"
    # It has not come to its end.
    assert all(target for _, target in taken(drawn))


def test_nothing_has_happened_yet():
    drawn = graph(Told())
    assert taken(drawn) == []
    assert drawn.tells == "It has not entered a state."


def test_what_runs_inside_a_state_counts_as_its_own():
    told = Told()
    told.enter("Both", "Parallel")
    told.enter("A")
    told.schedule()
    told.fail("Lambda.Unknown")
    told.schedule()
    told.succeed()
    told.leave("A")
    told.leave("Both", "Parallel")
    drawn = graph(told.task("After").end(), SIDE)
    assert [one.box.name for one in drawn.states] == ["Both", "After"]
    both = state(drawn, "Both")
    assert (both.says, both.counts, both.first) == ("done", "1 retry", 1)
    assert taken(drawn) == [("", "Both"), ("Both", "After"), ("After", "")]


def test_an_emulator_may_tell_only_of_what_runs_inside():
    drawn = graph(Told().task("A").end(), SIDE)
    assert state(drawn, "Both").says == "done"
    assert taken(drawn) == []


def test_a_fail_state_is_an_end():
    definition = {"StartAt": "No", "States": {"No": {"Type": "Fail"}}}
    told = Told()
    told.enter("No", "Fail")
    drawn = graph(told.die(error="OrderFailed"), definition)
    assert taken(drawn) == [("", "No"), ("No", "")]
    assert state(drawn, "No").went == "failed"


def test_a_stranger_has_the_kind_that_its_history_tells():
    told = Told().choose("Renamed?").task("Archive").end()
    drawn = graph(told)
    stranger = state(drawn, "Renamed?")
    assert (stranger.stranger, stranger.kind, stranger.went) == (True, "Choice", "done")
    assert ("", "Archive") not in taken(drawn) or "Renamed?" not in drawn.tells
