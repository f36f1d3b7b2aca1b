"""Describe executions as JSON does: a line of a list, and all that one of them did."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from itertools import islice
from typing import Any

from framewarden.aws.executions import Execution
from framewarden.domain import batch_lists, frame_rows
from framewarden.domain.frames import read_execution_name
from framewarden.domain.history import Try, Visit, readable_cause, span
from framewarden.domain.times import iso
from framewarden.inspecting import Inspection
from framewarden.looking import ADAPTER, BATCH, MODERATE, Sources, run_of
from framewarden.searching import Entry, find
from framewarden.visit_documents import VisitData
from framewarden.wanted import Wanted
from local.errors import OperatorError
from local.target import Target

Document = dict[str, Any]

PAGE = 100
# What of an input may be shown in a head: ids. The rest is payload, which `--data` shows.
SHOWN_OF_FRAME = ("frame_id", "bucket", "key", "version_id", "source", "channel", "put_at")


def running_names(target: Target, limit: int) -> list[str]:
    """Name the executions of the moderating machine that run, the newest first."""
    pages = (
        target.client("stepfunctions")
        .get_paginator("list_executions")
        .paginate(
            stateMachineArn=target.output("StateMachineArn"),
            statusFilter="RUNNING",
            PaginationConfig={"MaxItems": limit, "PageSize": min(limit, 1000)},
        )
    )
    return [entry["name"] for page in pages for entry in page["executions"]]


def listed(sources: Sources, wanted: Wanted, limit: int) -> Iterator[Entry]:
    """Give what somebody looks for, the newest first, as far as `limit`; a call for each page.

    Raises
    ------
    OperatorError
        There is no such review.
    """
    return islice(_all(sources, wanted, min(PAGE, limit)), limit)


def _all(sources: Sources, wanted: Wanted, page: int) -> Iterator[Entry]:
    when = None
    if wanted.machine != MODERATE:  # the ledger knows when a frame was put; others are of none
        when, wanted = wanted.when, replace(wanted, when=None)
    after: str | None = None
    while True:
        found = find(sources, replace(wanted, after=after), page)
        if not found.known:
            raise OperatorError(
                f"There is no review {wanted.review_id}.",
                "List them with: framewarden reviews list",
            )
        for entry in found.entries:
            if when and entry.started_at and entry.started_at < when.start:
                return
            if not when or not entry.started_at or entry.started_at <= when.end:
                yield entry
        after = found.after
        if after is None:
            return


def line(sources: Sources, entry: Entry) -> Document:
    """Describe one execution in a line, with what the ledger knows of its frame."""
    row, execution, name = entry.row or {}, entry.execution, entry.name
    # The row tells of the latest attempt; an earlier one did not go so far.
    own = row if entry.attempt == row.get("attempt") else {}
    stopped = execution.stopped_at if execution else None
    settled = None if execution or entry.seconds is None else row.get("settled_at")
    return {
        "name": name,
        "status": entry.status,
        "started_at": iso(entry.started_at) if entry.started_at else None,
        "stopped_at": iso(stopped) if stopped else settled,
        "seconds": None if entry.seconds is None else round(entry.seconds, 3),
        "arn": sources.executions.arn(entry.machine, name) if name else None,
        "machine": entry.machine,
        "outcome": entry.outcome,
        "reason": entry.reason,
        "severity": own.get("severity"),
        "channel": row.get("channel"),
        "frame_id": row.get("frame_id"),
        "key": row.get("key"),
        "attempt": entry.attempt,
        "review_id": own.get("review_id"),
        "batch": _batch(entry.machine, name, row),
        "trains": _run(ADAPTER, entry.machine, name),
    }


def story(inspection: Inspection, data: Mapping[int, VisitData] | None = None) -> Document:
    """Describe what one execution did; `data` is what its visits read and wrote, by number."""
    execution, row, state = inspection.execution, inspection.row or {}, inspection.state
    frame = state.get("frame") if isinstance(state.get("frame"), Mapping) else row
    outcome, reason = outcome_of(inspection)
    order = state.get("order")
    told = {
        **_head(execution),
        "attempt": state.get("attempt", row.get("attempt")),
        "frame": {name: (frame or {}).get(name) for name in SHOWN_OF_FRAME},
        "outcome": outcome,
        "error": execution.error or inspection.history.error,
        "cause": readable_cause(execution.cause) or inspection.history.cause,
        "states": [_visit(visit, data) for visit in inspection.history.visits],
        "why": inspection.why,
        "machine": execution.machine,
        "changed": inspection.changed,
        "reason": reason,
        "review_id": row.get("review_id"),
        "order": order if isinstance(order, Mapping) else None,
        "batch": _batch(execution.machine, execution.name, frame or {}),
        "trains": _run(ADAPTER, execution.machine, execution.name),
        "events": inspection.history.events,
        "whole": inspection.history.whole,
    }
    if data is None:
        return told
    return told | {"input": inspection.input, "output": inspection.output}


def _batch(machine: str, name: str | None, frame: Mapping[str, Any]) -> str | None:
    """Return the batch that an execution is of, or that it asks about a list of."""
    listed = batch_lists.of_frame(frame)
    return _run(BATCH, machine, name) or (listed.batch_id if listed else None)


def _run(of: str, machine: str, name: str | None) -> str | None:
    """Return the batch or adapter that an execution of its machine is an attempt of."""
    run = run_of(machine, name) if machine == of else None
    return run[0] if run else None


def outcome_of(inspection: Inspection) -> tuple[Any, Any]:
    """Return an execution's outcome and its reason, wherever they were left."""
    state, row = inspection.state, inspection.row
    for place in (state.get("archive"), state):
        if isinstance(place, Mapping) and place.get("outcome"):
            return place["outcome"], place.get("reason")
    named = read_execution_name(inspection.execution.name)
    if row is None or named is None or inspection.execution.machine != MODERATE:
        return None, None
    return frame_rows.outcome_of(row, inspection.review, named[1])


def _head(execution: Execution) -> Document:
    stopped = execution.stopped_at
    return {
        "name": execution.name,
        "status": execution.status,
        "started_at": iso(execution.started_at),
        "stopped_at": iso(stopped) if stopped else None,
        "seconds": span(execution.started_at, stopped),
        "arn": execution.arn,
    }


def _visit(visit: Visit, data: Mapping[int, VisitData] | None) -> Document:
    last = visit.failures[-1] if visit.failures else None
    told: Document = {
        "state": visit.state,
        "entered_at": iso(visit.entered_at),
        "seconds": visit.seconds,
        "retries": visit.retries,
        "error": last.error if last else None,
        "cause": last.cause if last else None,
        "number": visit.number,
        "kind": visit.kind,
        "ended": visit.ended,
        "waited_seconds": visit.backoff,
        "failures": [_failure(one) for one in visit.failures],
    }
    if data is None:
        return told
    given = data.get(visit.number)
    tries = given.tries if given else []
    return told | {
        "input": given.input if given else None,
        "output": given.output if given else None,
        "tries": [
            {
                "at": iso(one.at),
                "parameters": one.parameters,
                "result": one.result,
                "error": one.error,
                "cause": one.cause,
            }
            for one in tries
        ],
    }


def _failure(one: Try) -> Document:
    return {"at": iso(one.ended_at or one.at), "error": one.error, "cause": one.cause}
