"""Measure what the emulator takes for itself: an event's way, an execution's start, a task."""

import json
import time
import uuid
from dataclasses import dataclass
from statistics import median
from typing import Any

from benchmarks.ground import patiently
from local.target import Target

TIMES = 10
PATIENCE = 30.0


@dataclass(frozen=True)
class Pauses:
    """Seconds, at the median.

    `event`: from a put's start to the entry of the function that an EventBridge rule calls.
    `start`: from the start of StartExecution to the end of a machine with one Pass.
    `task`: the same to the entry of a Lambda of one Task.
    `quiet`, `talking`: from a Lambda's return to the end of its execution, without and with a line
    in its log.
    """

    event: float
    start: float
    task: float
    quiet: float
    talking: float


def measure(target: Target) -> Pauses:
    """Measure each pause ten times, after a first time that does not count."""
    for talks in (False, True):
        _task(target, talks)
    _event(target)
    quiet = [_task(target, False) for _ in range(TIMES)]
    talking = [_task(target, True) for _ in range(TIMES)]
    return Pauses(
        event=median(_event(target) for _ in range(TIMES)),
        start=median(_execution(target, "PassMachine", {})[0] for _ in range(TIMES)),
        task=median(entry for entry, _ in (*quiet, *talking)),
        quiet=median(end for _, end in quiet),
        talking=median(end for _, end in talking),
    )


def _event(target: Target) -> float:
    s3, key = target.client("s3"), f"probe/{uuid.uuid4().hex}.jpg"
    started = time.time()
    s3.put_object(Bucket=target.output("InputBucket"), Key=key, Body=b"a probe")
    place = {"Bucket": target.output("OutputBucket"), "Prefix": key}
    if not patiently(lambda: s3.list_objects_v2(**place)["KeyCount"], PATIENCE):
        raise TimeoutError("the probe was never called")
    answer = s3.get_object(Bucket=place["Bucket"], Key=key)
    return float(json.loads(answer["Body"].read())["entered"]) - started


def _task(target: Target, talks: bool) -> tuple[float, float]:
    """Return the seconds to a Lambda's entry, and those from its return to the machine's end."""
    took, started, output = _execution(target, "TaskMachine", {"talks": talks})
    return output["entered"] - started, started + took - output["left"]


def _execution(target: Target, machine: str, given: Any) -> tuple[float, float, Any]:
    """Run a machine; return how long it took, when it was started, and its output."""
    states = target.client("stepfunctions")
    started = time.time()
    arn = states.start_execution(
        stateMachineArn=target.output(machine), input=json.dumps(given)
    )["executionArn"]  # fmt: skip
    found: dict[str, Any] = {}

    def ended() -> bool:
        found.update(states.describe_execution(executionArn=arn))
        return bool(found["status"] != "RUNNING")

    if not patiently(ended, PATIENCE, 0.02) or found["status"] != "SUCCEEDED":
        raise TimeoutError(f"{machine} ended as {found['status']}")
    return found["stopDate"].timestamp() - started, started, json.loads(found["output"])
