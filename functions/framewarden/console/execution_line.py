"""Turn an execution, or a row of the ledger, into a line of the list."""

from dataclasses import dataclass
from datetime import datetime

from framewarden.console.batch_address import batch_path
from framewarden.console.card import clipped
from framewarden.console.channel_address import path_of
from framewarden.console.inspector import execution_path
from framewarden.console.moments import Moment, moment
from framewarden.console.outcome_words import Status, reason_words, status_words
from framewarden.console.run_address import run_address
from framewarden.console.took import took
from framewarden.domain.batch_lists import of_frame
from framewarden.domain.times import parse
from framewarden.searching import Entry

LONGEST = 40
SEVERITIES = ("critical", "high", "medium")


@dataclass(frozen=True)
class Line:
    """One line of the list; addresses are below the root, and empty where there is no page.

    `moment` is the start, or of a frame that never had an execution when it was put; `of` is the
    batch or the adapter that it is an attempt of.
    """

    name: str
    address: str
    short: str
    status: str
    status_words: Status
    outcome: str
    reason: str
    channel: str
    channel_address: str
    severity: str
    grave: bool
    key: str
    frame: str
    frame_address: str
    moment: Moment | None
    duration: str
    attempt: str
    of: str
    of_address: str


def line_of(entry: Entry, now: datetime) -> Line:
    """Word an entry."""
    row = entry.row or {}
    # The row tells of the latest attempt; of an earlier one it knows only how it ended.
    latest = entry.attempt == int(row.get("attempt", 1))
    severity = str(row.get("severity") or "") if latest else ""
    began = entry.started_at or (parse(row["put_at"]) if row.get("put_at") else None)
    frame = f"frames/{row['frame_id']}" if row else ""
    key = str(row.get("key") or "")
    name = entry.name or ""
    outcome, reason = _ended(entry)
    listed, run = of_frame(row), run_address(entry.machine, name)
    return Line(
        name=name,
        address=execution_path(entry.machine, name) if name else frame,
        short=_short(name or str(row.get("frame_id", ""))),
        status=entry.status or "NEVER_STARTED",
        status_words=status_words(entry.status),
        outcome=outcome,
        reason=reason,
        channel=f"batch {listed.short}…" if listed else clipped(row.get("channel") or ""),
        channel_address=batch_path(listed.batch_id)
        if listed
        else path_of(str(row.get("channel_arn") or "")) or "",
        severity=severity,
        grave=severity in SEVERITIES,
        key=key,
        frame=clipped(f"list {listed.rule}" if listed else key.rpartition("/")[2], LONGEST),
        frame_address=frame,
        moment=moment(began, now) if began else None,
        duration=_duration(entry, now),
        attempt=_attempt(entry),
        of=run[0] if run else "",
        of_address=run[2] if run else "",
    )


def _ended(entry: Entry) -> tuple[str, str]:
    """Say outcome and reason; of a frame without one what it waits for."""
    if entry.outcome:
        return str(entry.outcome), reason_words(entry.reason)
    if entry.reason == "joined":
        return "", "joined a review"
    row = entry.row or {}
    return "", "ledger not settled yet" if row and entry.status == "SUCCEEDED" else ""


def _short(name: str) -> str:
    """Shorten a name to its first digits, and an attempt's number."""
    digest, _, attempt = name.partition("-")
    if attempt and not attempt.isdigit():  # order-… of an order
        return name if len(name) <= LONGEST else f"{name[:14]}…"
    return f"{digest[:12]}{'…' if len(digest) > 12 else ''}{f'-{attempt}' if attempt else ''}"


def _duration(entry: Entry, now: datetime) -> str:
    if entry.seconds is not None:
        return took(entry.seconds)
    if entry.status == "RUNNING" and entry.started_at:
        return f"{took(max(0.0, (now - entry.started_at).total_seconds()))} so far"
    return ""


def _attempt(entry: Entry) -> str:
    """Number an attempt, among how many where it is not the latest."""
    if entry.attempt is None:
        return ""
    latest = int((entry.row or {}).get("attempt", entry.attempt))
    return str(entry.attempt) if latest <= entry.attempt else f"{entry.attempt} of {latest}"
