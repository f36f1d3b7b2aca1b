"""Say where the time of a frame goes, from the moments that the stack itself writes down."""

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, fields
from itertools import pairwise
from statistics import median
from typing import Any

from benchmarks.calls import ServiceCall
from benchmarks.figures import Figure
from framewarden.domain.times import parse
from local.player import Put
from local.tables import Row
from local.target import Target

SAMPLES = 20


@dataclass(frozen=True)
class Moments:
    """When one frame passed each point, in seconds of the epoch, in their order."""

    put: float
    admitted: float
    started: float
    asked: float
    analyzed: float
    judged: float


WORDS = {
    "admitted": "put, event, and intake is entered",
    "started": "intake: ledger row and StartExecution",
    "asked": "the engine's pause, and Analyze up to its call of Rekognition",
    "analyzed": "Rekognition",
    "judged": "end of Analyze, and Classify up to its verdict",
}


@dataclass(frozen=True)
class Stages:
    """The median seconds of each stage; it ends where its name says.

    `slowest` says where the slowest frame lost its time.
    """

    seconds: dict[str, float]
    slowest: str = ""

    def figures(self, prefix: str) -> list[Figure]:
        """Return a figure for each stage."""
        return [
            Figure(f"{prefix}.stage.{name}", seconds * 1000, "ms", WORDS[name])
            for name, seconds in self.seconds.items()
        ]


def of_frames(
    target: Target, puts: Sequence[Put], rows: dict[str, Row], calls: Iterable[ServiceCall]
) -> Stages:
    """Look at about 20 frames, evenly spread, and at the slowest; at least one must have ended."""
    asked = {
        one.params.get("Name", ""): one.arrived
        for one in calls
        if one.operation == "DetectModerationLabels"
    }
    ended = [put for put in puts if put.key in asked and "evidence" in rows[put.frame_id]]
    chosen = ended[:: max(1, len(ended) // SAMPLES)]
    slowest = max(ended, key=lambda put: _at(rows[put.frame_id]["judged_at"]) - put.started)
    passed = [
        _moments(target, put, rows[put.frame_id], asked[put.key]) for put in (slowest, *chosen)
    ]
    return Stages(medians(passed[1:]), worst(passed[0]))


def medians(passed: Sequence[Moments]) -> dict[str, float]:
    """Return the median seconds of each stage."""
    each = [stages(one) for one in passed]
    return {name: median(one[name] for one in each) for name in each[0]}


def worst(one: Moments) -> str:
    """Name the longest stage of a frame."""
    name, seconds = max(stages(one).items(), key=lambda stage: stage[1])
    return f"{seconds * 1000:.0f} ms of it in stage {name}"


def stages(one: Moments) -> dict[str, float]:
    """Return the seconds of each stage of a frame."""
    names = [field.name for field in fields(Moments)]
    return {after: getattr(one, after) - getattr(one, before) for before, after in pairwise(names)}


def _moments(target: Target, put: Put, row: Row, asked: float) -> Moments:
    story = _story(target, row)
    return Moments(
        put=put.started,
        admitted=_at(row["admitted_at"]),
        started=_started(target, row["execution"]),
        asked=asked,
        analyzed=_at(story["analysis"]["analyzed_at"]),
        judged=_at(row["judged_at"]),
    )


def _story(target: Target, row: Row) -> dict[str, Any]:
    bucket = target.output("EvidenceBucket")
    answer = target.client("s3").get_object(Bucket=bucket, Key=row["evidence"])
    story: dict[str, Any] = json.loads(answer["Body"].read())
    return story


def _started(target: Target, execution: str) -> float:
    arn = target.output("StateMachineArn").replace(":stateMachine:", ":execution:")
    found = target.client("stepfunctions").describe_execution(executionArn=f"{arn}:{execution}")
    moment: float = found["startDate"].timestamp()
    return moment


def _at(moment: str) -> float:
    return parse(moment).timestamp()
