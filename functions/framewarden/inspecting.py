"""Look into one execution: what it did, by which definition, and why it ended as it did."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from framewarden.aws.executions import Execution
from framewarden.domain.history import History, Visit
from framewarden.domain.machines import Machine
from framewarden.looking import Sources

Row = Mapping[str, Any]


@dataclass(frozen=True)
class Inspection:
    """One execution as an engineer looks at it.

    `machine` is the graph of the definition that it follows; `changed` is empty, "since" (the
    machine was deployed again since, and what is drawn is this execution's own) or "newer" (what is
    drawn was deployed after the execution began). `state` is the last document that is known of it
    (its output, else the newest state's), redacted. `why` is one sentence.
    """

    execution: Execution
    history: History
    machine: Machine | None
    changed: str
    state: Mapping[str, Any]
    row: Row | None
    review: Row | None
    why: str


@dataclass(frozen=True)
class Given:
    """What one try was given and what it gave; documents are redacted, None where there is none."""

    at: datetime
    parameters: Any
    result: Any
    error: str | None
    cause: Any


@dataclass(frozen=True)
class VisitData:
    """What one visit read and wrote; documents are redacted."""

    visit: Visit
    input: Any
    output: Any
    tries: list[Given]


def inspect(sources: Sources, machine: str, name: str, now: datetime) -> Inspection | None:
    """Look into an execution; None where Step Functions has none of that name (any more)."""
    raise NotImplementedError


def visit_data(
    sources: Sources, machine: str, name: str, number: int
) -> tuple[Execution, VisitData] | None:
    """Return what a visit read and wrote; None where there is no such execution or visit."""
    raise NotImplementedError
