"""One bulk job: its way from created to finished, and the thread that takes it there."""

import sys
import traceback
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from threading import Lock
from typing import Any

from local.moto_ext.rekognition.analysis import FailedJobError
from local.moto_ext.rekognition.worker import Worker

UNFINISHED = ("CREATED", "QUEUED", "IN_PROGRESS")
TOKEN = "ClientRequestToken"  # noqa: S105


@dataclass
class MediaJob:
    """A job as it was asked for, and how far it is."""

    job_id: str
    request: dict[str, Any]
    work: Callable[[], dict[str, Any]]
    created: datetime = field(default_factory=lambda: datetime.now(UTC))
    # The status with what belongs to it, replaced whole: whoever sees it finished sees the paths.
    _state: dict[str, Any] = field(default_factory=lambda: {"Status": UNFINISHED[0]})
    _stepping: Lock = field(default_factory=Lock)

    @property
    def status(self) -> str:
        """How far it is."""
        return str(self._state["Status"])

    @property
    def is_finished(self) -> bool:
        """Whether nothing more happens to it."""
        return self.status not in UNFINISHED

    def describe(self) -> dict[str, Any]:
        """Tell the job as GetMediaAnalysisJob does."""
        told = {name: value for name, value in self.request.items() if name != TOKEN}
        known = {"JobId": self.job_id, "CreationTimestamp": self.created}
        return {**told, **known, **self._state}

    def step(self) -> None:
        """Go one status further; the last step does the work."""
        with self._stepping:
            if self.status == UNFINISHED[-1]:
                self._finish()
            elif not self.is_finished:
                self._state = {"Status": UNFINISHED[UNFINISHED.index(self.status) + 1]}

    def run(self) -> None:
        """Go all the way."""
        while not self.is_finished:
            self.step()

    def _finish(self) -> None:
        status = "FAILED"
        try:
            ending, status = self.work(), "SUCCEEDED"
        except FailedJobError as failure:
            ending = {"FailureDetails": {"Code": failure.code, "Message": failure.message}}
        except Exception as error:
            # A fault of ours must not leave whoever polls the job waiting for ever.
            traceback.print_exc(file=sys.stderr)
            message = f"{type(error).__name__} in the laptop's Rekognition"
            ending = {"FailureDetails": {"Code": "INTERNAL_ERROR", "Message": message}}
        self._state = {**ending, "Status": status, "CompletionTimestamp": datetime.now(UTC)}


_worker = Worker("media-analysis")


def later(job: MediaJob) -> None:
    """Leave a job to the thread."""
    job.step()
    # One job at a time: the model has two slots, and live frames want one.
    _worker.later(job.run)
