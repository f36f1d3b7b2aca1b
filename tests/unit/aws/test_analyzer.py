import pytest

from framewarden.aws import analyzer
from framewarden.domain.errors import (
    AnalyzerDeniedError,
    AnalyzerThrottledError,
    AnalyzerUnavailableError,
    FramewardenError,
    ImageInvalidError,
    ImageMissingError,
    ImageTooLargeError,
)
from tests.unit.scenes import ACCOUNT, FRAMES_BUCKET, REGION, frame_of

ADAPTER = f"arn:aws:rekognition:{REGION}:{ACCOUNT}:project/a/version/b/1700000000000"


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


def test_an_adapter_and_another_confidence_are_asked_for_where_they_are_named(aws):
    aws.wire.serves("DetectModerationLabels", lambda asked: {"ModerationLabels": []})
    analyzer.detect(FRAMES_BUCKET, "k", None, adapter=ADAPTER, min_confidence=50.0)
    analyzer.detect(FRAMES_BUCKET, "k", None)
    named, plain = aws.wire.made("DetectModerationLabels")
    assert (named["ProjectVersion"], named["MinConfidence"]) == (ADAPTER, 50.0)
    assert "ProjectVersion" not in plain


@pytest.mark.parametrize(
    ("code", "expected"),
    [
        ("InvalidImageFormatException", "INVALID_IMAGE_FORMAT"),
        ("InvalidParameterException", "INVALID_PARAMETER"),
        ("ImageTooLargeException", "IMAGE_TOO_LARGE"),
        ("InvalidS3ObjectException", "INVALID_S3_OBJECT"),
        ("ThrottlingException", "INTERNAL_SERVER_ERROR"),
    ],
)
def test_a_refused_image_has_the_code_that_a_bulk_job_gives_it(aws, code, expected):
    aws.wire.fails("DetectModerationLabels", code)
    with pytest.raises(FramewardenError) as failure:
        analyzer.detect(FRAMES_BUCKET, "k", None)
    assert analyzer.line_code(failure.value) == (expected, "injected")


def test_a_failure_without_words_of_aws_has_ours():
    failure = ImageMissingError("it is gone")
    assert analyzer.line_code(failure) == ("INTERNAL_SERVER_ERROR", "it is gone")


def test_the_region_is_the_clients(aws):
    assert analyzer.region() == REGION
