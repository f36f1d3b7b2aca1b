import pytest

from framewarden.domain.why_batch import why_batch

KEPT = "; what was answered is kept, and it can be resumed"
FOLLOWED = {"plan": {"next": "follow", "shards": []}}


def told(state=None, status="SUCCEEDED", error=None):
    return why_batch(state, status=status, error=error)


@pytest.mark.parametrize(
    ("ended", "says"),
    [
        ("done", "Done: its results are written, and people are asked about each list"),
        ("paused", "Paused, since its ceiling is reached"),
        ("cancelled", "Cancelled: what was answered by then is kept"),
        ("otherwise", "Ended, and its own page says how"),
    ],
)
def test_what_ended_says_how(ended, says):
    assert told({"finished": {"status": ended}}).startswith(says)
    assert told(None) == "Ended, and its own page says how"


def test_a_failure_is_the_one_that_was_caught():
    caught = {"error": {"Error": "ManifestInvalidError"}, "finished": {"status": "failed"}}
    said = told(caught, "FAILED", "BatchFailed")
    assert said.startswith("Failed: ")
    assert said.endswith(KEPT)
    assert "ManifestInvalidError" in said
    assert told({}, "FAILED", "BatchFailed") == f"Failed{KEPT}"
    assert "States.Runtime" in told({}, "FAILED", "States.Runtime")


@pytest.mark.parametrize(
    ("status", "how"),
    [
        ("TIMED_OUT", "the execution took longer than it may"),
        ("ABORTED", "somebody aborted the execution"),
    ],
)
def test_what_was_ended_from_outside_says_so(status, how):
    assert told({}, status) == f"Not carried out to its end: {how}{KEPT}"


@pytest.mark.parametrize(
    ("state", "says"),
    [
        ({}, "Being planned"),
        ({"plan": {"next": "analyze", "shards": [{}] * 2_000}}, "Being analysed, in 2,000 parts"),
        ({"plan": {"next": "analyze", "shards": [{}]}}, "Being analysed, in 1 part"),
        ({"plan": {"next": "analyze"}}, "Being analysed"),
        (FOLLOWED, "Waiting for Rekognition's bulk job"),
        (FOLLOWED | {"job": {"status": "running"}}, "Waiting for Rekognition's bulk job"),
        (
            FOLLOWED | {"job": {"status": "answered"}},
            "Being planned, from the answers of Rekognition's bulk job",
        ),
        ({"plan": {"next": "finish", "shards": []}}, "Being brought to its end"),
    ],
)
def test_what_runs_says_what_it_does(state, says):
    assert told(state, "RUNNING") == says


def test_what_failed_is_brought_to_its_end():
    said = told({"error": {"Error": "States.Timeout"}}, "RUNNING")
    assert said.startswith("Being brought to its end, since it failed: ")
