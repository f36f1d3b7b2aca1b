"""Read executions of the stack's machine: which states, how long; no payloads, no tokens."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any

from framewarden.domain.times import iso
from local.errors import OperatorError
from local.target import Target

STATUSES = ("RUNNING", "SUCCEEDED", "FAILED", "TIMED_OUT", "ABORTED", "PENDING_REDRIVE")
CAUSE_CHARACTERS = 500
# What of an input may be shown: ids. The rest is payload.
SHOWN_OF_FRAME = ("frame_id", "bucket", "key", "version_id", "source", "channel", "put_at")
# Task tokens are long runs of base64 or hex; no word of a person's sentence is.
TOKEN = re.compile(r"[A-Za-z0-9+/=_-]{80,}")


@dataclass
class StateRun:
    """One visit of one state."""

    state: str
    entered_at: str
    seconds: float | None = None
    retries: int = 0
    error: str | None = None
    cause: str | None = None


def seconds_between(start: datetime, end: datetime | None) -> float | None:
    """Measure a span in seconds; None while it lasts."""
    return None if end is None else round((end - start).total_seconds(), 3)


def summaries(target: Target, status: str | None, limit: int) -> Iterator[dict[str, Any]]:
    """List executions, the newest first, as far as `limit`."""
    paging: dict[str, Any] = {"stateMachineArn": target.output("StateMachineArn")}
    if status:
        paging["statusFilter"] = status
    pages = (
        target.client("stepfunctions")
        .get_paginator("list_executions")
        .paginate(**paging, PaginationConfig={"MaxItems": limit, "PageSize": min(limit, 1000)})
    )
    for page in pages:
        yield from map(summary, page["executions"])


def summary(entry: dict[str, Any]) -> dict[str, Any]:
    """Describe one execution in a line."""
    stopped = entry.get("stopDate")
    return {
        "name": entry["name"],
        "status": entry["status"],
        "started_at": iso(entry["startDate"]),
        "stopped_at": iso(stopped) if stopped else None,
        "seconds": seconds_between(entry["startDate"], stopped),
        "arn": entry["executionArn"],
    }


def arn_of(target: Target, name_or_arn: str) -> str:
    """Find an execution's ARN, and refuse one that is not of this stack's machine.

    Raises
    ------
    OperatorError
        The ARN belongs to another machine, account or region.
    """
    own = target.output("StateMachineArn").replace(":stateMachine:", ":execution:")
    if not name_or_arn.startswith("arn:"):
        return f"{own}:{name_or_arn}"
    if not name_or_arn.startswith(f"{own}:"):
        raise OperatorError(
            f"That execution is not of {target.name}.",
            "Name the stack it belongs to with: --stack NAME --region REGION",
        )
    return name_or_arn


def story(target: Target, name_or_arn: str) -> dict[str, Any]:
    """Tell what one execution did.

    Raises
    ------
    OperatorError
        There is no such execution (any more), or it is not of this stack's machine.
    """
    client = target.client("stepfunctions")
    arn = arn_of(target, name_or_arn)
    try:
        described = client.describe_execution(executionArn=arn)
        pages = client.get_paginator("get_execution_history").paginate(
            executionArn=arn, includeExecutionData=False, PaginationConfig={"PageSize": 1000}
        )
        states = visits(event for page in pages for event in page["events"])
    except client.exceptions.ExecutionDoesNotExist:
        raise OperatorError(
            f"There is no execution {name_or_arn} on {target.name}.",
            f"List them with: framewarden executions list{target.option}",
        ) from None
    return {
        **summary(described),
        **shown_input(described.get("input")),
        "outcome": outcome_in(described.get("output")),
        "error": described.get("error"),
        "cause": readable_cause(described.get("cause")),
        "states": [asdict(visit) for visit in states],
    }


def visits(events: Iterator[dict[str, Any]]) -> list[StateRun]:
    """Fold the history into one line for each visit of a state, in order.

    Events of states that run side by side are told apart by name; two iterations of the same
    state in a Map are not, which the machines here do not have.
    """
    told: list[StateRun] = []
    unfinished: dict[str, tuple[StateRun, datetime, int]] = {}
    current: str | None = None
    for event in events:
        kind, at = event["type"], event["timestamp"]
        if kind.endswith("StateEntered"):
            current = event["stateEnteredEventDetails"]["name"]
            visit = StateRun(current, iso(at))
            told.append(visit)
            unfinished[current] = (visit, at, 0)
        elif kind.endswith("StateExited"):
            name = event["stateExitedEventDetails"]["name"]
            if name in unfinished:
                visit, entered, _ = unfinished.pop(name)
                visit.seconds = seconds_between(entered, at)
        elif current in unfinished:
            visit, entered, tries = unfinished[current]
            if kind.endswith("Scheduled"):
                unfinished[current] = (visit, entered, tries + 1)
                visit.retries = tries
            else:
                note_failure(visit, event)
    return told


def note_failure(visit: StateRun, event: dict[str, Any]) -> None:
    """Keep the last failure that a state met, caught or not."""
    if not event["type"].endswith(("Failed", "TimedOut")):
        return
    for name, details in event.items():
        if name.endswith("EventDetails") and "error" in details:
            visit.error = details["error"]
            visit.cause = readable_cause(details.get("cause"))


def readable_cause(cause: str | None) -> str | None:
    """Cut a cause to its message: no stack trace, nothing that looks like a token."""
    if cause is None:
        return None
    try:
        parsed = json.loads(cause)
    except ValueError:
        parsed = None
    if isinstance(parsed, dict):
        cause = str(parsed.get("errorMessage", "a failure with a payload"))
    return TOKEN.sub("[redacted]", cause)[:CAUSE_CHARACTERS]


def shown_input(text: str | None) -> dict[str, Any]:
    """Pick the ids of the frame from an execution's input."""
    document = json.loads(text or "{}")
    frame = document.get("frame") or {}
    return {
        "attempt": document.get("attempt"),
        "frame": {name: frame.get(name) for name in SHOWN_OF_FRAME},
    }


def outcome_in(text: str | None) -> str | None:
    """Find the outcome in an execution's output, wherever the last state left it."""
    document = json.loads(text or "null")
    if not isinstance(document, dict):
        return None
    archive = document.get("archive")
    places = (archive if isinstance(archive, dict) else {}, document)
    return next((str(place["outcome"]) for place in places if place.get("outcome")), None)
