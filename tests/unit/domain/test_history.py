"""Events become visits, whoever tells them: AWS links each to one before it, others do not."""

import json
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from framewarden.domain.history import (
    BROKEN_OFF,
    CAUGHT,
    CAUSE_CHARACTERS,
    DONE,
    FAILED,
    RUNNING,
    fold,
    readable_cause,
)

START = datetime(2026, 11, 22, 8, 5, 0, tzinfo=UTC)
TOKEN = "AQCkAAAAKgAAAAMAAAAA" + "x9Zq" * 40
KINDS = {"Choice": (), "Pass": (), "Task": ("TaskScheduled", "TaskStarted"), "Fail": ()}


class Run:
    """One run, told as AWS tells it or as an emulator does."""

    def __init__(self, aws=True):
        self.aws, self.events, self.clock = aws, [], START
        self.last = 0
        self.tell("ExecutionStarted")

    def tell(self, kind, after=0.0, previous=None, **details):
        self.clock += timedelta(seconds=after)
        number = len(self.events) + 1
        event = {"id": number, "type": kind, "timestamp": self.clock, **details}
        if self.aws:
            event["previousEventId"] = self.last if previous is None else previous
        self.events.append(event)
        self.last = number
        return number

    def enter(self, name, kind="Task", **more):
        return self.tell(f"{kind}StateEntered", stateEnteredEventDetails={"name": name}, **more)

    def leave(self, name, kind="Task", **more):
        return self.tell(f"{kind}StateExited", stateExitedEventDetails={"name": name}, **more)

    def schedule(self, after=0.0, **more):
        number = self.tell("TaskScheduled", after, **more)
        if self.aws:  # an emulator goes without
            self.tell("TaskStarted")
        return number

    def attempt(self, error=None, cause=None, after=0.1, wait=0.0):
        self.schedule(wait)
        if error:
            details = {"error": error, "cause": cause}
            return self.tell("TaskFailed", after, taskFailedEventDetails=details)
        return self.tell("TaskSucceeded", after, taskSucceededEventDetails={"output": "{}"})

    def choose(self, name):
        self.enter(name, "Choice")
        self.leave(name, "Choice")

    def fold(self):
        return fold(self.events)


def shape(history):
    """Return what a history says, without the numbers of its events."""
    return [
        (
            visit.number,
            visit.state,
            visit.kind,
            visit.entered_at,
            visit.exited_at,
            visit.ended,
            [(one.at, one.ended_at, one.error, one.cause) for one in visit.tries],
        )
        for visit in history.visits
    ]


def stopped(aws=True):
    run = Run(aws)
    run.choose("IsAnalyzed?")
    run.enter("Analyze")
    run.attempt(after=0.3)
    run.leave("Analyze")
    run.enter("StopStream")
    run.attempt("StreamStillLiveError", '{"errorMessage": "still there", "stackTrace": ["x"]}')
    run.attempt("StreamStillLiveError", "still there", wait=1.5)
    run.attempt(wait=2.0)
    run.leave("StopStream")
    run.tell("ExecutionSucceeded", executionSucceededEventDetails={"output": "{}"})
    return run


@pytest.mark.parametrize("aws", [True, False])
def test_a_run_is_a_row_of_visits(aws):
    history = stopped(aws).fold()
    assert [(visit.number, visit.state, visit.kind) for visit in history.visits] == [
        (1, "IsAnalyzed?", "Choice"),
        (2, "Analyze", "Task"),
        (3, "StopStream", "Task"),
    ]
    assert {visit.ended for visit in history.visits} == {DONE}
    assert history.events == len(stopped(aws).events)
    assert history.whole
    assert (history.error, history.cause) == (None, None)


def test_tries_are_counted_with_their_failures_and_waits():
    visit = stopped().fold().visits[2]
    assert (visit.retries, len(visit.failures), visit.backoff) == (2, 2, 3.5)
    assert visit.seconds == 3.8
    assert (visit.error, visit.cause) == (None, None)
    assert [one.cause for one in visit.failures] == ["still there", "still there"]
    calm = stopped().fold().visits[0]
    assert (calm.retries, calm.backoff, calm.error, calm.cause) == (0, 0, None, None)


def test_a_visit_that_lasts_has_no_end():
    run = Run()
    run.enter("Analyze")
    run.schedule()
    [visit] = run.fold().visits
    assert (visit.ended, visit.exited_at, visit.seconds) == (RUNNING, None, None)
    run.tell("TaskFailed", 0.2, taskFailedEventDetails={"error": "AnalyzerThrottledError"})
    [visit] = run.fold().visits
    assert (visit.ended, visit.error, visit.backoff) == (RUNNING, "AnalyzerThrottledError", 0)


@pytest.mark.parametrize("aws", [True, False])
def test_a_failure_that_is_caught_is_told_from_one_that_is_not(aws):
    run = Run(aws)
    run.enter("Analyze")
    run.attempt("ImageInvalidError", json.dumps({"errorMessage": "not a JPEG"}))
    run.leave("Analyze")
    run.enter("HoldUnscreened")
    run.attempt("PolicyInvalidError", "x")
    details = {"error": "PolicyInvalidError", "cause": "x"}
    run.tell("ExecutionFailed", executionFailedEventDetails=details)
    history = run.fold()
    assert [visit.ended for visit in history.visits] == [CAUGHT, FAILED]
    assert (history.visits[0].error, history.visits[0].cause) == (
        "ImageInvalidError",
        "not a JPEG",
    )
    assert (history.error, history.cause) == ("PolicyInvalidError", "x")
    assert history.visits[1].exited_at == run.clock


@pytest.mark.parametrize(
    ("kind", "error"), [("ExecutionTimedOut", "States.Timeout"), ("ExecutionAborted", "unknown")]
)
def test_what_the_execution_ended_around_is_broken_off(kind, error):
    run = Run()
    run.enter("RequestReview")
    run.schedule()
    run.tell(kind, 5)
    history = run.fold()
    assert (history.visits[0].ended, history.visits[0].seconds) == (BROKEN_OFF, 5)
    assert (history.error, history.cause) == (error, None)


def test_a_deadline_is_a_failure_with_a_name():
    run = Run()
    run.enter("RequestReview")
    run.schedule()
    run.tell("TaskTimedOut", 900, taskTimedOutEventDetails={"error": "States.Timeout"})
    run.leave("RequestReview")
    [visit] = run.fold().visits
    assert (visit.ended, visit.error, visit.seconds) == (CAUGHT, "States.Timeout", 900)
    run.events[-2].pop("taskTimedOutEventDetails")
    assert run.fold().visits[0].error == "States.Timeout"


@pytest.mark.parametrize(
    "kind",
    ["TaskSubmitFailed", "TaskStartFailed", "LambdaFunctionScheduleFailed", "LambdaFunctionFailed"],
)
def test_what_fails_before_it_is_scheduled_is_a_try_as_well(kind):
    run = Run()
    run.enter("Analyze")
    run.tell(kind, 0.2, someEventDetails={"error": "States.Runtime", "cause": "c"})
    [visit] = run.fold().visits
    assert (visit.retries, visit.error, visit.cause) == (0, "States.Runtime", "c")
    run.tell(kind, 0.2, someEventDetails={"error": "Again"})
    assert [one.error for one in run.fold().visits[0].tries] == ["States.Runtime", "Again"]


def test_a_success_without_a_try_is_no_try():
    run = Run()
    run.enter("Each", "Map")
    run.tell("MapStateSucceeded")
    run.leave("Each", "Map")
    [visit] = run.fold().visits
    assert (visit.tries, visit.ended) == ([], DONE)


def test_lambda_tasks_are_read_as_ours_are():
    run = Run()
    run.enter("Old")
    run.tell("LambdaFunctionScheduled", lambdaFunctionScheduledEventDetails={"resource": "r"})
    run.tell("LambdaFunctionStarted")
    run.tell("LambdaFunctionSucceeded", 0.5, lambdaFunctionSucceededEventDetails={})
    run.leave("Old")
    [visit] = run.fold().visits
    assert (visit.ended, visit.seconds, len(visit.tries)) == (DONE, 0.5, 1)


def test_branches_that_run_side_by_side_keep_their_events():
    run = Run()
    whole = run.enter("Both", "Parallel")
    one = run.enter("One", previous=whole)
    two = run.enter("Two", previous=whole)
    one = run.tell("TaskScheduled", previous=one)
    two = run.tell("TaskScheduled", previous=two)
    one = run.tell("TaskFailed", 1, previous=one, taskFailedEventDetails={"error": "E"})
    run.leave("One", previous=one)
    run.tell("TaskStateAborted", 1, previous=two)
    run.leave("Both", "Parallel", previous=whole)
    visits = {visit.state: visit for visit in run.fold().visits}
    assert visits["One"].failures and not visits["Two"].failures
    assert (visits["One"].ended, visits["Two"].ended) == (CAUGHT, BROKEN_OFF)
    assert (visits["Both"].ended, visits["Two"].seconds) == (DONE, 2)


def test_a_state_that_is_left_late_is_found_by_its_name():
    run = Run(aws=False)
    run.enter("Both", "Parallel")
    run.enter("Inner")
    run.leave("Inner")
    run.leave("Both", "Parallel")
    run.leave("Nobody")
    visits = run.fold().visits
    assert [visit.ended for visit in visits] == [DONE, DONE]


def test_a_state_that_is_visited_twice_has_two_visits():
    run = Run()
    for _ in range(2):
        run.enter("RequestReview")
        run.attempt()
        run.leave("RequestReview")
    assert [(visit.number, visit.state) for visit in run.fold().visits] == [
        (1, "RequestReview"),
        (2, "RequestReview"),
    ]


def test_a_redrive_goes_on_in_the_visit_that_failed():
    run = Run()
    run.enter("Archive")
    run.attempt("StoreThrottledError", "busy")
    run.tell("ExecutionFailed", executionFailedEventDetails={"error": "StoreThrottledError"})
    assert run.fold().error == "StoreThrottledError"
    run.tell("ExecutionRedriven", 60)
    assert run.fold().error is None
    run.schedule()
    [visit] = run.fold().visits
    assert (visit.ended, visit.exited_at, len(visit.tries)) == (RUNNING, None, 2)
    run.tell("TaskSucceeded", 0.2)
    run.leave("Archive")
    run.tell("ExecutionSucceeded")
    history = run.fold()
    assert (history.visits[0].ended, history.error, history.cause) == (DONE, None, None)


def test_events_before_any_state_belong_to_none():
    run = Run(aws=False)
    run.tell("TaskScheduled")
    run.leave("Nothing")
    assert run.fold().visits == []
    assert fold([]).events == 0
    assert fold([], whole=False).whole is False


@pytest.mark.parametrize(
    ("cause", "readable"),
    [
        (None, None),
        ('{"errorMessage": "no", "stackTrace": ["secret path"]}', "no"),
        ('{"errorType": "X"}', "a failure with a payload"),
        ('["a"]', '["a"]'),
        ("plain words", "plain words"),
        (f"the token {TOKEN}", "the token [redacted]"),
        ("é" * 600, "é" * CAUSE_CHARACTERS),
        ("[" * 90_000, "[" * CAUSE_CHARACTERS),
    ],
)
def test_a_cause_is_its_message(cause, readable):
    assert readable_cause(cause) == readable


# Whatever comes, in whatever order.

STATES = ("Analyze", "Archive", "Both", "", "<b>")
TYPES = [
    *(f"{kind}State{what}" for kind in ("Task", "Choice", "Map") for what in ("Entered", "Exited")),
    *("TaskScheduled", "TaskStarted", "TaskSubmitted", "TaskSucceeded", "TaskFailed"),
    *("TaskTimedOut", "TaskStateAborted", "TaskSubmitFailed", "MapStateFailed", "MapRunStarted"),
    *("ExecutionStarted", "ExecutionSucceeded", "ExecutionFailed", "ExecutionTimedOut"),
    *("ExecutionAborted", "ExecutionRedriven", "SomethingNew"),
]
DETAILS = st.fixed_dictionaries(
    {},
    optional={
        "stateEnteredEventDetails": st.sampled_from(STATES).map(lambda name: {"name": name}),
        "stateExitedEventDetails": st.sampled_from(STATES).map(lambda name: {"name": name}),
        "taskFailedEventDetails": st.dictionaries(
            st.sampled_from(("error", "cause")), st.text(max_size=5) | st.none()
        ),
        "previousEventId": st.integers(0, 30),
    },
)
EVENTS = st.lists(st.tuples(st.sampled_from(TYPES), DETAILS), max_size=30)


@given(EVENTS)
def test_folding_never_raises_and_keeps_the_order(drawn):
    events = [
        {"id": number, "type": kind, "timestamp": START + timedelta(seconds=number), **details}
        for number, (kind, details) in enumerate(drawn, 1)
    ]
    history = fold(iter(events))
    visits = history.visits
    assert history.events == len(events)
    assert [visit.number for visit in visits] == list(range(1, len(visits) + 1))
    entered = [visit.event for visit in visits]
    assert entered == [event["id"] for event in events if event["type"].endswith("StateEntered")]
    for visit in visits:
        assert visit.ended in (RUNNING, DONE, CAUGHT, FAILED, BROKEN_OFF)
        assert (visit.exited_at is None) is (visit.ended == RUNNING)
        assert (visit.seconds or 0) >= 0
        assert visit.backoff >= 0
        assert visit.retries >= 0


TRY = st.sampled_from((None, "AnalyzerThrottledError", "States.Timeout"))
STEP = st.tuples(
    st.sampled_from(("Choice", "Task")),
    st.sampled_from(("Analyze", "Classify", "StopStream")),
    st.lists(TRY, min_size=1, max_size=4),
)


@given(st.lists(STEP, max_size=6), st.sampled_from((None, "Succeeded", "Aborted", "TimedOut")))
def test_both_ways_of_telling_a_run_fold_to_the_same(steps, end):
    told = []
    for aws in (True, False):
        run = Run(aws)
        for kind, name, tries in steps:
            run.enter(name, kind)
            for error in tries if kind == "Task" else ():
                run.attempt(error, error and "why", wait=0.5)
            run.leave(name, kind)
        if steps:
            run.enter("Last")
            run.schedule()
        if end:
            run.tell(f"Execution{end}")
        told.append(run.fold())
    assert shape(told[0]) == shape(told[1])
    assert (told[0].error, told[0].cause) == (told[1].error, told[1].cause)


def test_a_map_that_says_that_its_run_failed_was_not_tried_twice():
    run = Run()
    run.enter("AnalyzeBatch", "Map")
    run.tell("MapStateStarted")
    run.tell("MapRunStarted")
    run.tell("MapRunFailed", mapRunFailedEventDetails={"error": "E", "cause": "c"})
    run.tell("MapStateFailed")
    run.leave("AnalyzeBatch", "Map")
    [visit] = fold(run.events).visits
    assert (visit.retries, visit.error, visit.ended) == (0, "E", CAUGHT)


def test_a_map_that_fails_without_a_run_has_failed():
    run = Run()
    run.enter("Each", "Map")
    run.tell("MapStateFailed")
    [visit] = fold(run.events).visits
    assert [one.error for one in visit.failures] == ["unknown"]
