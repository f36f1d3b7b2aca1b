"""The arithmetic of the adapters' benchmark, and the examples that it makes."""

from collections import Counter, defaultdict

import pytest

from benchmarks import adapter, adapter_examples
from benchmarks.__main__ import NAMES, USUAL, parser
from benchmarks.adapter_examples import Stored
from framewarden.domain import annotations, examples, readiness
from local.verify_samples import LABEL, SOFT

ROW = {
    "started_at": "2026-11-22T08:00:00.000Z",
    "training_since": "2026-11-22T08:00:21.000Z",
    "trained_at": "2026-11-22T08:00:41.500Z",
    "ended_at": "2026-11-22T08:00:52.000Z",
    "billable_seconds": 12,
    "status": "passed",
    "readiness": {"train": 8_000, "test": 2_000},
    "evaluation": {
        "base": {"tp": 1, "tn": 1, "fp": 500, "fn": 0},
        "adapter": {"tp": 1, "tn": 1, "fp": 7, "fn": 2},
    },
    "gate": {"passed": True},
    "live_check": None,
}


def named(figures):
    return {figure.name: figure for figure in figures}


def test_a_training_is_timed_from_its_request():
    found = named(adapter.training(ROW, 10_000))
    assert found["adapter.training"].value == pytest.approx(41.5)
    assert found["adapter.training"].holds is True
    assert found["adapter.training.collect"].value == pytest.approx(21)
    assert found["adapter.training.gate"].value == pytest.approx(52)
    assert found["adapter.training.gate"].detail == "passed: errors 500 to 9"
    late = named(adapter.training(ROW | {"trained_at": "2026-11-22T08:01:01.000Z"}, 10_000))
    assert late["adapter.training"].holds is False


def test_an_evaluation_that_does_not_repeat_breaks_the_run():
    [same] = adapter.repeated([ROW, dict(ROW)])
    assert same.holds is True
    [other] = adapter.repeated([ROW, ROW | {"evaluation": {"base": {}}}])
    assert other.holds is False
    assert other.detail == "evaluation"


def test_what_an_adapter_adds_is_the_median_of_the_pairs():
    base, with_it = [0.020, 0.500, 0.021], [0.022, 0.501, 0.028]
    found = named(adapter.added(base, with_it))["adapter.added.p50"]
    assert found.value == pytest.approx(0.002)
    assert found.holds is True
    assert found.detail == "3 pairs: 2.00 ms more; 21.0 ms without, 28.0 ms with it"


def test_its_examples_are_of_forty_sources_and_ready_to_train_on():
    made = list(adapter_examples.pictures(800))
    shown = defaultdict(Counter)
    for one in made:
        shown[one.file.partition("/")[0]][one.shows] += 1
    assert len(shown) == adapter_examples.SOURCES
    assert all(kinds[SOFT] for kinds in shown.values())
    rows = [adapter_examples.row(at, Stored(one, f"{at:064x}")) for at, one in enumerate(made)]
    annotated, left_out = annotations.annotate(map(examples.read, rows), (), ())
    assert not left_out
    ready, split = readiness.assess(annotated, left_out, labels=[LABEL])
    assert ready.ready
    assert len(split.train) + len(split.test) == 800


def test_it_is_run_when_it_is_asked_for():
    assert "adapter" in NAMES
    assert "adapter" not in USUAL
    assert parser().parse_args(["--only", "adapter", "--examples", "500"]).examples == 500
