import pytest

from framewarden.aws import analyzer
from framewarden.domain.errors import (
    AnalyzerDeniedError,
    AnalyzerThrottledError,
    AnalyzerUnavailableError,
    ImageInvalidError,
    ImageMissingError,
    ImageTooLargeError,
)
from tests.unit.scenes import FRAMES_BUCKET, frame_of


@pytest.mark.parametrize(
    ("code", "leaf"),
    [
        ("ThrottlingException", AnalyzerThrottledError),
        ("ProvisionedThroughputExceededException", AnalyzerThrottledError),
        ("LimitExceededException", AnalyzerThrottledError),
        ("InternalServerError", AnalyzerUnavailableError),
        ("ServiceUnavailable", AnalyzerUnavailableError),
        ("InvalidImageFormatException", ImageInvalidError),
        ("InvalidParameterException", ImageInvalidError),
        ("ImageTooLargeException", ImageTooLargeError),
        ("InvalidS3ObjectException", ImageMissingError),
        ("AccessDeniedException", AnalyzerDeniedError),
        ("UnrecognizedClientException", AnalyzerDeniedError),
        ("ResourceNotFoundException", AnalyzerDeniedError),
        ("ResourceNotReadyException", AnalyzerDeniedError),
    ],
)
def test_every_failure_of_rekognition_has_a_leaf_of_its_own(aws, code, leaf):
    aws.wire.fails("DetectModerationLabels", code)
    with pytest.raises(leaf, match=f"DetectModerationLabels: {code}"):
        analyzer.detect(FRAMES_BUCKET, "k", None)
    assert len(aws.wire.made("DetectModerationLabels")) == 1


def test_the_very_version_is_looked_at_with_a_low_confidence(aws):
    aws.wire.serves("DetectModerationLabels", lambda asked: {"ModerationLabels": []})
    analyzer.detect(FRAMES_BUCKET, "k", "v1")
    analyzer.detect(FRAMES_BUCKET, "k", None)
    versioned, plain = aws.wire.made("DetectModerationLabels")
    assert versioned["Image"]["S3Object"] == {"Bucket": FRAMES_BUCKET, "Name": "k", "Version": "v1"}
    assert "Version" not in plain["Image"]["S3Object"]
    assert versioned["MinConfidence"] == 20


@pytest.mark.parametrize("body", [b"", b"<html>", b"\xff\xd8\xff truncated", b"GIF89a" + bytes(99)])
def test_bytes_that_are_no_picture_are_invalid(aws, body):
    frame = aws.upload(frame_of("analyze/upload"), body)
    with pytest.raises(ImageInvalidError):
        analyzer.detect(frame["bucket"], frame["key"], frame["version_id"])


def test_an_object_that_is_gone_is_missing(aws):
    with pytest.raises(ImageMissingError):
        analyzer.detect(FRAMES_BUCKET, "uploads/gone.jpg", None)
