"""Word the record of a channel: its stops, the orders of people, what failed and is still true."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from framewarden.console import channel_words as words
from framewarden.console.inspector import execution_path
from framewarden.console.moments import Moment, moment
from framewarden.console.problems import Words
from framewarden.domain.cases import DESK
from framewarden.domain.times import parse

if TYPE_CHECKING:
    from framewarden.overview import Overview

Row = Mapping[str, Any]

OF_FRAME = re.compile(r"[0-9a-f]{64}", re.ASCII)
# An order takes seconds; one that takes longer than this is looked after by hand.
PATIENCE = timedelta(minutes=1)
LATE = Words(
    200,
    "Your order has not ended yet",
    "It takes longer than a minute: it is still being tried, or it could not be begun.",
    "Look at what stands now. If it is not what you want, press again.",
)


@dataclass(frozen=True)
class Line:
    """One stop or one order of the record; `execution` is the address of the one that did it."""

    title: str
    at: Moment | None
    by: str
    what: str
    note: str
    session: str
    frame: str
    failed: bool
    execution: str


def stopping(overview: "Overview", now: datetime) -> Row | None:
    """Return the stop of the live session that somebody works on just now."""
    for row in overview.stops:
        mine = overview.live is not None and row["stream_id"] == overview.live.session_id
        if mine and row["status"] == "stopping" and row["lease_until"] >= now.timestamp():
            return row
    return None


def stop_line(row: Row, overview: "Overview", now: datetime) -> Line:
    """Word the stop of a session."""
    status, session = row["status"], str(row["stream_id"])
    if status == "stopping" and row["lease_until"] < now.timestamp():
        status = "hanging"
    named = ("stopped_at", "failed_at", "ended_at", "begun_at")
    at = next((row[name] for name in named if row.get(name)), None)
    what = words.WHY.get(status, "")
    if status == "failed":
        what = words.failure(row.get("error"), _still(overview, session))
    elif status == "stopped":
        what = words.DONE.get(str(row.get("action")), "")
    return Line(
        title=words.STOPS.get(status, str(status)),
        at=moment(parse(at), now) if at else None,
        by=str(row.get("by") or ""),
        what=what,
        note="",
        session=session,
        frame=str(row.get("frame_key") or ""),
        failed=status in ("failed", "hanging"),
        execution=_execution(row.get("owner")),
    )


def order_line(row: Row, overview: "Overview", now: datetime) -> Line:
    """Word an order and what came of it."""
    # What the policy orders says so itself, and who is signed in needs no more words.
    via = f" via {row['via']}" if row["via"] not in ("policy", DESK) else ""
    return Line(
        title=words.ORDERS.get(row["action"], str(row["action"])),
        at=moment(parse(row["at"]), now),
        by=f"{row['by']}{via}",
        what=words.order_result(row, _still(overview, row.get("session"))),
        note=str(row.get("note") or ""),
        session=str(row.get("session") or ""),
        frame="",
        failed=row["status"] == "failed",
        execution=_execution(row.get("execution")),
    )


def _execution(name: str | None) -> str:
    """Return the address of an execution: those of frames are named by a digest."""
    if not name:
        return ""
    return execution_path("moderate" if OF_FRAME.match(name) else "order", name)


def failures(overview: "Overview") -> tuple[str, ...]:
    """Say which stops failed whose streams are, or may be, on air."""
    found = [
        f"The stop of session {row['stream_id']} failed. "
        f"{words.failure(row.get('error'), _still(overview, row['stream_id']))}"
        for row in overview.stops
        if row["status"] == "failed" and on_air(overview, row["stream_id"]) is not False
    ]
    if found:
        return tuple(found)
    # What failed before anybody could look for a session has no stop of its own.
    last = overview.acts[0] if overview.acts else None
    if not last or last["status"] != "failed" or last["action"] == "reinstate":
        return ()
    if on_air(overview, last.get("session")) is False:
        return ()
    error = words.failure(last.get("error"), _still(overview, last.get("session")))
    return (f"The last order failed. {error}",)


def news(
    overview: "Overview", awaited: tuple[str, int] | None, now: datetime
) -> tuple[str, Words | None]:
    """Say what became of the order that somebody waits for: `under_way`, or the notice's tone."""
    if awaited is None:
        return "", None
    execution, placed = awaited
    for act in overview.acts:
        if act["execution"] == execution:
            line = order_line(act, overview, now)
            title = "Your order failed" if line.failed else "Your order was carried out"
            return "danger" if line.failed else "plain", Words(200, title, line.what, "")
    if abs(now.timestamp() - placed) < PATIENCE.total_seconds():
        return "under_way", None
    return "warning", LATE


def on_air(overview: "Overview", session: str | None) -> bool | None:
    """Tell whether a session, or else anything, is on air; None where nobody knows."""
    if overview.silence and not overview.gone:
        return None
    live = overview.live
    return live is not None and session in (None, live.session_id)


def _still(overview: "Overview", session: str | None) -> str | None:
    return words.STILL.get(on_air(overview, session))
