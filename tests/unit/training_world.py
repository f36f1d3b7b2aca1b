"""Put adapters on the stage as far as a training has come: examples, rows, evaluations."""

import json
from datetime import UTC, datetime
from io import BytesIO
from types import SimpleNamespace
from typing import Any

from framewarden import settings
from framewarden.aws.adapters import LOCK
from framewarden.domain import adapters
from framewarden.domain.times import iso
from framewarden.timing import Timing
from tests.unit.adapter_rows import PROJECT, arn_of
from tests.unit.judged_pictures import SMOKING, row
from tests.unit.scenes import BATCHES_BUCKET, SOURCE_BUCKET, Document

NAME = "v2026-11-22-090000"
NOW = datetime(2026, 11, 22, 9, 0, tzinfo=UTC)
EVALUATION = f"adapters/{NAME}/output/evaluation.json"


def own() -> SimpleNamespace:
    """Return the settings of every step, as the environment has them."""
    return SimpleNamespace(
        adapting=settings.Adapting.read(),
        collect=settings.CollectExamples.read(),
        follow=settings.FollowTraining.read(),
        finish=settings.FinishAdapter.read(),
        settle=settings.Settle.read(),
    )


def known(aws: Any, status: str = adapters.TRAINING, **changes: Any) -> Document:
    """Keep an adapter's row, and the lock that it holds."""
    made = {
        "kind": "adapter",
        "item": NAME,
        "status": status,
        "attempt": 1,
        "execution": adapters.execution_name(NAME, changes.get("attempt", 1)),
        "by": "ada",
        "account": None,
        "started_at": iso(NOW),
        "labels": None,
        "threshold": 50.0,
        "hours": 24,
        "until": int(NOW.timestamp()) + 24 * 3600,
        **changes,
    }
    aws.put("adapters", made)
    aws.put("adapters", LOCK | {"name": NAME, "until": made["until"] + 3600})
    return made


def collected(**changes: Any) -> Document:
    """Return what a row has of examples that are ready."""
    manifests = {
        name: {"key": f"adapters/{NAME}/0123456789ab/{name}.jsonl", "images": images}
        for name, images in (("train", 90), ("test", 40), ("live", 0))
    }
    ready = {"ready": True, "training": [SMOKING], "lacks": []}
    return {"readiness": ready, "manifests": manifests, **changes}


def trained(**changes: Any) -> Document:
    """Return what a row has of a training that has ended."""
    begun = {"project": PROJECT, "arn": arn_of(NAME), "training_since": iso(NOW)}
    at = {"bucket": BATCHES_BUCKET, "key": EVALUATION}
    return (
        collected()
        | begun
        | {"rekognition_status": adapters.COMPLETED, "evaluation_at": at}
        | changes
    )


def adapter(aws: Any, name: str = NAME) -> Document:
    """Return an adapter's row."""
    return aws.row("adapters", kind="adapter", item=name) or {}


def lock(aws: Any) -> str | None:
    """Return the adapter that holds the lock."""
    return (aws.row("adapters", **LOCK) or {}).get("name")


def counts(tp: int = 10, tn: int = 10, fp: int = 10, fn: int = 10) -> Document:
    """Write hits and errors of a model as Rekognition does."""
    return {"TruePositive": tp, "TrueNegative": tn, "FalsePositive": fp, "FalseNegative": fn}


def evaluation(base: Document, adapted: Document, label: str = SMOKING) -> Document:
    """Write an evaluation of one label as Rekognition does."""

    def at(threshold: float) -> Document:
        both = {"BaseModel": base, "Adapter": adapted}
        return {
            "ConfidenceThreshold": threshold,
            "AggregatedEvaluationResults": both,
            "LabelEvaluationResults": [{"Label": label, **both}],
        }

    return {
        "AggregatedEvaluationResults": {"F1Score": 0.9},
        "EvaluationDetails": {
            "EvaluationEndTimestamp": "2026-11-22T09:40:00Z",
            "Labels": [],
            "NumberOfTestingImages": 40,
            "NumberOfTrainingImages": 90,
            "ProjectVersionArn": arn_of(NAME),
        },
        "ContentModeration": {
            "InputConfidenceThresholdEvalResults": at(50.0),
            "AllConfidenceThresholdsEvalResults": [at(float(one)) for one in range(5, 101, 5)],
        },
    }


RED, BLUE = (220, 40, 30), (30, 60, 220)
BETTER = evaluation(counts(fp=12, fn=3), counts(fp=2, fn=3))
WORSE = evaluation(counts(fp=12, fn=3), counts(fp=2, fn=4))


def stored(aws: Any, document: Any, key: str = EVALUATION) -> None:
    """Put a document into the batches bucket; bytes as they are."""
    body = document if isinstance(document, bytes) else json.dumps(document).encode()
    aws.client("s3").put_object(Bucket=BATCHES_BUCKET, Key=key, Body=body)


def picture(number: int, colour: tuple[int, int, int]) -> bytes:
    """Draw a small picture that no other one equals."""
    from PIL import Image

    drawn = Image.new("RGB", (64, 64), colour)
    for at in range(10):
        if number >> at & 1:
            drawn.paste((0, 0, 0), (at * 6, 0, at * 6 + 6, 6))
    written = BytesIO()
    drawn.save(written, "PNG")
    return written.getvalue()


def drawn(number: int) -> tuple[int, tuple[int, int, int]]:
    """Return how the picture of a number is drawn by `examples`."""
    return number, RED if number % 2 == 0 else BLUE


def example(aws: Any, number: int, source: int, *, right: bool, **changes: Any) -> Document:
    """Keep one picture of a source and what people said: that smoking is there, or is not."""
    key = f"shop-{source}/{number:04d}.png"
    drawn = picture(number, RED if right else BLUE)
    aws.client("s3").put_object(Bucket=SOURCE_BUCKET, Key=key, Body=drawn)
    said: Document = {"confirmed": (SMOKING,)} if right else {"denied": (SMOKING,)}
    place = {"key": key, "ref": f"s3://{SOURCE_BUCKET}/{key}", "item": f"image#{number:07d}#d"}
    kept = row(**said) | place | changes
    aws.put("batches", kept)
    return kept


def examples(aws: Any, sources: int = 8, each: int = 10) -> list[Document]:
    """Keep enough examples of one label: half of what the model found is not there."""
    return [
        example(aws, source * each + at, source, right=(source * each + at) % 2 == 0)
        for source in range(sources)
        for at in range(each)
    ]


class Clock:
    """Time that passes by sleeping only."""

    def __init__(self, left: float = 300.0) -> None:
        self.left = left
        self.slept: list[float] = []

    def timing(self) -> Timing:
        """Return it as a step takes it."""
        return Timing(lambda: self.left - sum(self.slept), NOW.timestamp, self.slept.append)
