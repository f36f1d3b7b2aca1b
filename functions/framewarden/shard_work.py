"""Analyze and classify the lines of one byte range, as far as the time of one call goes."""

import json
from collections.abc import Iterator, Mapping
from contextlib import closing
from dataclasses import replace
from secrets import token_hex
from typing import Any, Final

from framewarden import settings
from framewarden.analyzing import DONE, MARGIN, STOPPED, UNFINISHED, Analyzing
from framewarden.asking import Asker, Image
from framewarden.aws import analyzer, batch_files
from framewarden.aws.batch_lines import BatchLines, Kept
from framewarden.aws.batch_policies import policy_of
from framewarden.aws.batch_puts import MOST
from framewarden.aws.batch_store import Batches
from framewarden.aws.dynamo import Row
from framewarden.aws.pace_row import PaceRow
from framewarden.domain import batches
from framewarden.domain.batch_counts import BASE
from framewarden.domain.batch_failures import failure_of
from framewarden.domain.batch_sources import UPLOADED, read_sources
from framewarden.domain.errors import AnalyzerDeniedError
from framewarden.domain.manifest_lines import Line, lines
from framewarden.domain.quotas import batch_rate
from framewarden.observability import count, logger
from framewarden.shard_parts import ShardParts
from framewarden.taking import Taking, is_running
from framewarden.timing import Timing

NOT_ALLOWED: Final = "BUCKET_NOT_ALLOWED"
WHY: Final = "The bucket is none of those whose images this stack may analyze."
TOLD: Final = ("lines", "images", "flagged", "invalid", "repeated")

Document = dict[str, Any]


def work(state: Document, own: settings.AnalyzeShard, timing: Timing) -> Document:
    """Return `done`, `unfinished` where it must be called again, or `stopped` with the batch.

    Raises
    ------
    AnalyzerThrottledError, AnalyzerUnavailableError, StoreThrottledError, StoreConflictError
        Try again; what has an answer is not asked again.
    AnalyzerDeniedError
        Rekognition refuses us: the whole batch has failed.
    ManifestInvalidError, PolicyUnavailableError, PolicyInvalidError
        The range cannot be read, or nobody can judge what it shows.
    """
    store, batch_id = Batches(own.batches_table), state["batch_id"]
    batch = store.get(batch_id)
    if batch is None or not is_running(batch, state["attempt"]):
        return {"status": STOPPED}
    if store.shard(batch_id, state["shard"]["start"]):
        return {"status": DONE}
    status = _Shard(batch, state["shard"], store, own, timing).work()
    return {"status": status}


class _Shard:
    """One range, in one call of a worker."""

    def __init__(
        self,
        batch: Row,
        shard: Document,
        store: Batches,
        own: settings.AnalyzeShard,
        timing: Timing,
    ) -> None:
        self.batch, self.store, self.own, self.timing = batch, store, own, timing
        self.start, self.end = int(shard["start"]), int(shard["end"])
        # Named anew for each call: the claims of an earlier one, which may be alive, are not ours.
        self.known = BatchLines(own.batches_table, batch["batch"], token_hex(6), timing.sleep)
        self.taking = Taking(batch, store, self.known, timing)
        self.results = (batch.get("job") or {}).get("results")

    def work(self) -> str:
        """Have every line answered, then write what the range adds."""
        policy = policy_of(self.own.batches_bucket, self.batch["batch"])
        parts = ShardParts(self.batch, self.start, policy)
        read = [(_digest(line), line) for line in self._lines(parts.counts)]
        first: dict[str, Line] = {}
        for image, line in read:
            if image:
                first.setdefault(image, line)
        status = self._marked(first) if self.results else self._analyzed(first)
        if status == DONE:
            for image, line in read:
                parts.add(line, image, self.taking.kept)
            self._end(parts)
        return status

    def _lines(self, counts: Document) -> Iterator[Line]:
        """Read the lines of the range, all of them counted and the blank ones left out."""
        place = self.results or self.batch["manifest"]
        chunks = batch_files.stream(
            place["bucket"],
            place["key"],
            place.get("version_id"),
            max(self.start - 1, 0),
            place.get("etag"),
        )
        sources = read_sources(self.own.batch_sources)
        with closing(chunks):
            for line in lines(chunks, self.start, self.end, answered=bool(self.results)):
                counts["lines"] += 1
                if line.is_blank:
                    counts["blank"] += 1
                elif line.code or line.bucket in sources or self._is_uploaded(line):
                    yield line
                else:
                    yield replace(line, code=NOT_ALLOWED, message=WHY)

    def _is_uploaded(self, line: Line) -> bool:
        return line.bucket == self.own.frames_bucket and line.key.startswith(UPLOADED)

    def _marked(self, first: Mapping[str, Line]) -> str:
        """Take the answers from the lines of a bulk job's results, which were paid for there."""
        left = list(first)
        while left:
            if self.timing.left() < MARGIN:
                return UNFINISHED
            some, left = left[:MOST], left[MOST:]
            wanted = {image: batches.position(self.start, first[image].number) for image in some}
            there = self.known.mark(wanted, self.timing.now())
            for image, at in wanted.items():
                named = there[image].at if image in there else at
                text = json.dumps(first[image].answer)
                self.taking.kept[image] = Kept(named, text=text)
                self.taking.answered += named == at
        return DONE

    def _analyzed(self, first: Mapping[str, Line]) -> str:
        """Have Rekognition asked about what nobody has asked it about."""
        own, batch = self.own, self.batch
        rate = batch_rate(float(own.batch_share), float(own.rekognition_tps), analyzer.region())
        pace = PaceRow(own.batches_table, rate)
        least = float(batch["min_confidence"])
        with Asker(self.known, self.timing, batch.get("adapter"), least) as asker:
            analyzing = Analyzing(self.taking, asker, pace, self.timing)
            try:
                return analyzing.run(
                    Image(image, batches.position(self.start, line.number), line.bucket, line.key)
                    for image, line in first.items()
                )
            except AnalyzerDeniedError as failure:
                self._fail(failure)
                raise
            finally:
                count("BatchImages", analyzing.paid)
                count("BatchThrottles", analyzing.throttles)
                count("BatchErrors", analyzing.refused)
                if asker.fallbacks:
                    count("AdapterFallback", asker.fallbacks)

    def _fail(self, failure: AnalyzerDeniedError) -> None:
        """Fail the whole batch at once: the next image would be refused for the same reason."""
        count("AnalyzerDenied")
        error = {"Error": type(failure).__name__, "Cause": str(failure)}
        changes = {"status": batches.FAILED, "failure": failure_of(error)}
        batch_id, attempt = self.batch["batch"], self.batch["attempt"]
        self.store.change(batch_id, changes, only=[batches.RUNNING], attempt=attempt)

    def _end(self, parts: ShardParts) -> None:
        """Write what the range adds, then that it is done, then tell the batch, once."""
        counts, batch_id = parts.counts, self.batch["batch"]
        size = parts.write(self.own.batches_bucket, self.known)
        row = {"end": self.end, "lines": counts["lines"], "bytes": size, "counts": counts}
        told = {"analyzed": self.taking.answered}
        if self.store.end_shard(batch_id, self.start, row):
            told |= {f"{name}_done": counts[name] for name in TOLD} | {"shards_done": 1}
            self._count_fallbacks(counts)
        self.store.tell(batch_id, told)
        ids = {"batch": batch_id, "start": self.start}
        logger.info("range done", extra=ids | {name: counts[name] for name in TOLD})

    def _count_fallbacks(self, counts: Document) -> None:
        """Count the answers of a bulk job in which the base model stood in for the adapter."""
        missed = counts["adapters"].get(BASE, 0)
        if self.results and self.batch.get("adapter") and missed:
            count("AdapterFallback", missed)


def _digest(line: Line) -> str:
    """Name the image of a line; nothing for a line that names none which may be analyzed."""
    return "" if line.code else batches.digest(line.bucket, line.key)
