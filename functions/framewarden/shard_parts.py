"""Judge what the images of a range show, and write what it adds to the files of its batch."""

import json
from collections.abc import Mapping
from typing import Any, Final

from framewarden.aws import batch_files
from framewarden.aws.batch_lines import BatchLines, Kept
from framewarden.aws.dynamo import Row
from framewarden.domain import batch_counts, batches
from framewarden.domain.errors import AnalysisMalformedError
from framewarden.domain.manifest_lines import Line
from framewarden.domain.policy import Policy
from framewarden.domain.times import parse
from framewarden.domain.verdicts import classify

JSON_LINES: Final = "application/x-ndjson"
UNREADABLE: Final = ("INTERNAL_SERVER_ERROR", "Rekognition's answer cannot be read.")
RESULTS: Final = "results.jsonl"
MOST_ORDER: Final = 1_000_000  # a confidence of 100 %: the surest image of a list comes first
DIGITS: Final = 16  # of an image's digest: enough to tell it from those of the same confidence

Document = dict[str, Any]


class ShardParts:
    """What one range adds: lines of files by their name, flagged images, and the counts."""

    def __init__(self, batch: Row, start: int, policy: Policy) -> None:
        self.counts = batch_counts.empty()
        self.flagged: list[Row] = []
        self._batch, self._start = str(batch["batch"]), start
        # A batch's images belong to no channel, and whatever they show stops none.
        self._frame = {"source": "batch", "channel": "batches", "channel_arn": None}
        self._frame["put_at"] = batch["started_at"]
        self._policy, self._now = policy.for_channel("batches", None), parse(batch["started_at"])
        self._files: dict[str, list[str]] = {}

    def add(self, line: Line, image: str, kept: Mapping[str, Kept]) -> None:
        """Add a line that is not blank, with what is known of its image."""
        if line.code:
            self._refuse(line, line.code, line.message)
            return
        found, at = kept[image], batches.position(self._start, line.number)
        if found.text is None:
            self._refuse(line, str(found.code), found.message)
            return
        answer = json.loads(found.text)
        try:
            verdict = self._verdict(answer)
        except AnalysisMalformedError:
            self._refuse(line, *UNREADABLE)
            return
        self.counts["valid"] += 1
        ref = json.dumps(line.ref)
        result = f'{{"source-ref": {ref}, "detect-moderation-labels": {found.text}}}'
        self._files.setdefault(RESULTS, []).append(result)
        if found.at == at:
            self._judged(line, image, verdict, answer)
            return
        self.counts["repeated"] += 1
        repeat = {"line": line.number, "digest": image, "source-ref": line.ref}
        self._append("repeats.jsonl", repeat | {"at": at, "of": found.at})

    def write(self, bucket: str, lines: BatchLines) -> int:
        """Write the files, those with nothing in them left out, and the flagged images.

        Return the bytes of the results.
        """
        sizes = {}
        for name, texts in self._files.items():
            data = "".join(f"{text}\n" for text in texts).encode()
            key = batches.part_place(self._batch, self._start, name)
            batch_files.put(bucket, key, data, JSON_LINES)
            sizes[name] = len(data)
        lines.flag(self.flagged)
        return sizes.get(RESULTS, 0)

    def _refuse(self, line: Line, code: str, message: str) -> None:
        batch_counts.fail(self.counts, code)
        error = {"line": line.number, "source-ref": line.ref, "code": code, "message": message}
        self._append("errors.jsonl", error)

    def _verdict(self, answer: Document) -> Document:
        raw = {"labels": answer.get("ModerationLabels"), **_analysis(answer)}
        return classify(raw, self._frame, self._policy, "observe", self._now)

    def _judged(self, line: Line, image: str, verdict: Document, answer: Document) -> None:
        batch_counts.add(self.counts, str(line.ref), verdict, _analysis(answer))
        if not batch_counts.is_flagged(verdict):
            return
        rule = batch_counts.rule_of(verdict)
        found = {name: verdict[name] for name in ("severity", "labels", "matched")}
        listed = {"line": line.number, "source-ref": line.ref, "rule": rule} | found
        self._append(batches.rule_file(rule), listed)
        confidence = verdict["matched"][0]["confidence"]
        order = f"{MOST_ORDER - round(confidence * 10_000):07d}"
        self.flagged.append(
            {
                "batch": f"{self._batch}#{rule}",
                "item": f"image#{order}#{image[:DIGITS]}",
                **{"digest": image, "bucket": line.bucket, "key": line.key, "ref": line.ref},
                "position": batches.position(self._start, line.number),
                **{"rule": rule, "confidence": confidence},
                "adapter": answer.get("ProjectVersion"),
                **found,
            }
        )

    def _append(self, name: str, entry: Document) -> None:
        self._files.setdefault(name, []).append(json.dumps(entry))


def _analysis(answer: Document) -> Document:
    return {
        "content_types": answer.get("ContentTypes", []),
        "model_version": answer.get("ModerationModelVersion"),
        "adapter": answer.get("ProjectVersion"),
    }
