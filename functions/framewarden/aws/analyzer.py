"""Ask Rekognition what a frame shows."""

from typing import Any

from botocore.exceptions import ClientError

from framewarden.aws.clients import Codes, client, code_of, named
from framewarden.domain.errors import (
    AnalyzerDeniedError,
    AnalyzerThrottledError,
    AnalyzerUnavailableError,
    FramewardenError,
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


# What a bulk job's summary of its manifest calls them.
LINE_CODES = {
    "InvalidImageFormatException": "INVALID_IMAGE_FORMAT",
    "InvalidParameterException": "INVALID_PARAMETER",
    "ImageTooLargeException": "IMAGE_TOO_LARGE",
    "InvalidS3ObjectException": "INVALID_S3_OBJECT",
}


def detect(
    bucket: str,
    key: str,
    version_id: str | None,
    *,
    adapter: str | None = None,
    min_confidence: float = MIN_CONFIDENCE,
) -> dict[str, Any]:
    """Return the raw answer about one object version, the adapter's where one is named.

    Raises
    ------
    AnalyzerThrottledError, AnalyzerUnavailableError
        Try again.
    ImageInvalidError, ImageTooLargeError, ImageMissingError, AnalyzerDeniedError
        Nobody can judge this object as it is.
    """
    stored = {"Bucket": bucket, "Name": key} | ({"Version": version_id} if version_id else {})
    by = {"ProjectVersion": adapter} if adapter else {}
    with named(FAILURES, AnalyzerUnavailableError):
        answer: dict[str, Any] = client("rekognition").detect_moderation_labels(
            Image={"S3Object": stored}, MinConfidence=min_confidence, **by
        )
    return answer


def line_code(failure: FramewardenError) -> tuple[str, str]:
    """Return the code that a bulk job has for an image that `detect` refused, and AWS's words."""
    cause = failure.__cause__
    if not isinstance(cause, ClientError):
        return "INTERNAL_SERVER_ERROR", str(failure)
    message = cause.response.get("Error", {}).get("Message") or str(failure)
    return LINE_CODES.get(code_of(cause), "INTERNAL_SERVER_ERROR"), message


def region() -> str:
    """Return the region whose Rekognition is asked."""
    return str(client("rekognition").meta.region_name)
