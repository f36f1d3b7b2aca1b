from datetime import UTC, datetime, timedelta

import pytest

from framewarden.domain.history import History, Visit
from framewarden.domain.why_adapter import why_adapter

NOW = datetime(2026, 11, 22, 8, 6, 31, tzinfo=UTC)
UNCHANGED = "; what is live is as it was"
TRAIN = {"collected": {"next": "train"}}


def history(*states):
    """Return a history whose states were entered a minute apart, the last one now."""
    entered = [NOW - timedelta(minutes=minutes) for minutes in range(len(states))][::-1]
    visits = zip(states, entered, strict=True)
    return History([Visit(n, n, name, "Task", at) for n, (name, at) in enumerate(visits, 1)], 9)


def told(state=None, status="SUCCEEDED", error=None, seen=()):
    return why_adapter(state, history(*seen), NOW, status=status, error=error)


def finished(status, **more):
    return {"finished": {"status": status}, **more}


@pytest.mark.parametrize(
    ("ended", "says"),
    [
        ("passed", "Trained, and it passed the gate: a person may promote it"),
        ("refused", "Trained, and the gate refused it: the adapter's page says why"),
        ("not_ready", "Nothing was trained, since its examples lack something"),
        ("overtaken", "Overtaken by another attempt"),
        ("otherwise", "Ended, and the adapter's page says how"),
    ],
)
def test_what_ended_says_how(ended, says):
    assert told(finished(ended)).startswith(says)
    assert told(None) == "Ended, and the adapter's page says how"


def test_a_failure_is_the_one_that_was_caught():
    caught = finished("failed", error={"Error": "AnalyzerDeniedError"})
    said = told(caught, "FAILED", "AdapterFailed")
    assert said.startswith("Failed: Rekognition refused us")
    assert said.endswith(f"(AnalyzerDeniedError){UNCHANGED}")
    assert "States.Runtime" in told({}, "FAILED", "States.Runtime")


def test_what_rekognition_could_not_train_is_told_by_the_adapters_page():
    said = told(finished("failed"), "FAILED", "AdapterFailed")
    assert said == f"Failed, and the adapter's page says why{UNCHANGED}"


def test_one_that_is_late_says_that_it_can_be_waited_for():
    said = told(finished("late"), "FAILED", "AdapterFailed")
    assert said == (
        f"Not trained within its hours (begun again, it waits for the same training){UNCHANGED}"
    )


@pytest.mark.parametrize(
    ("status", "how"),
    [
        ("TIMED_OUT", "the execution took longer than it may"),
        ("ABORTED", "somebody aborted the execution"),
    ],
)
def test_what_was_ended_from_outside_says_so(status, how):
    assert told({}, status) == f"Not carried out to its end: {how}{UNCHANGED}"


@pytest.mark.parametrize(
    ("state", "says"),
    [
        ({}, "Its examples are being collected"),
        (TRAIN, "Waiting for Rekognition to train it"),
        (TRAIN | {"training": {"status": "running"}}, "Waiting for Rekognition to train it"),
        (
            TRAIN | {"training": {"status": "trained"}},
            "Trained, and the gate compares it with the base model",
        ),
        (TRAIN | {"training": {"status": "late"}}, "Being brought to its end"),
        ({"collected": {"next": "end"}}, "Being brought to its end"),
    ],
)
def test_what_runs_says_what_it_does(state, says):
    assert told(state, "RUNNING") == says


def test_a_wait_for_a_training_says_since_when():
    seen = ("CollectExamples", "FollowTraining", "WaitForTraining", "FollowTraining")
    assert told(TRAIN, "RUNNING", seen=seen) == (
        "Waiting for Rekognition to train it since 08:04:31 UTC"
    )


def test_what_failed_is_brought_to_its_end():
    said = told(TRAIN | {"error": {"Error": "States.Timeout"}}, "RUNNING")
    assert said.startswith("Being brought to its end, since it failed: ")
