"""Describe a frame's story as JSON does, and find the one that is meant."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from framewarden.domain.frames import read_execution_name
from framewarden.domain.history import span
from framewarden.domain.redaction import redacted
from framewarden.domain.times import iso, parse
from framewarden.looking import MODERATE, Sources
from framewarden.telling import Attempt, FrameStory, tell
from local.execution_choice import frames_of, unknown
from local.executions import Document
from local.target import Target

Row = Mapping[str, Any]

FACTS = (
    "frame_id",
    "bucket",
    "key",
    "version_id",
    "source",
    "channel",
    "channel_arn",
    "put_at",
    "status",
    "severity",
    "attempt",
    "policy_hash",
    "review_id",
)


def stories(
    target: Target, sources: Sources, text: str, now: datetime
) -> tuple[FrameStory, list[Row]]:
    """Return the story of the newest frame that is meant, and the rows of all of them.

    Raises
    ------
    OperatorError
        The ledger has none, or what is meant is no frame.
    """
    rows = frames_of(target, sources, text)
    told = tell(sources, str(rows[0]["frame_id"]), now)
    if told is None:  # its row expired between the two looks
        raise unknown(target, text)
    return told, rows


def forgotten(
    target: Target, sources: Sources, machine: str, name: str, now: datetime
) -> FrameStory:
    """Return the story of the frame whose execution Step Functions has no history of.

    Raises
    ------
    OperatorError
        The ledger has none of it either.
    """
    named = read_execution_name(name) if machine == MODERATE else None
    told = tell(sources, named[0], now) if named else None
    if told is None or (named and named[1] > int(told.row["attempt"])):
        raise unknown(target, name)
    return told


def evidence_of(target: Target, told: FrameStory) -> str | None:
    """Return where a frame's story is archived; None where it is not (yet)."""
    place = told.row.get("evidence")
    return f"s3://{target.output('EvidenceBucket')}/{place}" if place else None


def document(target: Target, told: FrameStory) -> Document:
    """Describe a frame's story; what is secret in a row or in the evidence is redacted."""
    row, put_at = told.row, put_of(told)
    return {
        **{name: row.get(name) for name in FACTS},
        "outcome": told.outcome,
        "reason": told.reason,
        **{name: told.analysis.get(name) for name in ("adapter", "adapter_asked")},
        "why": told.why,
        "happenings": [
            {
                "at": iso(one.at),
                "offset": span(put_at, one.at),
                "kind": one.kind,
                "says": one.says,
            }
            for one in told.happenings
        ],
        "attempts": [_attempt(one) for one in told.attempts],
        "review": redacted(told.review),
        "stop": redacted(told.stop),
        "ban": redacted(told.ban),
        "evidence": evidence_of(target, told),
        "story": redacted(told.evidence),
    }


def put_of(told: FrameStory) -> datetime | None:
    """Return when the frame was put."""
    return parse(told.row["put_at"]) if told.row.get("put_at") else None


def _attempt(one: Attempt) -> Document:
    execution = one.execution
    stopped = execution.stopped_at if execution else None
    return {
        "attempt": one.number,
        "name": one.name,
        "status": execution.status if execution else None,
        "started_at": iso(execution.started_at) if execution else None,
        "stopped_at": iso(stopped) if stopped else None,
        "seconds": span(execution.started_at, stopped) if execution else None,
        "forgotten": execution is None,
    }
