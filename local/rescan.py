"""Give the frames that nobody looked at another attempt, through the front door of intake."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from framewarden.domain.times import iso, parse
from local.audit import AuditedFrame
from local.target import Target

# Intake marks a row `started` within a second of admitting it; one that still says `admitted`
# after two minutes was left behind by a worker that died in between.
STALE = timedelta(minutes=2)


@dataclass(frozen=True)
class Rescanned:
    """What intake answered about one frame."""

    frame: AuditedFrame
    failed: bool
    answer: str

    def document(self) -> dict[str, Any]:
        """Give the entry of `rescan --json`."""
        return {
            "key": self.frame.key,
            "version_id": self.frame.version_id,
            "was": self.frame.outcome,
            "reason": self.frame.reason,
            "failed": self.failed,
            "result": self.answer,
        }


def overlooked(
    frames: Iterable[AuditedFrame], wanted: frozenset[str], now: datetime
) -> Iterator[AuditedFrame]:
    """Keep the frames whose outcome is wanted; a stale `admitted` row counts as unaccounted."""
    for frame in frames:
        if frame.outcome in wanted or ("unaccounted" in wanted and is_stale(frame, now)):
            yield frame


def is_stale(frame: AuditedFrame, now: datetime) -> bool:
    """Tell whether a frame was admitted long ago and its execution never started."""
    row = frame.row or {}
    if frame.outcome != "in_flight" or row.get("status") != "admitted":
        return False
    return now - parse(row["admitted_at"]) > STALE


def rescan(target: Target, frame: AuditedFrame) -> Rescanned:
    """Ask intake, synchronously, to look at one object version again."""
    asked = {
        "bucket": target.output("FramesBucket"),
        "key": frame.key,
        "version_id": frame.version_id,
        "etag": frame.stored.etag,
        "size": frame.stored.size,
        "put_at": iso(frame.stored.stored_at),
        "outcome": frame.outcome,
    }
    reply = target.client("lambda").invoke(
        FunctionName=target.output("IntakeFunction"),
        InvocationType="RequestResponse",
        Payload=json.dumps({"rescan": asked}).encode(),
    )
    answer = json.loads(reply["Payload"].read() or b"null")
    if reply.get("FunctionError"):
        return Rescanned(frame, True, f"{answer.get('errorType')}: {answer.get('errorMessage')}")
    return Rescanned(frame, False, in_words(answer))


def in_words(answer: dict[str, Any]) -> str:
    """Put intake's answer in a few words."""
    if answer.get("skipped"):
        return f"skipped: {answer['skipped']}"
    if answer.get("started"):
        return f"started {answer['execution']}"
    return f"not started: {answer.get('status', 'it had been started before')}"
