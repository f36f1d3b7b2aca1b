"""Put a frame's story into words for its page."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import PurePosixPath
from typing import Any

from framewarden.console import channel_address
from framewarden.console.batch_address import batch_path, grid_of
from framewarden.console.frame_parts import (
    WAITING,
    Evidence,
    Incident,
    Try,
    evidence_of,
    incident_of,
    stop_of,
    try_of,
)
from framewarden.console.moments import Moment, moment
from framewarden.console.outcome_words import Status, outcome_words, status_words
from framewarden.domain.answered import adapter_words
from framewarden.domain.batch_lists import FlaggedList, of_frame
from framewarden.domain.frame_rows import status_of
from framewarden.domain.spans import lasted
from framewarden.domain.times import parse
from framewarden.telling import FrameStory

Row = Mapping[str, Any]

SEVERITIES = frozenset({"low", "medium", "high", "critical"})


@dataclass(frozen=True)
class Step:
    """One happening; `after` is how long after the put it was, or before it."""

    kind: str
    at: Moment
    after: str
    says: str


@dataclass(frozen=True)
class FrameView:
    """Everything that the page of a frame shows.

    `earlier` tells that evidence and severity are of an attempt before the newest. `gone` is the
    name of the frame's own execution that somebody asked for and that is forgotten. Of a list,
    `channel_address` is its batch's page and `grid` where its images are decided.
    """

    frame_id: str
    thing: str
    name: str
    why: str
    status: Status
    outcome: Status | None
    severity: str
    facts: tuple[tuple[str, str], ...]
    channel: str
    channel_address: str | None
    grid: str
    put: Moment
    happenings: tuple[Step, ...]
    attempts: tuple[Try, ...]
    more: bool
    incident: Incident | None
    stop: tuple[tuple[str, str], ...]
    evidence: Evidence | None
    policy: str
    earlier: bool
    gone: str | None
    looked_at: Moment
    now: int


def view_of(story: FrameStory, gone: str | None, bucket: str, now: datetime) -> FrameView:
    """Word a story as seen now; `bucket` holds the evidence."""
    row, put_at = story.row, parse(story.row["put_at"])
    outcome = outcome_words(story.outcome, story.reason)
    names = {attempt.name for attempt in story.attempts}
    severity, listed = str(row.get("severity") or ""), of_frame(row)
    # A row keeps what its last look found while it is looked at again.
    earlier = row["status"] in ("admitted", "started")
    return FrameView(
        frame_id=str(row["frame_id"]),
        thing="list" if listed else "frame",
        name=listed.rule if listed else PurePosixPath(str(row["key"])).name or str(row["key"]),
        why=story.why,
        status=_status(story),
        outcome=outcome,
        severity=severity if severity in SEVERITIES and not earlier else "",
        facts=tuple(_facts(story, outcome.word if outcome else "", earlier=earlier)),
        channel=listed.batch_id if listed else str(row.get("channel") or ""),
        channel_address=_address(row, listed),
        grid=grid_of(listed) if listed else "",
        put=moment(put_at, now),
        happenings=tuple(
            Step(one.kind, moment(one.at, now), _after(one.at - put_at), one.says)
            for one in story.happenings
        ),
        attempts=tuple(try_of(one, row, now) for one in story.attempts),
        more=bool(story.attempts) and story.attempts[-1].number > 1,
        incident=incident_of(story, now) if story.review else None,
        stop=tuple(stop_of(story, now)),
        evidence=evidence_of(story, bucket),
        policy=str(row.get("policy_hash") or ""),
        earlier=earlier,
        # Only what is ours: an address of somebody else's making is not echoed.
        gone=gone if gone in names else None,
        looked_at=moment(now, now),
        now=int(now.timestamp()),
    )


def _address(row: Row, listed: FlaggedList | None) -> str | None:
    """Return the page of a frame's channel, or of a list's batch."""
    arn = row.get("channel_arn")
    if listed:
        return batch_path(listed.batch_id)
    return channel_address.path_of(str(arn)) if arn else None


def _status(story: FrameStory) -> Status:
    """Say how the newest attempt stands: as Step Functions does, or else the ledger."""
    newest = story.attempts[0].execution if story.attempts else None
    if newest is None and story.row.get("status") == "admitted":
        return WAITING
    return status_words(newest.status if newest else status_of(story.row))


def _facts(story: FrameStory, outcome: str, *, earlier: bool) -> Iterator[tuple[str, str]]:
    row, adapter = story.row, adapter_words(story.analysis)
    yield "Key", str(row["key"])
    yield "Version", str(row.get("version_id") or "the bucket keeps no versions")
    yield "Bucket", str(row["bucket"])
    yield "Source", str(row["source"])
    none = "its review's, which waits" if row["status"] == "joined" else "none yet"
    yield "Outcome", outcome or none
    severity = str(row.get("severity") or "not judged")
    kept = row.get("severity") and earlier
    yield "Severity", f"{severity}, at an earlier attempt" if kept else severity
    if adapter:
        yield "Adapter", adapter
    yield "Frame id", str(row["frame_id"])


def _after(distance: timedelta) -> str:
    seconds = distance.total_seconds()
    return f"{'+' if seconds >= 0 else '-'}{lasted(abs(seconds))}"
