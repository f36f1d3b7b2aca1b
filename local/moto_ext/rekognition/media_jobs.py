"""Keep the bulk jobs of an account in a region, and move each from created to finished."""

import binascii
from base64 import urlsafe_b64decode, urlsafe_b64encode
from threading import Lock
from typing import Any

from local.moto_ext import neighbour
from local.moto_ext.errors import AwsError
from local.moto_ext.rekognition import stored
from local.moto_ext.rekognition.analysis import Moderate, run
from local.moto_ext.rekognition.media_job import TOKEN, MediaJob, later
from local.moto_ext.rekognition.objects import Objects

# Jobs at a time (AWS general reference, "Amazon Rekognition endpoints and quotas").
FAST_REGIONS = frozenset({"us-east-1", "us-west-2", "eu-west-1"})
FAST_JOBS, SLOW_JOBS = 20, 5
PAGE = 100


class MediaJobs:
    """The jobs, oldest first.

    In the laptop cloud a thread works on them, one after the other. In ``mock_aws`` a job goes one
    status further whenever it has been asked about, and works within the call that does it: a test
    sees each status, and no thread outlives it.
    """

    def __init__(self, account: str, region: str, moderate: Moderate) -> None:
        self._objects, self._moderate = Objects(account, region), moderate
        self._limit = FAST_JOBS if region in FAST_REGIONS else SLOW_JOBS
        self._lock = Lock()
        self._jobs: dict[str, MediaJob] = {}
        self._by_token: dict[str, MediaJob] = {}

    def start(self, job_id: str, request: dict[str, Any]) -> str:
        """Start a job, or answer the one that the same token has started.

        Raises
        ------
        AwsError: by what StartMediaAnalysisJob refuses.
        """
        where = request["Input"]["S3Object"]
        with self._lock:
            known = self._known(request)
        if known:
            return known.job_id
        if "DetectModerationLabels" not in request["OperationsConfig"]:
            raise AwsError("InvalidParameterException", "Give DetectModerationLabels to do.")
        if not where.get("Bucket") or not where.get("Name"):
            raise AwsError("InvalidS3ObjectException", stored.NO_METADATA)
        self._objects.require(where)
        with self._lock:
            # S3 is asked outside the lock: meanwhile the same request can have come again.
            job = self._known(request) or self._make(job_id, request)
        if job.job_id == job_id and neighbour.endpoint():
            later(job)
        return job.job_id

    def _known(self, request: dict[str, Any]) -> MediaJob | None:
        job = self._by_token.get(request.get(TOKEN, ""))
        if job and job.request != request:
            message = "The ClientRequestToken was used with other parameters."
            raise AwsError("IdempotentParameterMismatchException", message)
        return job

    def _make(self, job_id: str, request: dict[str, Any]) -> MediaJob:
        if sum(not job.is_finished for job in self._jobs.values()) >= self._limit:
            message = f"The limit of {self._limit} concurrent media analysis jobs is reached."
            raise AwsError("LimitExceededException", message)
        job = MediaJob(job_id, request, lambda: run(job_id, request, self._objects, self._moderate))
        self._jobs[job_id] = job
        if TOKEN in request:
            self._by_token[request[TOKEN]] = job
        return job

    def get(self, job_id: str) -> dict[str, Any]:
        """Describe a job.

        Raises
        ------
        AwsError: ResourceNotFoundException.
        """
        job = self._jobs.get(job_id)
        if job is None:
            raise AwsError("ResourceNotFoundException", f"No media analysis job {job_id}.")
        return _asked(job)

    def list(self, size: int | None, token: str | None) -> dict[str, Any]:
        """Describe a page of jobs, newest first.

        Raises
        ------
        AwsError: InvalidPaginationTokenException.
        """
        with self._lock:
            jobs = list(self._jobs.values())
        # Counted from the oldest: a job that starts between two pages moves none of the others.
        end = len(jobs) if not token else _end_of(token, len(jobs))
        start = max(end - (size or PAGE), 0)
        page: dict[str, Any] = {
            "MediaAnalysisJobs": [_asked(job) for job in reversed(jobs[start:end])]
        }
        if start:
            page["NextToken"] = urlsafe_b64encode(f"MediaAnalysisJobs:{start}".encode()).decode()
        return page


def _end_of(token: str, most: int) -> int:
    try:
        name, _, end = urlsafe_b64decode(token).decode().partition(":")
        if name == "MediaAnalysisJobs" and 0 < int(end) < most:
            return int(end)
    except (binascii.Error, ValueError):
        pass
    raise AwsError("InvalidPaginationTokenException", "The pagination token is invalid.")


def _asked(job: MediaJob) -> dict[str, Any]:
    told = job.describe()
    if not neighbour.endpoint():
        job.step()
    return told
