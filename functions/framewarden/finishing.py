"""End a batch: put its parts together and ask people, or say why it stopped where it is."""

from datetime import datetime
from typing import Any, Final

from framewarden import batch_reviews, settings
from framewarden.aws import batch_files
from framewarden.aws.batch_store import Batches
from framewarden.aws.dynamo import Row
from framewarden.batch_results import Results
from framewarden.domain import batch_counts, batches
from framewarden.domain.batch_counts import Counts
from framewarden.domain.batch_failures import EMPTY, failure_of
from framewarden.domain.batch_parts import Parts
from framewarden.domain.errors import PermanentError
from framewarden.domain.times import iso
from framewarden.observability import count, logger

ENDED: Final = (batches.DONE, batches.PAUSED, batches.CANCELLED, batches.FAILED)
WRITTEN: Final = "written"

Document = dict[str, Any]


def finish(state: Document, own: settings.FinishBatch, now: datetime) -> Document:
    """End a batch and return `$.finished`; the same answer, and the same batch, when retried.

    Raises
    ------
    StoreThrottledError, StoreConflictError
        Try again; what is written already is not written twice.
    """
    store = Batches(own.batches_table)
    row = store.get(state["batch_id"])
    if row is None or row["attempt"] != state["attempt"]:
        # It was resumed, or deleted: what becomes of it is not this execution's to say.
        logger.warning("another attempt", extra={"batch": state["batch_id"]})
        return {"status": batches.CANCELLED}
    if row["status"] in ENDED and "ended_at" in row:
        return {"status": row["status"]}
    try:
        status = _Ending(store, row, own, now).end(state.get("error"))
    except PermanentError as failure:
        logger.error("batch not ended", extra={"error": type(failure).__name__})
        error = {"Error": type(failure).__name__, "Cause": str(failure)}
        changes = {"status": batches.FAILED, "failure": failure_of(error), "ended_at": iso(now)}
        store.change(row["batch"], changes, only=batches.LIVE, attempt=row["attempt"])
        status = batches.FAILED
    return {"status": status}


class _Ending:
    """One batch at its end."""

    def __init__(self, store: Batches, row: Row, own: settings.FinishBatch, now: datetime) -> None:
        self.store, self.row, self.own, self.now = store, row, own, now
        self.parts = Parts()
        self.results = Results(own.batches_bucket, row, self.parts)

    def end(self, error: Document | None) -> str:
        """Write what there is, and say how the batch ended."""
        counts = self._counted()
        size = self._size()
        complete = size is not None and self.parts.cover(size)
        if complete and (counts["valid"] or counts["invalid"]):
            return self._complete(counts)
        status, changes = self._stopped(complete, error)
        changes |= {"counts": counts, "ended_at": iso(self.now)}
        if len(self.parts) and not complete:
            self.results.write()
        self.results.write_manifest_summary(counts)
        self.results.write_summaries({**self.row, **changes, "status": status}, counts)
        return self._ended(status, changes)

    def _complete(self, counts: Counts) -> str:
        """Every line is accounted for: nothing of it changes any more."""
        ending = {"ended_at": iso(self.now)}
        done = {**self.row, **ending, "status": batches.DONE, "failure": None, "pause": None}
        written = list(self.row.get(WRITTEN, ()))
        if batches.RESULTS not in written:
            self.results.write()
            written.append(batches.RESULTS)
            self._note(written)
        if batches.MANIFEST_SUMMARY not in written:
            self.results.write_manifest_summary(counts)
            self.results.write_summaries(done, counts)
            written.append(batches.MANIFEST_SUMMARY)
            self._note(written)
        for rule in sorted(counts["by_rule"]):
            batch_reviews.start(self.results, rule, self.own, self.now)
        return self._ended(batches.DONE, {**ending, "counts": counts}, remove=("failure", "pause"))

    def _stopped(self, complete: bool, error: Document | None) -> tuple[str, Document]:
        """Say why it ends before its end: somebody wanted it, or it failed."""
        known = self.row.get("failure")
        if complete:
            return batches.FAILED, {"failure": known or dict(EMPTY)}
        if self.row["status"] == batches.CANCELLING:
            return batches.CANCELLED, {}
        if self.row["status"] == batches.PAUSED:
            return batches.PAUSED, {}
        lacking = max(int(self.row.get("shards") or 0) - len(self.parts), 0)
        return batches.FAILED, {"failure": known or failure_of(error, lacking)}

    def _ended(self, status: str, changes: Document, remove: tuple[str, ...] = ()) -> str:
        """Write the end; where somebody else wrote another meanwhile, theirs stands."""
        batch_id, attempt = self.row["batch"], self.row["attempt"]
        only = [*batches.LIVE, batches.PAUSED, batches.FAILED]
        ended = {**changes, "status": status}
        if self.store.change(batch_id, ended, only=only, remove=remove, attempt=attempt) is None:
            status = (self.store.get(batch_id) or {}).get("status", batches.CANCELLED)
            return status if status in ENDED else batches.CANCELLED
        count(f"Batches{status.capitalize()}")
        logger.info("batch ended", extra={"batch": batch_id, "ended": status})
        return status

    def _note(self, written: list[str]) -> None:
        """Keep which files are whole, so that the next try does not write them again."""
        changes = {WRITTEN: written}
        self.store.change(self.row["batch"], changes, attempt=self.row["attempt"])

    def _counted(self) -> Counts:
        """Read the ranges that are done, and add up what became of their lines."""
        counts = batch_counts.merged(self._read())
        for error in self.results.job_errors():
            counts["lines"] += 1
            batch_counts.fail(counts, str(error.get("code")))
        return counts

    def _read(self) -> Any:
        for shard in self.store.shards(self.row["batch"]):
            self.parts.add(shard)
            yield shard["counts"]

    def _size(self) -> int | None:
        """Return the bytes that the ranges must cover; None where nothing was planned."""
        answers = (self.row.get("job") or {}).get("results")
        if answers:
            found = batch_files.head(answers["bucket"], answers["key"])
            return found["size"] if found else None
        manifest = self.row.get("manifest")
        return int(manifest["size"]) if manifest else None
