"""Words for a training that came to nothing, and how long is waited for one."""

import json
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from framewarden.domain import adapters, trainings


@pytest.mark.parametrize("code", [*trainings._WORDS, "NEW_IN_2027"])
def test_every_failure_has_a_message_and_a_remedy(code):
    failure = trainings.failure("v1", code, "so it is")
    assert failure["code"] == code
    assert failure["message"].endswith("Rekognition says: so it is")
    assert failure["remedy"].endswith(".") or failure["remedy"].endswith("takes it.")
    assert "{" not in failure["remedy"]


def test_where_rekognition_wrote_more_is_said():
    failure = trainings.failure("v1", trainings.FAILED, "", {"bucket": "b", "key": "k.json"})
    assert failure["message"] == "Rekognition could not train it."
    assert failure["remedy"].startswith("What it says of each line is in s3://b/k.json. ")
    assert "--name v1" in failure["remedy"]


@pytest.mark.parametrize(
    ("error", "code", "message"),
    [
        (None, "NOT_ENDED", "It ended before it was trained."),
        ({}, "NOT_ENDED", "It ended before it was trained."),
        ({"Error": "States.Timeout"}, "States.Timeout", "It took longer than it may"),
        (
            {"Error": "AdapterRefusedError", "Cause": json.dumps({"errorMessage": "no such"})},
            "AdapterRefusedError",
            "No such.",
        ),
        ({"Error": "AdapterRefusedError", "Cause": "plain"}, "AdapterRefusedError", "Plain."),
        ({"Cause": "?"}, "NOT_ENDED", "An error that nobody foresaw"),
        ({"Error": "AdapterRefusedError", "Cause": "[]"}, "AdapterRefusedError", ""),
        ({"Error": "AdapterRefusedError", "Cause": "{}"}, "AdapterRefusedError", ""),
        ({"Error": "AdapterRefusedError"}, "AdapterRefusedError", ""),
    ],
)
def test_an_error_of_the_machine_is_put_into_words(error, code, message):
    failure = trainings.failure_of("v1", error)
    assert failure["code"] == code
    assert failure["message"].startswith(message)
    assert "v1" in failure["remedy"]


@pytest.mark.parametrize("status", ["FAILED", "TIMED_OUT", "ABORTED"])
def test_a_death_is_put_into_words(status):
    failure = trainings.death_of("v1", status)
    assert failure["code"] == f"EXECUTION_{status}"
    assert "v1" in failure["remedy"]


@given(st.floats(0, 10**7))
def test_the_wait_grows_from_two_seconds_to_two_minutes(waited):
    seconds = trainings.wait_seconds(timedelta(seconds=waited))
    assert 2 <= seconds <= 120
    # Nobody notices an end later than a quarter of the training, or two minutes.
    assert seconds <= max(2, waited / 4)


def test_three_days_of_asking_fit_in_the_history_of_an_execution():
    waited, rounds = 0, 0
    while waited < 72 * 3600:
        waited += trainings.wait_seconds(timedelta(seconds=waited))
        rounds += 1
    assert rounds * 10 < 25_000


def test_versions_of_two_names_never_meet():
    assert trainings.version_name("v1", 1) == "v1"
    second = trainings.version_name("v1", 2)
    assert not adapters.NAME.fullmatch(second)
    assert trainings.place("v1", "output") == "adapters/v1/output"
