import pytest

from framewarden.domain.failures import reason_of


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
