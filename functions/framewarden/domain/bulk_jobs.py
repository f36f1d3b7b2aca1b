"""Say how long a bulk job is waited for, and in words why one failed."""

from datetime import timedelta
from typing import Final

MOST: Final = timedelta(hours=24)
"""How long an attempt waits for its job: nothing else tells that one will never end."""

LONGEST_WAIT: Final = 60

# Ours, beside the codes of Rekognition.
OVERDUE, GONE, NO_RESULTS = "JOB_OVERDUE", "JOB_GONE", "JOB_WITHOUT_RESULTS"

_AGAIN: Final = "`framewarden batch resume` starts another job"
_OURSELVES: Final = "start the batch anew with --engine framewarden"

# StartMediaAnalysisJob's refusals, spelt as the codes below.
_REFUSALS: Final = {
    "ACCESS_DENIED": (
        "Rekognition refuses the bulk job. AWS closed bulk jobs to accounts that had not used them "
        "by 2026-04-30; an account that still has them lacks a permission. If yours has none: "
        + _OURSELVES
    ),
    "IDEMPOTENT_PARAMETER_MISMATCH": (
        "Rekognition knows this batch's job with other parameters; " + _OURSELVES
    ),
    "INVALID_PARAMETER": "Rekognition refuses what the job was asked for",
}

# FailureDetails.Code of GetMediaAnalysisJob (API reference, MediaAnalysisJobFailureDetails).
_FAILURES: Final = {
    "INTERNAL_ERROR": "Rekognition failed inside; " + _AGAIN,
    "INVALID_S3_OBJECT": (
        "Rekognition could not read the manifest: it is gone, lies in another region, or the "
        "function may not read it"
    ),
    "INVALID_MANIFEST": (
        "Rekognition takes no line of the manifest: it is empty, or its lines are not "
        '{"source-ref": "s3://bucket/key"}'
    ),
    "INVALID_OUTPUT_CONFIG": "Rekognition could not write its answers to the batches bucket",
    "INVALID_KMS_KEY": "Rekognition may not use the key that the batches bucket is encrypted with",
    "ACCESS_DENIED": (
        "Rekognition may not read the manifest or the images, or may not write its answers: is "
        "their bucket in the parameter BatchSourceBuckets?"
    ),
    "RESOURCE_NOT_FOUND": "the adapter does not exist (any more), or is another region's",
    "RESOURCE_NOT_READY": "the adapter's training has not ended, or failed",
    "THROTTLED": "Rekognition had no room for the job; " + _AGAIN,
    OVERDUE: (
        "the job did not end within a day; `framewarden batch resume` asks for it again, and "
        "takes its answers if it has ended since"
    ),
    GONE: "Rekognition does not know the job any more (it forgets one after a year); " + _AGAIN,
    NO_RESULTS: "Rekognition says that the job succeeded, but not where its answers are; " + _AGAIN,
}


def refusal(code: str, message: str) -> str:
    """Say why a job was not started."""
    return _said(_REFUSALS.get(code) or _FAILURES.get(code), code, message)


def failure(code: str, message: str) -> str:
    """Say why a job that was started gave no answers."""
    return _said(_FAILURES.get(code), code, message)


def wait_seconds(waited: timedelta) -> int:
    """Return how long to wait before asking again: 2 s, 4, 8, and so on, at most a minute."""
    return min(LONGEST_WAIT, max(2, round(waited.total_seconds()) + 2))


def _said(words: str | None, code: str, message: str) -> str:
    words = words or f"Rekognition gave a reason that nobody foresaw ({code or 'none'})"
    return f"{words}. Rekognition says: {message}" if message else f"{words}."
