"""Turn executions and ledger rows into the list's lines, and say why there are none."""

from dataclasses import dataclass
from datetime import datetime

from framewarden.console.card import clipped
from framewarden.console.channel_address import path_of
from framewarden.console.executions_asked import ALL, MACHINES, UNSCREENED, Asked, statuses
from framewarden.console.inspector import execution_path
from framewarden.console.moments import Moment, moment
from framewarden.console.outcome_words import Status, reason_words, status_words
from framewarden.console.took import took
from framewarden.domain.times import parse
from framewarden.looking import MODERATE, ORDER
from framewarden.searching import LIMIT, Entry, Found

LONGEST = 40
MACHINE_WORDS = {MODERATE: "Frames", ORDER: "Orders"}
STATUS_WORDS = {ALL: "All", UNSCREENED: "Unscreened"}
SEVERITIES = ("critical", "high", "medium")


@dataclass(frozen=True)
class Line:
    """One line of the list; addresses are below the root, and empty where there is no page.

    `moment` is the start, or of a frame that never had an execution when it was put.
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


@dataclass(frozen=True)
class Tab:
    """One tab."""

    name: str
    words: str
    address: str
    here: bool


@dataclass(frozen=True)
class ListView:
    """Everything that the list shows; `empty` names why no line is shown."""

    asked: Asked
    lines: tuple[Line, ...]
    machines: tuple[Tab, ...]
    statuses: tuple[Tab, ...]
    older: str | None
    newest: str | None
    lost: bool
    shown: str
    empty: str
    review: str
    looked_at: Moment


def view_of(asked: Asked, found: Found, now: datetime) -> ListView:
    """Word what was found."""
    return ListView(
        asked=asked,
        lines=tuple(_line(entry, now) for entry in found.entries),
        machines=tuple(
            Tab(name, MACHINE_WORDS[name], _of_machine(name), asked.machine == name)
            for name in MACHINES
        ),
        statuses=tuple(
            Tab(name, _tab_words(name), _of_status(asked, name), asked.status == name)
            for name in statuses(asked.machine)
        ),
        older=asked.address(after=found.after) if found.after else None,
        newest=asked.address() if asked.after and not found.lost else None,
        lost=found.lost,
        shown=_shown(asked, found),
        empty="" if found.entries else _why_empty(asked, found),
        review=asked.wanted.review_id if asked.wanted.review_id and found.known else "",
        looked_at=moment(now, now),
    )


def _line(entry: Entry, now: datetime) -> Line:
    row = entry.row or {}
    # The row tells of the latest attempt; of an earlier one it knows only how it ended.
    latest = entry.attempt == int(row.get("attempt", 1))
    severity = str(row.get("severity") or "") if latest else ""
    began = entry.started_at or (parse(row["put_at"]) if row.get("put_at") else None)
    frame = f"frames/{row['frame_id']}" if row else ""
    key = str(row.get("key") or "")
    name = entry.name or ""
    outcome, reason = _ended(entry)
    return Line(
        name=name,
        address=execution_path(entry.machine, name) if name else frame,
        short=_short(name or str(row.get("frame_id", ""))),
        status=entry.status or "NEVER_STARTED",
        status_words=status_words(entry.status),
        outcome=outcome,
        reason=reason,
        channel=clipped(row.get("channel") or ""),
        channel_address=path_of(str(row.get("channel_arn") or "")) or "",
        severity=severity,
        grave=severity in SEVERITIES,
        key=key,
        frame=clipped(key.rpartition("/")[2], LONGEST),
        frame_address=frame,
        moment=moment(began, now) if began else None,
        duration=_duration(entry, now),
        attempt=_attempt(entry),
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


def _of_machine(name: str) -> str:
    return Asked(machine=name).address()


def _of_status(asked: Asked, name: str) -> str:
    return asked.address(status=None if name == ALL else name)


def _tab_words(name: str) -> str:
    return STATUS_WORDS.get(name) or status_words(name).word.capitalize()


def _shown(asked: Asked, found: Found) -> str:
    """Say what the lines are a part of."""
    kept, read = len(found.entries), found.read
    parts = []
    if kept < read:
        parts.append(f"{kept} of the {read} that were read are shown: the others stand otherwise.")
    elif kept == LIMIT and found.after:
        parts.append(f"{kept} at a time.")
    if found.came_to:
        parts.append(f"No day before {found.came_to} was looked at yet; “Older” does so.")
    return " ".join(parts)


def _why_empty(asked: Asked, found: Found) -> str:
    """Name why there is no line, for the page to say what may be tried."""
    wanted = asked.wanted
    if asked.faults:
        return "fault"
    if not found.known:
        return "no_review"
    if found.read:
        return "narrowed"
    if found.after:
        return "further"
    if asked.after and not found.lost:
        return "end"
    searched = ("key", wanted.key), ("review", wanted.review_id), ("channel", wanted.channel_arn)
    named = next((name for name, value in searched if value), "time" if wanted.when else "")
    if named or wanted.unscreened:
        return named or UNSCREENED
    return "status" if wanted.status else "nothing"
