import inspect
import json

import pytest

from framewarden.domain import errors, remedies
from framewarden.domain.failures import STOP_FAILURES, failure_words
from tests.unit.scenes import ROOT

# What Step Functions says itself beside what our machines name (developer guide, "Error names").
STATES = {
    *("States.HeartbeatTimeout", "States.DataLimitExceeded", "States.Runtime"),
    "States.Permissions",
}
LEAVES = {
    name
    for name, one in inspect.getmembers(errors, inspect.isclass)
    if one.__bases__[0] in (errors.TransientError, errors.PermanentError)
}


def named_in(document):
    if isinstance(document, dict):
        yield from document.get("ErrorEquals", ())
        if document.get("Type") == "Fail":
            yield document["Error"]
        for inner in document.values():
            yield from named_in(inner)
    elif isinstance(document, list):
        for inner in document:
            yield from named_in(inner)


# States.ALL stands for every name, and is never the name of an error.
MACHINES = {
    name
    for path in (ROOT / "statemachines").glob("*.asl.json")
    for name in named_in(json.loads(path.read_text()))
} - {"States.ALL"}


@pytest.mark.parametrize("error", sorted(LEAVES | MACHINES | STATES))
def test_every_error_that_a_machine_can_see_has_words_and_a_remedy(error):
    what, remedy = failure_words(error)
    assert error not in what
    assert what[0].islower() or what.split()[0] in (
        *("Rekognition", "Rekognition's", "DynamoDB,", "SNS", "AWS", "Step", "IVS"),
    )
    assert not what.endswith(".")
    assert remedy[0].isupper()
    assert remedy.endswith(".")
    assert ".." not in remedy


def test_no_words_are_kept_for_errors_that_nobody_sees():
    assert set(remedies.FAILURES) | set(remedies.STOP_REMEDIES) == LEAVES | MACHINES | STATES


def test_a_failed_stop_is_told_in_the_same_words_everywhere():
    for error in remedies.STOP_REMEDIES:
        assert failure_words(error)[0] == STOP_FAILURES[error][0]
    assert "framewarden=moderated" in failure_words("StopDeniedError")[1]


@pytest.mark.parametrize(
    ("error", "what", "remedy"),
    [
        ("States.ServiceRestart", "Step Functions ended it by itself (States.ServiceRestart)", ""),
        ("Lambda.KMSDisabledException", "AWS Lambda could not run the function (Lambda.KMS", "log"),
        ("Runtime.ImportModuleError", "the function could not be run (Runtime.Import", "log"),
        ("Sandbox.Other", "the function could not be run (Sandbox.Other)", "log"),
        ("KeyError", "an error that nobody foresaw (KeyError)", "mend it"),
        ("", "it failed, and no reason was kept", "log"),
        (None, "it failed, and no reason was kept", "log"),
    ],
)
def test_an_error_that_nobody_foresaw_gets_an_honest_sentence(error, what, remedy):
    happened, to_do = failure_words(error)
    assert happened.startswith(what)
    assert remedy in to_do
    assert to_do.endswith(".")
    assert ("rescan" in to_do) is bool(error)


def test_what_passes_by_itself_says_so():
    for error in ("AnalyzerThrottledError", "StoreConflictError", "Lambda.ServiceException"):
        assert failure_words(error)[1].startswith("Nothing, while it is retried.")
