"""Ask Rekognition what a frame shows."""

from typing import Any

from framewarden.aws.clients import Codes, client, named
from framewarden.domain.errors import (
    AnalyzerDeniedError,
    AnalyzerThrottledError,
    AnalyzerUnavailableError,
    ImageInvalidError,
    ImageMissingError,
    ImageTooLargeError,
)

# Low on purpose: the raw answer is kept, so that a later policy can be tested on history for free.
# Rekognition's own default is 50 (API reference, DetectModerationLabels).
MIN_CONFIDENCE = 20.0

FAILURES: Codes = {
    "ThrottlingException": AnalyzerThrottledError,
    "ProvisionedThroughputExceededException": AnalyzerThrottledError,
    "LimitExceededException": AnalyzerThrottledError,
    "InternalServerError": AnalyzerUnavailableError,
    "InternalFailure": AnalyzerUnavailableError,
    "ServiceUnavailable": AnalyzerUnavailableError,
    "ServiceUnavailableException": AnalyzerUnavailableError,
    "InvalidImageFormatException": ImageInvalidError,
    "InvalidParameterException": ImageInvalidError,
    "ImageTooLargeException": ImageTooLargeError,
    "InvalidS3ObjectException": ImageMissingError,
    "AccessDeniedException": AnalyzerDeniedError,
    "UnrecognizedClientException": AnalyzerDeniedError,
    "ResourceNotFoundException": AnalyzerDeniedError,
    "ResourceNotReadyException": AnalyzerDeniedError,
}


def detect(bucket: str, key: str, version_id: str | None) -> dict[str, Any]:
    """Return the raw answer about one object version.

    Raises
    ------
    AnalyzerThrottledError, AnalyzerUnavailableError
        Try again.
    ImageInvalidError, ImageTooLargeError, ImageMissingError, AnalyzerDeniedError
        Nobody can judge this object as it is.
    """
    stored = {"Bucket": bucket, "Name": key} | ({"Version": version_id} if version_id else {})
    with named(FAILURES, AnalyzerUnavailableError):
        answer: dict[str, Any] = client("rekognition").detect_moderation_labels(
            Image={"S3Object": stored}, MinConfidence=MIN_CONFIDENCE
        )
    return answer
