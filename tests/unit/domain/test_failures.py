import pytest

from framewarden.domain import errors
from framewarden.domain.failures import STOP_FAILURES, reason_of, stop_failure_words


@pytest.mark.parametrize(
    ("error", "reason"),
    [
        ("ImageInvalidError", "image_invalid"),
        ("AnalyzerThrottledError", "analyzer_throttled"),
        ("States.Timeout", "states_timeout"),
        ("Lambda.TooManyRequestsException", "lambda_too_many_requests"),
        ("KeyError", "key"),
        ("Error", "error"),
        ("Exception", "exception"),
        ("unforeseen", "unforeseen"),
        ("?!", "unforeseen"),
        ("", "unforeseen"),
    ],
)
def test_a_reason_is_the_errors_name_in_words(error, reason):
    assert reason_of(error) == reason


@pytest.mark.parametrize(
    ("error", "what", "still"),
    [
        ("ChannelNotFoundError", "the channel does not exist (any more)", "nothing of it is on"),
        ("StopDeniedError", "permission to stop it is missing", "it may still be on air"),
        ("StreamStillLiveError", "the stop was accepted", "it is still on air"),
        ("KeyError", "an error that nobody foresaw (KeyError)", "it may still be on air"),
        ("", "no reason was kept", "it may still be on air"),
        (None, "no reason was kept", "it may still be on air"),
    ],
)
def test_a_failed_stop_says_what_happened_and_what_is_still_true(error, what, still):
    happened, true = stop_failure_words(error)
    assert happened.startswith(what)
    assert true.startswith(still)


def test_whoever_may_not_stop_is_asked_about_the_tag():
    assert "framewarden=moderated?" in stop_failure_words("StopDeniedError")[0]


def test_every_error_with_words_of_its_own_exists():
    ours = {name for name in STOP_FAILURES if not name.startswith("States.")}
    assert len(ours) > 5
    assert all(issubclass(getattr(errors, name), errors.FramewardenError) for name in ours)


def test_only_what_is_certain_is_called_off_air():
    certain = {name for name, (_, still) in STOP_FAILURES.items() if "may" not in still}
    assert certain == {"ChannelNotFoundError", "StreamStillLiveError"}
