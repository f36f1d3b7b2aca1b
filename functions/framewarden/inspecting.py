"""Look into one execution: what it did, by which definition, and why it ended as it did."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from framewarden import visit_documents
from framewarden.aws.executions import MOST_EVENTS, Execution
from framewarden.domain import machines
from framewarden.domain.history import History, fold
from framewarden.domain.machines import Machine
from framewarden.domain.redaction import redacted, redacted_json
from framewarden.domain.why import why, why_order
from framewarden.domain.why_adapter import why_adapter
from framewarden.domain.why_batch import why_batch
from framewarden.looking import ADAPTER, BATCH, MODERATE, Sources, run_of
from framewarden.visit_documents import (
    VisitData,
    last_document,
    parsed,
    secrets_of,
    texts_of,
)

Row = Mapping[str, Any]


@dataclass(frozen=True)
class Inspection:
    """One execution as an engineer looks at it.

    `machine` is the graph of the definition that it follows; `changed` is empty, "since" (the
    machine was deployed again since, and what is drawn is this execution's own) or "newer" (what is
    drawn was deployed after the execution began). `state` is the last document that is known of it
    (its output, else the newest state's), redacted. `why` is one sentence. `input` and `output` are
    the execution's, redacted.
    """

    execution: Execution
    history: History
    machine: Machine | None
    changed: str
    state: Mapping[str, Any]
    row: Row | None
    review: Row | None
    why: str
    input: Any = None
    output: Any = None


def inspect(sources: Sources, machine: str, name: str, now: datetime) -> Inspection | None:
    """Look into an execution; None where Step Functions has none of that name (any more)."""
    execution = _execution(sources, machine, name)
    if execution is None:
        return None
    history = _history(sources, execution)
    graph, changed = _definition(sources, execution)
    # What has an output needs no second look at its events.
    newest = [] if execution.output else sources.executions.newest(execution)
    secrets = secrets_of(texts_of(newest)) | secrets_of(_own_texts(execution))
    last = execution.output or last_document(newest) or execution.input
    state = _mapping(redacted(parsed(last), secrets))
    row = _row(sources, machine, name)
    review = _review(sources, row, state)
    return Inspection(
        execution=execution,
        history=history,
        machine=graph,
        changed=changed,
        state=state,
        row=row,
        review=review,
        why=_why(execution, history, state, row, review, now),
        input=redacted_json(execution.input, secrets),
        output=redacted_json(execution.output, secrets),
    )


def visit_data(
    sources: Sources, machine: str, name: str, number: int
) -> tuple[Execution, VisitData] | None:
    """Return what a visit read and wrote; None where there is no such execution or visit."""
    execution = _execution(sources, machine, name)
    if execution is None:
        return None
    events = sources.executions.events(execution, data=True)
    data = visit_documents.read(events, number, secrets_of(_own_texts(execution)))
    return None if data is None else (execution, data)


def state_definition(sources: Sources, execution: Execution, state: str) -> Any:
    """Return what the deployed definition says of a state; None where it does not know it."""
    own = sources.executions.definition(execution)
    return None if own is None else machines.definition_of(own.document, state)


def _own_texts(execution: Execution) -> Iterator[str]:
    yield from filter(None, (execution.input, execution.output))


def _execution(sources: Sources, machine: str, name: str) -> Execution | None:
    known = machine in sources.executions.machines
    return sources.executions.get(machine, name) if known else None


def _history(sources: Sources, execution: Execution) -> History:
    history = fold(sources.executions.events(execution))
    history.whole = history.events < MOST_EVENTS
    return history


def _definition(sources: Sources, execution: Execution) -> tuple[Machine | None, str]:
    """Return the graph that an execution follows, and how it differs from today's."""
    own = sources.executions.definition(execution)
    if own is None:
        return None, ""
    changed = ""
    if own.updated_at and own.updated_at > execution.started_at:
        # Step Functions gives the definition that the execution began with; its emulators give
        # the one that they have.
        changed = "newer"
    elif own.document != sources.executions.current(execution.machine).document:
        changed = "since"
    return machines.read(own.document), changed


def _row(sources: Sources, machine: str, name: str) -> Row | None:
    named = run_of(machine, name) if machine == MODERATE else None
    return sources.frames.get(named[0]) if named else None


def _review(sources: Sources, row: Row | None, state: Mapping[str, Any]) -> Row | None:
    review_id = (row or {}).get("review_id") or _mapping(state.get("review")).get("review_id")
    return sources.reviews.get(str(review_id)) if review_id else None


def _why(
    execution: Execution,
    history: History,
    state: Mapping[str, Any],
    row: Row | None,
    review: Row | None,
    now: datetime,
) -> str:
    status, error = execution.status, execution.error or history.error
    if execution.machine == BATCH:
        return why_batch(state, status=status, error=error)
    if execution.machine == ADAPTER:
        return why_adapter(state, history, now, status=status, error=error)
    if execution.machine != MODERATE:
        return why_order(state, now, status=status, error=error)
    frame = _mapping(state.get("frame")) or row or {}
    return why(frame, state, row, review, now, status=status, error=error)


def _mapping(value: Any) -> Mapping[str, Any]:
    return value if isinstance(value, Mapping) else {}
