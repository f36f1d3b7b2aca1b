import pytest
from botocore.exceptions import ClientError

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


class TestAdapterThatIsRefused:
    CODES = (
        *("ResourceNotFoundException", "ResourceNotReadyException", "AccessDeniedException"),
        *("InvalidParameterException", "ValidationException"),
    )

    def answers(self, aws):
        aws.wire.serves("DetectModerationLabels", lambda asked: {"ModerationLabels": []})

    @pytest.mark.parametrize("code", CODES)
    def test_the_base_model_is_asked_once_in_its_place(self, aws, code):
        self.answers(aws)
        aws.wire.fails("DetectModerationLabels", code)
        answer = analyzer.detect(FRAMES_BUCKET, "k", "v1", adapter=ADAPTER, min_confidence=50.0)
        assert analyzer.fell_back(answer, ADAPTER)
        assert analyzer.is_refused(answer) == (code in self.CODES[:3])
        named, plain = aws.wire.made("DetectModerationLabels")
        assert plain == {name: named[name] for name in ("Image", "MinConfidence")}

    @pytest.mark.parametrize("code", CODES)
    def test_whoever_wants_its_answer_or_none_hears_of_it(self, aws, code):
        aws.wire.fails("DetectModerationLabels", code)
        with pytest.raises((FramewardenError, ClientError)):
            analyzer.detect(FRAMES_BUCKET, "k", None, adapter=ADAPTER, instead=False)
        assert len(aws.wire.made("DetectModerationLabels")) == 1

    @pytest.mark.parametrize(
        ("code", "leaf"),
        [
            ("ThrottlingException", AnalyzerThrottledError),
            ("InternalServerError", AnalyzerUnavailableError),
            ("InvalidImageFormatException", ImageInvalidError),
            ("ImageTooLargeException", ImageTooLargeError),
            ("InvalidS3ObjectException", ImageMissingError),
        ],
    )
    def test_what_is_not_its_fault_is_not_asked_again(self, aws, code, leaf):
        self.answers(aws)
        aws.wire.fails("DetectModerationLabels", code)
        with pytest.raises(leaf):
            analyzer.detect(FRAMES_BUCKET, "k", None, adapter=ADAPTER)
        assert len(aws.wire.made("DetectModerationLabels")) == 1

    def test_an_image_that_the_base_model_refuses_too_has_its_failure(self, aws):
        aws.wire.fails("DetectModerationLabels", "InvalidParameterException", times=2)
        with pytest.raises(ImageInvalidError):
            analyzer.detect(FRAMES_BUCKET, "k", None, adapter=ADAPTER)

    def test_one_that_expired_is_noticed_and_no_other_answer_is(self):
        assert analyzer.fell_back({"ModerationLabels": []}, ADAPTER)
        assert not analyzer.fell_back({"ModerationLabels": [], "ProjectVersion": ADAPTER}, ADAPTER)
        assert not analyzer.fell_back({"ModerationLabels": []}, None)
        assert not analyzer.is_refused({"ModerationLabels": []})


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
