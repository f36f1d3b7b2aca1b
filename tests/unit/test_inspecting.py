import json
from datetime import timedelta

import pytest

from framewarden.inspecting import inspect, visit_data
from tests.unit.console.execution_world import (
    FRAME,
    FRAME_ID,
    NOW,
    TOKEN,
    Told,
    World,
    reviewed,
    row,
    stopped,
    waiting,
)


def seen(world, machine="moderate", name=FRAME_ID):
    return inspect(world.sources, machine, name, NOW)


def read(told, number, status="SUCCEEDED"):
    found = visit_data(World(told, status).sources, "moderate", FRAME_ID, number)
    return found and found[1]


def test_what_is_not_there_is_none():
    assert seen(World()) is None
    assert seen(World(stopped()), machine="other") is None
    assert visit_data(World().sources, "moderate", FRAME_ID, 1) is None


def test_the_output_is_the_state_of_what_has_ended():
    looked = seen(World(stopped()))
    assert looked.state["archive"]["outcome"] == "stopped"
    assert looked.output == looked.state
    assert looked.input == {"frame": FRAME, "attempt": 1}
    assert looked.row["outcome"] == "stopped"
    assert looked.history.whole


@pytest.mark.parametrize("status", ["RUNNING", "ABORTED"])
def test_the_newest_state_is_the_state_of_what_has_no_output(status):
    told = waiting()
    told.document["later"] = True  # no event tells of it
    world = World(told, status, rows={})
    assert seen(world).state["review"]["review_id"] == "r1"
    assert "later" not in seen(world).state
    assert "newest" in world.calls


def test_what_a_state_was_left_with_is_newer_than_what_it_was_entered_with():
    told = Told()
    told.enter("Analyze")
    told.document["analysis"] = {"labels": []}
    told.leave("Analyze")
    assert seen(World(told, "RUNNING")).state["analysis"] == {"labels": []}


def test_before_the_first_state_the_input_is_all_that_is_known():
    looked = seen(World(Told(), "RUNNING"))
    assert looked.state == {"frame": FRAME, "attempt": 1}
    assert looked.history.visits == []


@pytest.mark.parametrize("text", [None, "", "no JSON", "[1]", "7"])
def test_a_document_of_another_shape_is_no_state(text):
    world = World(Told(), "RUNNING", rows={})
    world.executions.changes = {"input": text}
    looked = seen(world)
    assert looked.state == {}
    assert looked.why


def test_the_row_is_that_of_the_frame_whatever_the_attempt():
    world = World(stopped())
    world.executions.name = f"{FRAME_ID}-3"
    assert seen(world, name=f"{FRAME_ID}-3").row["frame_id"] == FRAME_ID


def test_what_somebody_started_by_hand_has_no_row():
    world = World(stopped())
    world.executions.name = "by-hand"
    looked = seen(world, name="by-hand")
    assert looked.row is None
    assert "row" not in world.calls


def test_the_review_is_the_rows_or_the_states():
    rows = {"r1": {"review_id": "r1"}, "r2": {"review_id": "r2"}}
    by_state = seen(World(waiting(), "RUNNING", rows={}, reviews=rows))
    assert by_state.review == rows["r1"]
    by_row = seen(World(stopped(), rows={FRAME_ID: row(review_id="r2")}, reviews=rows))
    assert by_row.review == rows["r2"]
    assert seen(World(stopped(), reviews=rows)).review is None


def test_tokens_are_taken_out_wherever_they_are():
    told = waiting()
    told.document |= {"evidence_key": TOKEN, "said": f"so {TOKEN}!"}
    told.leave("RequestReview")
    looked = seen(World(told, "RUNNING"))
    assert looked.state["evidence_key"] == "[redacted]"
    assert TOKEN not in repr(looked)


def test_a_secret_of_the_input_is_taken_out_of_the_output():
    told = Told(document={"token": "short-but-secret", "bucket": "short-but-secret"}).end()
    looked = seen(World(told))
    assert looked.input == looked.output == {"token": "[redacted]", "bucket": "[redacted]"}


def test_a_visit_has_what_it_was_given_and_gave():
    data = read(reviewed(), 5)
    assert data.visit.state == "OpenReview"
    assert "review" not in data.input
    assert data.output["review"]["review_id"] == "r1"
    [one] = data.tries
    assert one.parameters == {"Payload": {"state": "$"}}
    assert one.result == {"review": {"review_id": "r1", "opener": True, "rung": 0}}
    assert (one.error, one.cause) == (None, None)


def test_each_try_has_its_own():
    data = read(stopped(), 5)
    assert [one.error for one in data.tries] == ["StreamStillLiveError"] * 2 + [None]
    assert data.tries[0].cause == {"errorMessage": "it is still there"}
    assert data.tries[0].result is None
    assert data.tries[2].result == {"status": "stopped"}
    assert data.tries[1].at - data.tries[0].at == timedelta(seconds=0.6)


def test_events_that_name_no_other_are_the_last_states():
    """An emulator's have no `previousEventId`."""
    linked, loose = stopped(), stopped(linked=False)
    assert "previousEventId" not in loose.events[3]
    for number in range(1, 8):
        assert read(linked, number) == read(loose, number)


def test_states_side_by_side_keep_their_own():
    told = Told()
    parallel = told.enter("Both", "Parallel")
    a = told.enter("A", of=parallel)
    b = told.enter("B", of=parallel)
    text = json.dumps({"of": "a"})
    scheduled = told.tell("TaskScheduled", "taskScheduled", of=a, parameters=text)
    told.leave("B", of=b)
    told.tell("TaskSucceeded", "taskSucceeded", of=scheduled, output='{"gave": "a"}')
    told.leave("A", of=told.last)
    assert read(told, 2).tries[0].parameters == {"of": "a"}
    assert read(told, 2).tries[0].result == {"gave": "a"}
    assert read(told, 3).tries == []


def test_a_visit_that_lasts_has_no_output():
    data = read(waiting(), 7, "RUNNING")
    assert data.output is None
    assert data.tries[0].parameters == {"Payload": {"task_token": "[redacted]"}}


def test_only_what_leads_to_the_visit_is_read():
    given = []
    world = World(reviewed())
    events = world.executions.told.events

    class Counted(list):
        def __getitem__(self, asked):
            return (given.append(event) or event for event in list.__getitem__(self, asked))

    world.executions.told.events = Counted(events)
    # The fake's own look at the first and the last event is none of the reading.
    world.executions.get = lambda machine, name: World(reviewed()).executions.get(machine, name)
    visit_data(world.sources, "moderate", FRAME_ID, 1)
    assert [event["type"] for event in given] == [
        "ExecutionStarted",
        "ChoiceStateEntered",
        "ChoiceStateExited",
    ]


def test_what_fails_before_it_is_scheduled_is_a_try():
    told = Told()
    told.enter("Analyze")
    told.fail("States.Runtime", "no such path")
    told.fail("States.Runtime", "nor such")
    told.die(error="States.Runtime")
    data = read(told, 1, "FAILED")
    assert [(one.error, one.cause) for one in data.tries] == [
        ("States.Runtime", "no such path"),
        ("States.Runtime", "nor such"),
    ]
    assert data.tries[0].parameters is None


def test_what_succeeds_without_a_try_is_none():
    told = Told()
    told.enter("Both", "Parallel")
    told.tell("ParallelStateSucceeded")
    told.leave("Both", "Parallel")
    assert read(told, 1).tries == []


def test_functions_that_are_called_without_an_integration_have_their_input():
    told = Told()
    told.enter("Analyze")
    told.tell("LambdaFunctionScheduled", "lambdaFunctionScheduled", input='{"a": 1}')
    told.tell("LambdaFunctionTimedOut", "lambdaFunctionTimedOut")
    told.leave("Analyze")
    [one] = read(told, 1).tries
    assert (one.parameters, one.error, one.cause) == ({"a": 1}, "States.Timeout", None)


def test_a_document_that_was_cut_is_a_text():
    told = Told()
    told.tell(
        "TaskStateEntered",
        "stateEntered",
        name="Analyze",
        input='{"task_token": "' + TOKEN,
        inputDetails={"truncated": True},
    )
    assert read(told, 1, "RUNNING").input == '{"task_token": "[redacted]'


def test_a_short_token_is_taken_out_wherever_else_it_is():
    told = Told()
    told.enter("RequestReview")
    told.schedule(task_token="short-token-1")
    told.succeed(key="it was short-token-1")
    told.leave("RequestReview")
    told.document["key"] = "short-token-1"
    told.task("Archive").end()
    assert read(told, 1).tries[0].result == {"key": "it was [redacted]"}
    assert read(told, 2).input["key"] == "[redacted]"


def test_rounds_of_a_map_that_name_no_event_before_them_are_told_apart():
    told = Told(linked=False)
    told.enter("A")
    told.enter("A")
    told.document = {"left": "first"}
    told.leave("A")
    told.document = {"left": "second"}
    told.leave("A")
    assert [read(told, number).output["left"] for number in (1, 2)] == ["second", "first"]
