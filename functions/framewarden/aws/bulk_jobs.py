"""Have Rekognition analyze a whole manifest by a job of its own, and ask how far it is."""

import re
from dataclasses import dataclass
from typing import Any, Final

from botocore.exceptions import ClientError

from framewarden.aws.clients import Codes, client, code_of, named
from framewarden.domain.errors import AnalyzerThrottledError, AnalyzerUnavailableError

SUCCEEDED: Final = "SUCCEEDED"
FAILED: Final = "FAILED"

# What passes by itself; every other refusal is for a person to read.
PASSING: Codes = {
    "ThrottlingException": AnalyzerThrottledError,
    "ProvisionedThroughputExceededException": AnalyzerThrottledError,
    "InternalServerError": AnalyzerUnavailableError,
    "InternalFailure": AnalyzerUnavailableError,
    "ServiceUnavailable": AnalyzerUnavailableError,
    "ServiceUnavailableException": AnalyzerUnavailableError,
}
# As many jobs as an account may have at a time run already (AWS general reference: 20 or 5).
BUSY: Final = "LimitExceededException"

Document = dict[str, Any]


class JobRefusedError(Exception):
    """Rekognition starts no such job; `code` is spelt as in a failed job's FailureDetails."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(message)
        self.code = code


class JobsBusyError(Exception):
    """The account has as many jobs under way as it may have."""


@dataclass(frozen=True)
class BulkJob:
    """A job as Rekognition tells of it; the places of its answers are there when it succeeded."""

    status: str
    results: Document | None = None
    summary: Document | None = None
    code: str = ""
    message: str = ""


@dataclass(frozen=True)
class Order:
    """What a job is asked for; the same order with the same token is the same job."""

    token: str
    bucket: str
    key: str
    version_id: str | None
    output_bucket: str
    output_prefix: str
    min_confidence: float
    adapter: str | None


def start(order: Order) -> str:
    """Start a job, once for each token, and return its id.

    Raises
    ------
    AnalyzerThrottledError, AnalyzerUnavailableError
        Try again.
    JobsBusyError
        Try again when another job has ended.
    JobRefusedError
        It will not be started, however often it is asked for.
    """
    stored = {"Bucket": order.bucket, "Name": order.key}
    stored |= {"Version": order.version_id} if order.version_id else {}
    config: Document = {"MinConfidence": order.min_confidence}
    config |= {"ProjectVersion": order.adapter} if order.adapter else {}
    try:
        with named(PASSING, AnalyzerUnavailableError):
            answer = client("rekognition").start_media_analysis_job(
                ClientRequestToken=order.token,
                JobName=order.token,
                OperationsConfig={"DetectModerationLabels": config},
                Input={"S3Object": stored},
                OutputConfig={"S3Bucket": order.output_bucket, "S3KeyPrefix": order.output_prefix},
            )
    except ClientError as failure:
        if code_of(failure) == BUSY:
            raise JobsBusyError from failure
        message = str(failure.response["Error"].get("Message", ""))
        raise JobRefusedError(_spelt(code_of(failure)), message) from failure
    return str(answer["JobId"])


def get(job_id: str) -> BulkJob | None:
    """Ask how far a job is; None where Rekognition does not know it (any more).

    Raises
    ------
    AnalyzerThrottledError, AnalyzerUnavailableError
        Try again.
    """
    try:
        with named(PASSING, AnalyzerUnavailableError):
            told = client("rekognition").get_media_analysis_job(JobId=job_id)
    except ClientError as failure:
        if code_of(failure) == "ResourceNotFoundException":
            return None
        message = str(failure.response["Error"].get("Message", ""))
        return BulkJob(FAILED, code=_spelt(code_of(failure)), message=message)
    why = told.get("FailureDetails", {})
    return BulkJob(
        told["Status"],
        results=_place(told.get("Results")),
        summary=_place(told.get("ManifestSummary")),
        code=why.get("Code", ""),
        message=why.get("Message", ""),
    )


def _place(told: Document | None) -> Document | None:
    stored = (told or {}).get("S3Object")
    return {"bucket": stored["Bucket"], "key": stored["Name"]} if stored else None


def _spelt(error: str) -> str:
    """Spell an exception as FailureDetails spell theirs: `AccessDenied…` is `ACCESS_DENIED`."""
    words = re.findall(r"[A-Z][a-z0-9]*", error.removesuffix("Exception"))
    return "_".join(words).upper()
