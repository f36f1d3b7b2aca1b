"""End the training of an adapter: let the gate judge what was trained, or say why nothing was."""

from datetime import datetime
from typing import Any, Final

from framewarden import settings
from framewarden.aws import batch_files
from framewarden.aws.adapters import Adapters
from framewarden.aws.dynamo import Row
from framewarden.domain import adapters, evaluations, gate, trainings
from framewarden.domain.errors import PermanentError
from framewarden.domain.times import iso
from framewarden.live_checking import ListGoneError, LiveChecking
from framewarden.observability import count, logger
from framewarden.timing import Timing

OVERTAKEN: Final = "overtaken"
"""Another attempt is under way: what becomes of the adapter is not this execution's to say."""

Document = dict[str, Any]


def finish(state: Document, own: settings.FinishAdapter, now: datetime, timing: Timing) -> Document:
    """End an adapter and return `$.finished`; the same end when retried. What is live stays so.

    Raises
    ------
    AnalyzerThrottledError, AnalyzerUnavailableError, StoreThrottledError, StoreConflictError
        Try again; what was answered is not asked again.
    """
    store = Adapters(own.adapters_table)
    row = store.get(state["adapter"])
    if row is not None and row["attempt"] == state["attempt"] and row["status"] in adapters.LIVE:
        row = _Ending(row, state, store, own, timing).end(now)
    if row is None or row["attempt"] != state["attempt"]:
        logger.warning("another attempt", extra={"adapter": state["adapter"]})
        return {"status": OVERTAKEN}
    store.release(row["item"])
    return {"status": row["status"]}


class _Ending:
    """One adapter at its end."""

    def __init__(
        self,
        row: Row,
        state: Document,
        store: Adapters,
        own: settings.FinishAdapter,
        timing: Timing,
    ) -> None:
        self.row, self.state, self.store, self.own = row, state, store, own
        self.timing = timing

    def end(self, now: datetime) -> Row | None:
        """Write the end, and return the row as it is then; somebody else's end stands."""
        try:
            changes = self._changes()
        except PermanentError as failure:
            logger.error("adapter not judged", extra={"error": type(failure).__name__})
            error = {"Error": type(failure).__name__, "Cause": str(failure)}
            changes = self._failed(trainings.failure_of(self.row["item"], error))
        row = self._change({**changes, "ended_at": iso(now)})
        if row is None:
            return self.store.get(self.row["item"])
        count("Adapters" + row["status"].title().replace("_", ""))
        logger.info("adapter ended", extra={"adapter": row["item"], "ended": row["status"]})
        return row

    def _changes(self) -> Row:
        name, error = self.row["item"], self.state.get("error")
        training = (self.state.get("training") or {}).get("status")
        if said := self.row.get("failure"):
            return self._failed(said)
        if error:
            return self._failed(trainings.failure_of(name, error))
        if self._is_not_ready():
            return {"status": adapters.NOT_READY}
        if training == "late":
            code = trainings.LATE if self.row.get("arn") else trainings.BUSY
            return {"status": adapters.LATE, "failure": trainings.failure(name, code)}
        if training == "trained" and self.row.get("evaluation_at"):
            return self._judged(self.row["evaluation_at"])
        return self._failed(trainings.failure_of(name, None))

    def _is_not_ready(self) -> bool:
        ended = (self.state.get("collected") or {}).get("next") == "end"
        return ended and (self.row.get("readiness") or {}).get("ready") is False

    def _judged(self, place: Row) -> Row:
        """Let the gate judge; what it cannot read, nobody may promote."""
        name = self.row["item"]
        text = batch_files.read(place["bucket"], place["key"])
        if text is None:
            return self._failed(trainings.failure(name, trainings.EVALUATION_GONE))
        try:
            evaluation = evaluations.read(text)
            live = LiveChecking(self.row, self.own.batches_bucket, self.timing, self._keep).check()
        except evaluations.EvaluationInvalidError as why:
            failure = trainings.failure(name, trainings.EVALUATION_INVALID)
            return self._failed({**failure, "message": f"{failure['message']} Why: {why}."})
        except ListGoneError:
            return self._failed(trainings.failure(name, trainings.LIVE_GONE))
        judged = gate.judge(evaluation, live, self.row["readiness"]["training"])
        return {
            "status": adapters.PASSED if judged.passed else adapters.REFUSED,
            "evaluation": evaluation.document(),
            "live_check": live.document() if live else None,
            "gate": judged.document(),
            "live_kept": None,
        }

    def _keep(self, answered: Document) -> None:
        self._change({"live_kept": answered})

    def _failed(self, failure: Row) -> Row:
        return {"status": adapters.FAILED, "failure": failure}

    def _change(self, changes: Row) -> Row | None:
        name, attempt = self.row["item"], self.row["attempt"]
        return self.store.change(name, changes, only=adapters.LIVE, attempt=attempt)
