"""Ask Rekognition what a frame shows."""

from collections.abc import Mapping
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


REFUSED = "AdapterRefused"
"""Ours, in an answer that the base model gave because the adapter was refused: AWS's error."""
# Refusals of an adapter that have nothing to do with the image: the next one ends the same way.
WHATEVER_THE_IMAGE = (
    "ResourceNotFoundException",
    "ResourceNotReadyException",
    "AccessDeniedException",
)

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
    instead: bool = True,
) -> dict[str, Any]:
    """Return the raw answer about one object version, the adapter's where one is named.

    Where Rekognition refuses the adapter, the base model is asked once `instead`: an image is
    judged whatever became of an adapter. `fell_back` tells.

    Raises
    ------
    AnalyzerThrottledError, AnalyzerUnavailableError
        Try again.
    ImageInvalidError, ImageTooLargeError, ImageMissingError, AnalyzerDeniedError
        Nobody can judge this object as it is; or, not `instead`, the adapter cannot.
    """
    stored = {"Bucket": bucket, "Name": key} | ({"Version": version_id} if version_id else {})
    if adapter is None:
        return _ask(stored, min_confidence)
    try:
        return _ask(stored, min_confidence, ProjectVersion=adapter)
    except (AnalyzerDeniedError, ImageInvalidError, ClientError) as failure:
        code = _aws_code(failure)
        if not instead or code == "InvalidImageFormatException":
            raise
    return {**_ask(stored, min_confidence), REFUSED: code}


def fell_back(answer: Mapping[str, Any], adapter: str | None) -> bool:
    """Tell whether the base model answered in the place of the adapter that was asked.

    Of an expired adapter Rekognition says nothing else (API reference, ProjectVersion).
    """
    return adapter is not None and not answer.get("ProjectVersion")


def is_refused(answer: Mapping[str, Any]) -> bool:
    """Tell whether the adapter would be refused about any other image as well."""
    return answer.get(REFUSED) in WHATEVER_THE_IMAGE


def line_code(failure: FramewardenError) -> tuple[str, str]:
    """Return the code that a bulk job has for an image that `detect` refused, and AWS's words."""
    cause = failure.__cause__
    if not isinstance(cause, ClientError):
        return "INTERNAL_SERVER_ERROR", str(failure)
    message = cause.response.get("Error", {}).get("Message") or str(failure)
    return LINE_CODES.get(code_of(cause), "INTERNAL_SERVER_ERROR"), message


def _ask(stored: dict[str, str], min_confidence: float, **by: str) -> dict[str, Any]:
    with named(FAILURES, AnalyzerUnavailableError):
        answer: dict[str, Any] = client("rekognition").detect_moderation_labels(
            Image={"S3Object": stored}, MinConfidence=min_confidence, **by
        )
    return answer


def _aws_code(failure: Exception) -> str:
    """Return AWS's name of a failure, ours or AWS's own."""
    cause = failure if isinstance(failure, ClientError) else failure.__cause__
    return code_of(cause) if isinstance(cause, ClientError) else ""


def region() -> str:
    """Return the region whose Rekognition is asked."""
    return str(client("rekognition").meta.region_name)
