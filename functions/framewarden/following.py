"""Follow a batch's bulk job: start it once, ask how far it is, keep where its answers are."""

from datetime import datetime
from typing import Any, Final

from framewarden import settings
from framewarden.aws import batch_files, bulk_jobs
from framewarden.aws.batch_store import Batches
from framewarden.aws.dynamo import Row
from framewarden.domain import batches
from framewarden.domain import bulk_jobs as words
from framewarden.domain.times import iso, parse

FAILED: Final = {"status": "failed", "wait_seconds": 0}
ANSWERED: Final = {"status": "answered", "wait_seconds": 0}
# Its execution may be faster than the row that says so.
GOING: Final = (batches.STARTING, batches.RUNNING)
# As long a manifest is counted in a few seconds; of a longer one the most it can have is taken,
# by the least that a line has: `{"source-ref":"s3://abc/d"}` and its end.
COUNTED: Final = 512 * 1024 * 1024
LINE: Final = 28
# Statuses of a job of which nothing more can come; the others are Rekognition's.
OVER: Final = ("FAILED", words.GONE, words.NO_RESULTS)

Answer = dict[str, Any]


def follow(state: dict[str, Any], own: settings.FollowBulkJob, now: datetime) -> Answer:
    """Return `$.job`: whether the job runs, has answered or failed, and how long to wait.

    "failed" is also said of a batch that somebody has cancelled meanwhile, and of one that its
    ceiling pauses here: its row says which, and `FinishBatch` reads it.
    """
    row = Batches(own.batches_table).get(state["batch_id"])
    if row is None or row["attempt"] != state["attempt"] or row["status"] not in GOING:
        return FAILED
    job = _of_attempt(row, now)
    if job.get("status") in OVER:
        return FAILED
    if "results" in job:
        return ANSWERED
    followed = _Followed(row, job, own, now)
    return followed.asked() if "id" in job else followed.started()


def _of_attempt(row: Row, now: datetime) -> Row:
    """Return the job of this attempt: the last one's, unless nothing more can come of it.

    `n` counts the jobs of a batch, and makes the token that a job is started by.
    """
    job = row.get("job") or {"n": 1}
    if job.get("attempt") == row["attempt"]:
        return dict(job)
    begun = {"attempt": row["attempt"], "since": iso(now)}
    return {"n": job["n"] + 1, **begun} if job.get("status") in OVER else {**job, **begun}


class _Followed:
    """One look at the job of a batch."""

    def __init__(self, row: Row, job: Row, own: settings.FollowBulkJob, now: datetime) -> None:
        self.row, self.job, self.own, self.now = row, job, own, now
        self.waited = now - parse(job["since"])

    def started(self) -> Answer:
        """Start the job, if the ceiling has room for its images."""
        if "images" not in self.job and not self._reserved():
            return FAILED
        try:
            job_id = bulk_jobs.start(self._order())
        except bulk_jobs.JobsBusyError:
            return self._waiting()
        except bulk_jobs.JobRefusedError as refusal:
            return self._failed(refusal.code, words.refusal(refusal.code, str(refusal)))
        self._keep({"job": {**self.job, "id": job_id, "status": "CREATED"}})
        return self._waiting()

    def asked(self) -> Answer:
        """Ask how far the job is."""
        found = bulk_jobs.get(self.job["id"])
        if found is None:
            return self._failed(words.GONE, words.failure(words.GONE, ""), words.GONE)
        if found.status == bulk_jobs.FAILED:
            said = words.failure(found.code, found.message)
            return self._failed(found.code, said, bulk_jobs.FAILED)
        if found.status == bulk_jobs.SUCCEEDED:
            return self._answered(found)
        if found.status != self.job["status"]:
            self.job["status"] = found.status
            self._keep({"job": self.job})
        return self._waiting()

    def _answered(self, found: bulk_jobs.BulkJob) -> Answer:
        if found.results is None or found.summary is None:
            said = words.failure(words.NO_RESULTS, "")
            return self._failed(words.NO_RESULTS, said, words.NO_RESULTS)
        answers = {"results": found.results, "summary": found.summary}
        self._keep({"job": {**self.job, "status": found.status, **answers}})
        return ANSWERED

    def _reserved(self) -> bool:
        """Take leave to pay for every line before the job may answer any."""
        room = self.row["ceiling"] - self.row.get("reserved", 0)
        images = self.row.get("lines")
        if images is None:
            images = _lines(self.row["manifest"], room)
        if images > room:
            self._keep({"status": batches.PAUSED, "pause": {"reason": "ceiling"}})
            return False
        self.job["images"] = images
        return self._keep({"job": self.job, "reserved": self.row.get("reserved", 0) + images})

    def _order(self) -> bulk_jobs.Order:
        batch, manifest = self.row["batch"], self.row["manifest"]
        return bulk_jobs.Order(
            token=f"{batch}-{self.job['n']}",
            bucket=manifest["bucket"],
            key=manifest["key"],
            version_id=manifest.get("version_id"),
            output_bucket=self.own.batches_bucket,
            output_prefix=batches.place(batch, "job"),
            min_confidence=self.row["min_confidence"],
            adapter=self.row.get("adapter"),
        )

    def _waiting(self) -> Answer:
        if self.waited >= words.MOST:
            return self._failed(words.OVERDUE, words.failure(words.OVERDUE, ""))
        return {"status": "running", "wait_seconds": words.wait_seconds(self.waited)}

    def _failed(self, code: str, said: str, status: str = "") -> Answer:
        """Say why, for `FinishBatch`; without a status the job may still be asked for."""
        job = {**self.job, "status": status} if status else self.job
        self._keep({"job": job, "failure": {"code": code, "words": said}})
        return FAILED

    def _keep(self, changes: Row) -> bool:
        """Change the row, unless somebody has ended this attempt meanwhile."""
        attempt = self.row["attempt"]
        table = Batches(self.own.batches_table)
        return table.change(self.row["batch"], changes, only=GOING, attempt=attempt) is not None


def _lines(manifest: Row, room: int) -> int:
    """Count a manifest's lines, no further than is needed to see that there is no room for them."""
    if int(manifest["size"]) > COUNTED:
        return int(manifest["size"]) // LINE
    source = manifest["bucket"], manifest["key"], manifest.get("version_id")
    lines, end = 0, b"\n"
    for chunk in batch_files.stream(*source, 0):
        lines, end = lines + chunk.count(b"\n"), chunk[-1:]
        if lines > room:
            break
    return lines if end == b"\n" else lines + 1
