"""Measure adapters: how long a training takes, what one adds to an analysis, whether it repeats."""

import time
from collections.abc import Sequence
from datetime import UTC, datetime
from statistics import median
from typing import Any

from benchmarks import adapter_examples, batch_runs
from benchmarks.batch_runs import BUCKET
from benchmarks.figures import Figure, Section, p, spread
from benchmarks.ground import Ground, patiently
from framewarden.adapting import start
from framewarden.aws.adapter_switch import AdapterSwitch
from framewarden.aws.adapters import Adapters
from framewarden.aws.clients import brought
from framewarden.domain import adapters
from framewarden.domain.times import parse
from local.adapters import acting_on
from local.verify_samples import LABEL

NAMES = ("benchmark", "benchmark-again")
# What a training ends as is the gate's word; here it is measured, not judged.
PAIRS, WARMING = 300, 20
TRAINING_SECONDS, ADDED_SECONDS = 60.0, 0.005
PATIENCE = 600.0
# What must be the same, to the digit, when the same decisions are trained on again.
REPEATED = ("readiness", "evaluation", "live_check", "gate")
NOTES = [
    f"training: {adapter_examples.SOURCES} sources of drawn pictures, the base model's answers "
    "recorded, people's words written straight into the table. From the request to Rekognition's "
    "word that it is trained, and to the gate's: reading and splitting the examples, copying the "
    "pictures, the manifests and the waits between two questions are in it.",
    "added: DetectModerationLabels of one picture without and with the adapter, one after the "
    "other, in turn which is first; the median of the differences. No answer is recorded for these "
    "pictures: the model looks at each of them both times.",
    "repeated: trained again under another name, and the evaluation compared whole.",
]

Row = dict[str, Any]


def run(ground: Ground, examples: int) -> Section:
    """Train twice on the same examples, then ask with and without the adapter."""
    batch_runs.prepare(ground)
    ground.say(f"adapter: drawing {examples:,} pictures, and writing what people say of them")
    adapter_examples.prepare(ground, examples)
    rows = []
    for name in NAMES:
        ground.say(f"adapter: training {name}")
        rows.append(trained(ground, name))
    figures = training(rows[0], examples) + repeated(rows)
    ground.say(f"adapter: {PAIRS} analyses with and without it")
    figures += added(*paired(ground, rows[0]["arn"]))
    figures.append(switch(ground))
    return Section("adapter", f"Adapters: {examples:,} examples", figures, NOTES)


def trained(ground: Ground, name: str) -> Row:
    """Train an adapter, and return its row.

    Raises
    ------
    TimeoutError
        It was not trained.
    """
    with acting_on(ground.target) as stores:
        asked = {"name": name, "by": "benchmarks", "labels": [LABEL]}
        start(asked, stores.own, datetime.now(UTC))
        patiently(lambda: _row(stores.adapters, name)["status"] in adapters.ENDED, PATIENCE, 0.2)
        row = _row(stores.adapters, name)
    if row["status"] not in adapters.TRAINED:
        raise TimeoutError(f"the adapter is {row['status']}: {row.get('failure')}")
    return row


def _row(store: Adapters, name: str) -> Row:
    return store.get(name) or {"status": None}


def training(row: Row, examples: int) -> list[Figure]:
    """Return how long a training took."""
    began = parse(row["started_at"])
    moments = ("training_since", "trained_at", "ended_at")
    collected, taught, ended = ((parse(row[one]) - began).total_seconds() for one in moments)
    split, evaluation = row["readiness"], row["evaluation"]
    errors = " to ".join(str(one["fp"] + one["fn"]) for one in _both(evaluation))
    detail = f"{examples:,} examples, {split['train']:,} to train on and {split['test']:,} to test"
    return [
        Figure("adapter.training", taught, "s", detail, TRAINING_SECONDS),
        Figure("adapter.training.collect", collected, "s", "of it until it is ordered"),
        Figure("adapter.training.rekognition", float(row["billable_seconds"] or 0), "s", "of it"),
        Figure("adapter.training.gate", ended, "s", f"{row['status']}: errors {errors}"),
    ]


def _both(evaluation: Row) -> tuple[Row, Row]:
    return evaluation["base"], evaluation["adapter"]


def repeated(rows: Sequence[Row]) -> list[Figure]:
    """Return how many parts of what was measured differ between two trainings of the same."""
    first, second = rows
    apart = [name for name in REPEATED if first.get(name) != second.get(name)]
    detail = ", ".join(apart) or f"of {', '.join(REPEATED)}"
    return [Figure("adapter.repeated.differences", len(apart), "", detail, 0)]


def paired(ground: Ground, arn: str) -> tuple[list[float], list[float]]:
    """Return the seconds of analyses without and with an adapter, of the same pictures."""
    rekognition = ground.target.client("rekognition")
    batch_runs.put_images(ground, "adapter-photos", PAIRS + WARMING, batch_runs.photo)
    base: list[float] = []
    with_it: list[float] = []
    for number in range(PAIRS + WARMING):
        image = {"S3Object": {"Bucket": BUCKET, "Name": batch_runs.key("adapter-photos", number)}}
        sides = [(base, {}), (with_it, {"ProjectVersion": arn})]
        for seconds, by in sides if number % 2 else reversed(sides):
            began = time.perf_counter()
            answer = rekognition.detect_moderation_labels(Image=image, MinConfidence=20, **by)
            took = time.perf_counter() - began
            if answer.get("ProjectVersion") != by.get("ProjectVersion"):
                raise TimeoutError("another model answered than was asked")
            if number >= WARMING:
                seconds.append(took)
    return base, with_it


def added(base: Sequence[float], with_it: Sequence[float]) -> list[Figure]:
    """Return what an adapter adds to an analysis."""
    more = [two - one for one, two in zip(base, with_it, strict=True)]
    middle = [1000 * one for one in (median(more), p(base, 0.5), p(with_it, 0.5))]
    detail = "{:.2f} ms more; {:.1f} ms without, {:.1f} ms with it".format(*middle)
    return [
        Figure(
            "adapter.added.p50", median(more), "s", f"{len(more)} pairs: {detail}", ADDED_SECONDS
        ),
        Figure("adapter.added.p95", p(more, 0.95), "s"),
    ]


def switch(ground: Ground) -> Figure:
    """Read which adapter is live, as every frame does whether there is one or not."""
    seconds = []
    with brought(ground.target.client):
        store = AdapterSwitch(ground.target.output("AdaptersTable"))
        for _ in range(PAIRS):
            began = time.perf_counter()
            store.read()
            seconds.append(time.perf_counter() - began)
    return Figure("adapter.switch.p50", p(seconds[WARMING:], 0.5), "s", spread(seconds[WARMING:]))
