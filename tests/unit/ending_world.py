"""A batch whose ranges are done: its row, what each of its ranges left, and ways to end it."""

import json
from datetime import UTC, datetime

from framewarden import finishing, settings
from framewarden.aws import batch_files
from framewarden.aws.batch_store import Batches
from framewarden.domain import batch_counts, batches
from framewarden.domain.policy import parse_policy
from framewarden.domain.times import iso
from framewarden.domain.verdicts import classify
from tests.unit.scenes import BATCHES_BUCKET, SOURCE_BUCKET, policy

NOW = datetime(2026, 11, 22, 8, 30, tzinfo=UTC)
BEGUN = datetime(2026, 11, 22, 8, 0, tzinfo=UTC)
BATCH = batches.batch_id_of("a batch that ends")
FRAME = {"source": "batch", "channel": "batches", "channel_arn": None, "put_at": iso(BEGUN)}
POLICY = policy()
STOP, LIKELY = "explicit-stop", "explicit-likely"


def ref(name):
    return f"s3://{SOURCE_BUCKET}/{name}.jpg"


def answer(confidence=None, **more):
    """Return what Rekognition says of an image: explicit to so many per cent, or nothing."""
    label = {"Name": "Explicit", "ParentName": "", "TaxonomyLevel": 1, "Confidence": confidence}
    return {
        "ModerationLabels": [] if confidence is None else [label],
        "ModerationModelVersion": "7.0",
        "ContentTypes": [],
        **more,
    }


def judged(raw):
    analysis = {
        "labels": raw["ModerationLabels"],
        "content_types": raw["ContentTypes"],
        "model_version": raw["ModerationModelVersion"],
        "adapter": raw.get("ProjectVersion"),
    }
    return analysis, classify(analysis, FRAME, parse_policy(POLICY), "observe", BEGUN)


class Range:
    """One range as its worker leaves it."""

    def __init__(self, start, end):
        self.start, self.end, self.line = start, end, 0
        self.counts = batch_counts.empty()
        self.files = {"results": [], "errors": [], "repeats": []}
        self.places = {}

    def image(self, name, raw):
        self._next("valid")
        self._answer(name, raw)
        analysis, verdict = judged(raw)
        batch_counts.add(self.counts, ref(name), verdict, analysis)
        self.places[name] = batches.position(self.start, self.line)
        if batch_counts.is_flagged(verdict):
            rule = batch_counts.rule_of(verdict)
            file = batches.rule_file(rule).removesuffix(".jsonl")
            listed = {name: verdict[name] for name in ("severity", "labels", "matched")}
            listed |= {"line": self.line, "source-ref": ref(name), "rule": rule}
            self.files.setdefault(file, []).append(listed)
        return self

    def again(self, name, raw, first):
        self._next("valid")
        self.counts["repeated"] += 1
        self._answer(name, raw)
        at = batches.position(self.start, self.line)
        told = {"line": self.line, "digest": "d" * 64, "source-ref": ref(name), "at": at}
        self.files["repeats"].append(told | {"of": first.places[name]})
        return self

    def broken(self, code, named=None):
        self._next()
        batch_counts.fail(self.counts, code)
        error = {"line": self.line, "source-ref": named, "code": code, "message": "It is broken."}
        self.files["errors"].append(error)
        return self

    def blank(self):
        self._next("blank")
        return self

    def store(self, batch_id=BATCH, **row):
        for name, lines in self.files.items():
            text = "".join(json.dumps(line) + "\n" for line in lines).encode()
            if text:
                place = batches.part_place(batch_id, self.start, f"{name}.jsonl")
                batch_files.put(BATCHES_BUCKET, place, text)
        done = {"end": self.end, "lines": self.line, "counts": self.counts, **row}
        Batches("batches").end_shard(batch_id, self.start, done)

    def _next(self, counter=None):
        self.line += 1
        self.counts["lines"] += 1
        if counter:
            self.counts[counter] += 1

    def _answer(self, name, raw):
        self.files["results"].append({"source-ref": ref(name), "detect-moderation-labels": raw})


def first_range():
    whole = Range(0, 300).image("clean", answer()).image("likely", answer(91.5)).blank()
    return whole.broken("INVALID_JSON_LINE").image("surest", answer(99.9, ContentTypes=[]))


def second_range(first):
    then = Range(300, 500).again("likely", answer(91.5), first).image("more", answer(85.25))
    return then.broken("INVALID_S3_OBJECT", ref("gone")).image("sure", answer(98.0))


def begun(size=500, **changes):
    """Write the row and the policy of a batch that runs, and return the row."""
    row = {
        "batch": BATCH,
        "name": "summer photos",
        "source": {"kind": "manifest", "bucket": SOURCE_BUCKET, "key": "m.jsonl"},
        "manifest": {"bucket": SOURCE_BUCKET, "key": "m.jsonl", "version_id": "v1", "etag": "e"},
        "engine": batches.FRAMEWARDEN,
        "min_confidence": 20.0,
        "policy_hash": "f" * 64,
        "policy_name": POLICY["name"],
        "policy_source": "published",
        "status": batches.RUNNING,
        "attempt": 1,
        "execution": BATCH,
        "ceiling": 1000,
        "reserved": 6,
        "analyzed": 6,
        "by": "Ada",
        "via": "cli",
        "started_at": iso(BEGUN),
        "shards": 2,
    }
    row["manifest"]["size"] = size
    row |= changes
    row = {name: value for name, value in row.items() if value is not None}
    Batches("batches").create(row)
    place = batches.place(BATCH, batches.POLICY)
    batch_files.put(BATCHES_BUCKET, place, json.dumps(POLICY).encode())
    return row


def complete(**changes):
    """Make a batch both of whose ranges are done."""
    row = begun(**changes)
    first = first_range()
    first.store()
    second_range(first).store()
    return row


def end(now=NOW, attempt=1, **more):
    state = {"batch_id": BATCH, "attempt": attempt, "execution": BATCH, **more}
    return finishing.finish(state, settings.FinishBatch.read(), now)["status"]


def row_of(batch_id=BATCH):
    return Batches("batches").get(batch_id)


def file(name):
    return (batch_files.read(BATCHES_BUCKET, batches.place(BATCH, name)) or b"").decode()


def lines(name):
    return [json.loads(line) for line in file(name).splitlines()]


def summary():
    return json.loads(file(batches.MANIFEST_SUMMARY))
