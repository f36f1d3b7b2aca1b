"""Turn one adapter as it was read into what its page shows."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from framewarden.console import adapter_readiness, adapter_shadow
from framewarden.console.adapter_address import adapter_path
from framewarden.console.adapter_drawing import Chart, draw
from framewarden.console.adapter_evaluation import Compared, compare
from framewarden.console.adapter_words import (
    Standing,
    expiry_words,
    hours,
    named,
    sentence,
    standing,
    status_words,
)
from framewarden.console.adapters_view import (
    before,
    evaluated,
    role_of,
    trained_labels,
)
from framewarden.console.inspector import execution_path
from framewarden.console.moments import Moment, moment
from framewarden.console.outcome_words import Status
from framewarden.console.took import took
from framewarden.domain import adapters
from framewarden.domain.times import parse
from framewarden.looking import ADAPTER

if TYPE_CHECKING:
    from framewarden.adapterwork import Seen

Row = Mapping[str, Any]

STEPS = (
    (adapters.COLLECTING, "Read and split the examples"),
    (adapters.TRAINING, "Rekognition trains it, and tests it on images that it did not learn from"),
    ("gate", "The gate compares it with the base model"),
)
DONE, NOW_DOING, TO_COME = "done", "now", "to come"


@dataclass(frozen=True)
class Step:
    """One step of a training; `stands` is done, now, or to come."""

    name: str
    stands: str


@dataclass(frozen=True)
class Acts:
    """What a lead may do with it; `live` is what is live now, `back` what it is rolled back to.

    `live_name` is its name, empty for the base model; `same` tells whether the gate compared the
    adapter with what it would replace.
    """

    promote: bool
    shadow: bool
    end_shadow: bool
    again: bool
    live: str
    live_name: str
    back: str
    same: bool


@dataclass(frozen=True)
class AdapterView:
    """Everything that an adapter's page shows; addresses are below the root.

    `gate` is what the gate said, None before it did; `worse` what the adapter does worse than the
    base model although it may have passed.
    """

    name: str
    path: str
    status: str
    status_words: Status
    role: str
    labels: str
    stands: Standing
    follows: bool
    steps: tuple[Step, ...]
    until: Moment | None
    gate: tuple[str, ...] | None
    passed: bool
    test: Compared | None
    live_check: Compared | None
    live_missed: int
    worse: tuple[str, ...]
    chart: Chart | None
    charts: tuple[tuple[str, Chart], ...]
    shadow: adapter_shadow.ShadowView | None
    expiry: Standing | None
    readiness: adapter_readiness.ReadinessView | None
    acts: Acts
    facts: tuple[tuple[str, str], ...]
    execution: str
    started: Moment
    ended: Moment | None
    by: str
    title: str
    says: str
    looked_at: Moment


def view_of(seen: "Seen", now: datetime) -> AdapterView:
    """Word what was read."""
    row, name, word = seen.row, str(seen.row["item"]), status_words(seen.row)
    status, role = str(row["status"]), role_of(seen.row, seen.switch)
    test, live_check = evaluated(row), _live_check(row)
    gate, evaluation = row.get("gate"), row.get("evaluation") or {}
    shadow = seen.switch["shadow"] if role == "in the shadow" else None
    ended = row.get("ended_at")
    return AdapterView(
        name=name,
        path=adapter_path(name),
        status=status,
        status_words=word,
        role=role,
        labels=trained_labels(row),
        stands=standing(row),
        follows=status in adapters.LIVE,
        steps=tuple(_steps(status)),
        until=_until(row, now) if status in adapters.LIVE else None,
        gate=tuple(map(sentence, gate["said"])) if gate else None,
        passed=bool(gate and gate["passed"]),
        test=test,
        live_check=live_check,
        live_missed=int((row.get("live_check") or {}).get("missed", 0)),
        worse=(*(test.worse if test else ()), *(live_check.worse if live_check else ())),
        chart=draw(evaluation.get("thresholds") or (), evaluation.get("threshold")),
        charts=tuple(_charts(evaluation)),
        shadow=adapter_shadow.view_of(
            shadow["share"] if shadow else None, seen.counts, seen.disagreements, now
        ),
        expiry=expiry_words(seen.health, row.get("arn")) if role == "live" else None,
        readiness=adapter_readiness.view_of(row["readiness"]) if row.get("readiness") else None,
        acts=_acts(seen, role),
        facts=tuple((what, said) for what, said in _facts(row) if said),
        execution=execution_path(ADAPTER, str(row["execution"])) if row.get("execution") else "",
        started=moment(parse(row["started_at"]), now),
        ended=moment(parse(ended), now) if ended else None,
        by=str(row.get("by") or ""),
        title=f"{word.mark} {name}: {word.word} · framewarden",
        says=f"{name}: {word.word}",
        looked_at=moment(now, now),
    )


def _live_check(row: Row) -> Compared | None:
    found = row.get("live_check")
    return compare(found, "on the last live decisions") if found and found["images"] else None


def _steps(status: str) -> Iterator[Step]:
    """Say how far a training is."""
    at = {adapters.COLLECTING: 0, adapters.TRAINING: 1}.get(status)
    if at is None:
        return
    for place, (_, name) in enumerate(STEPS):
        yield Step(name, DONE if place < at else NOW_DOING if place == at else TO_COME)


def _until(row: Row, now: datetime) -> Moment:
    return moment(datetime.fromtimestamp(int(row["until"]), UTC), now)


def _charts(evaluation: Row) -> Iterator[tuple[str, Chart]]:
    """Draw each label, where there are several."""
    labels = evaluation.get("labels") or ()
    for one in labels if len(labels) > 1 else ():
        chart = draw(one.get("thresholds") or (), evaluation.get("threshold"))
        if chart:
            yield str(one["label"]), chart


def _acts(seen: "Seen", role: str) -> Acts:
    status, live = str(seen.row["status"]), seen.switch["live"]
    in_shadow = role == "in the shadow"
    return Acts(
        promote=status == adapters.PASSED and role != "live",
        shadow=status in adapters.TRAINED and role != "live" and not in_shadow,
        end_shadow=in_shadow,
        again=status in adapters.AGAIN,
        live=named(live and live["name"]),
        live_name=str(live["name"]) if live else "",
        back=before(seen.switch) if role == "live" else "",
        same=not live,
    )


def _facts(row: Row) -> Iterator[tuple[str, str]]:
    """Give what else is known of it; an empty text where it is not."""
    manifests = row.get("manifests") or {}
    yield "Answers as", str(row.get("arn") or "")
    yield "Errors counted at", f"{float(row['threshold']):g} % confidence"
    yield (
        "Images",
        ", ".join(f"{int(one['images']):,} {name}" for name, one in sorted(manifests.items())),
    )
    yield "Given", hours(row)
    billed = row.get("billable_seconds")
    yield "Billed by Rekognition", took(float(billed)) if billed else ""
    yield "Rekognition says", str(row.get("rekognition_status") or "").replace("_", " ").lower()
    yield "Attempt", f"{int(row['attempt'])}" if int(row["attempt"]) > 1 else ""
