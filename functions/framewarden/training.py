"""Follow an adapter's training: start it once, ask how far it is, keep where its evaluation is."""

from datetime import datetime
from typing import Any, Final

from framewarden import settings
from framewarden.aws import adapter_jobs
from framewarden.aws.adapters import Adapters
from framewarden.aws.dynamo import Row
from framewarden.domain import adapters, trainings
from framewarden.domain.times import iso, parse
from framewarden.observability import logger

FAILED: Final = {"status": "failed", "wait_seconds": 0}
TRAINED: Final = {"status": "trained", "wait_seconds": 0}
LATE: Final = {"status": "late", "wait_seconds": 0}

Answer = dict[str, Any]
Document = dict[str, Any]


def follow(state: Document, own: settings.FollowTraining, now: datetime) -> Answer:
    """Return `$.training`: whether it runs, has ended or is late, and how long to wait.

    "failed" is also said of an adapter that somebody else ended, and of one of which another
    attempt is under way: its row says which, and `FinishAdapter` reads it.

    Raises
    ------
    AnalyzerThrottledError, AnalyzerUnavailableError, StoreThrottledError, StoreConflictError
        Try again; the training is started once however often this is asked.
    AnalyzerDeniedError
        We may not ask how far it is.
    """
    row = Adapters(own.adapters_table).get(state["adapter"])
    if row is None or row["attempt"] != state["attempt"] or row["status"] != adapters.TRAINING:
        return FAILED
    if row.get("failure"):  # said by a try before this one
        return FAILED
    followed = _Followed(row, own, now)
    return followed.asked() if row.get("arn") else followed.started()


class _Followed:
    """One look at the training of an adapter."""

    def __init__(self, row: Row, own: settings.FollowTraining, now: datetime) -> None:
        self.row, self.own, self.now = row, own, now

    def started(self) -> Answer:
        """Start the training; where Rekognition trains another, wait for that."""
        if self._is_late():
            return LATE
        try:
            project = adapter_jobs.project_of(self.own.adapter_project)
            arn = adapter_jobs.start(self._order(project))
        except adapter_jobs.TrainingBusyError:
            return self._waiting()
        except adapter_jobs.TrainingRefusedError as refusal:
            return self._failed(refusal.code, str(refusal))
        begun = {"project": project, "arn": arn, "training_since": iso(self.now)}
        self._keep({**begun, "rekognition_status": trainings.IN_PROGRESS})
        logger.info("training started", extra={"adapter": self.row["item"]})
        return self._waiting()

    def asked(self) -> Answer:
        """Ask how far the training is."""
        told = adapter_jobs.describe(self.row["project"], self.row["arn"])
        status = str(told.get("Status")) if told else trainings.GONE
        if status != self.row.get("rekognition_status"):
            self.row["rekognition_status"] = status
            self._keep({"rekognition_status": status})
        if told and status in adapters.ANSWERS:
            return self._trained(told)
        if status in trainings.OVER:
            told = told or {}
            said = str(told.get("StatusMessage") or "")
            return self._failed(status, said, _place(told.get("ManifestSummary")))
        return LATE if self._is_late() else self._waiting()

    def _trained(self, told: Document) -> Answer:
        evaluation = _place((told.get("EvaluationResult") or {}).get("Summary"))
        if evaluation is None:
            return self._failed(trainings.NO_EVALUATION)
        ended, paid = told.get("TrainingEndTimestamp"), told.get("BillableTrainingTimeInSeconds")
        changes = {
            "evaluation_at": evaluation,
            "trained_at": iso(ended if isinstance(ended, datetime) else self.now),
            "billable_seconds": paid,
        }
        return TRAINED if self._keep(changes) else FAILED

    def _order(self, project: str) -> adapter_jobs.Order:
        row, manifests = self.row, self.row["manifests"]
        return adapter_jobs.Order(
            project=project,
            name=trainings.version_name(row["item"], row["attempt"]),
            # By this we know our own again: a name may be left from another life of the stack.
            description=f"framewarden {row['execution']}, ordered {row['started_at']}",
            bucket=self.own.batches_bucket,
            train=manifests["train"]["key"],
            test=manifests["test"]["key"],
            output_prefix=trainings.place(row["item"], "output"),
            threshold=float(row["threshold"]),
        )

    def _is_late(self) -> bool:
        return self.now.timestamp() >= int(self.row["until"])

    def _waiting(self) -> Answer:
        waited = self.now - parse(self.row.get("training_since") or self.row["started_at"])
        return {"status": "running", "wait_seconds": trainings.wait_seconds(waited)}

    def _failed(self, code: str, said: str = "", summary: Document | None = None) -> Answer:
        """Say why, for `FinishAdapter`."""
        self._keep({"failure": trainings.failure(self.row["item"], code, said, summary)})
        return FAILED

    def _keep(self, changes: Row) -> bool:
        """Change the row, unless somebody has ended this attempt meanwhile."""
        name, attempt = self.row["item"], self.row["attempt"]
        table = Adapters(self.own.adapters_table)
        return table.change(name, changes, only=(adapters.TRAINING,), attempt=attempt) is not None


def _place(told: Document | None) -> Document | None:
    stored = (told or {}).get("S3Object") or {}
    if not (stored.get("Bucket") and stored.get("Name")):
        return None
    return {"bucket": stored["Bucket"], "key": stored["Name"]}
