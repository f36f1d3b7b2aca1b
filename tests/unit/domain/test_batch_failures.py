import json

import pytest

from framewarden.domain.batch_failures import death_of, failure_of


@pytest.mark.parametrize(
    ("error", "lacking", "code", "words"),
    [
        (None, 0, "NOT_ENDED", "not all of it was analyzed; resume it"),
        (None, 1, "RANGES_FAILED", "one of its ranges could not be analyzed; resume it"),
        (None, 1200, "RANGES_FAILED", "1,200 of its ranges could not"),
        (("States.ExceedToleratedFailureThreshold", ""), 0, "RANGES_FAILED", "some of its ranges"),
        (("States.Timeout", ""), 0, "States.Timeout", "it took longer than it may"),
        (("AnalyzerDeniedError", ""), 0, "AnalyzerDeniedError", "Rekognition refused us"),
        (("ManifestInvalidError", "gone"), 0, "ManifestInvalidError", "gone"),
        (("ManifestInvalidError", ""), 0, "ManifestInvalidError", "the batch's manifest is gone"),
        (("ManifestInvalidError", "[]"), 0, "ManifestInvalidError", "the batch's manifest is gone"),
        (("ManifestInvalidError", "{}"), 0, "ManifestInvalidError", "the batch's manifest is gone"),
        (("", ""), 0, "NOT_ENDED", "it failed, and no reason was kept"),
    ],
)
def test_a_failure_has_a_code_and_words(error, lacking, code, words):
    document = {"Error": error[0], "Cause": error[1]} if error else None
    told = failure_of(document, lacking)
    assert (told["code"], told["words"].startswith(words)) == (code, True), told


def test_what_our_own_error_says_is_said():
    cause = json.dumps({"errorMessage": "s3://a/b is missing", "errorType": "ManifestInvalidError"})
    told = failure_of({"Error": "ManifestInvalidError", "Cause": cause})
    assert told["words"] == "s3://a/b is missing"


@pytest.mark.parametrize("status", ["FAILED", "TIMED_OUT", "ABORTED"])
def test_a_death_outside_our_hands_can_be_resumed(status):
    told = death_of(status)
    assert told["code"] == f"EXECUTION_{status}"
    assert "resume it" in told["words"]
