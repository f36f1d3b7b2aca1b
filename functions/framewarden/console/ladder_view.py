"""Show a review's ladder: who was asked when, who is asked next, and what happens in the end."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from framewarden.console.moments import Moment, moment
from framewarden.console.words import words_for
from framewarden.domain.times import parse

Row = Mapping[str, Any]


@dataclass(frozen=True)
class Step:
    """One step; `state` is `done`, `now` (people are being waited for) or `next`."""

    title: str
    at: Moment | None
    by: str
    state: str


def ladder_of(row: Row, now: datetime) -> tuple[Step, ...]:
    """Read the steps of a ladder, the first one first; an ended one has no next steps."""
    pending = row["status"] == "pending"
    return (*_behind(row, now, pending=pending), *(_ahead(row, now) if pending else ()))


def _behind(row: Row, now: datetime, *, pending: bool) -> Iterator[Step]:
    rung = int(row["rung"])
    times: Sequence[Any] = row.get("rung_times") or [row["opened_at"]]
    reminded = row.get("reminded_at")
    for asked in range(rung + 1):
        at = moment(parse(times[asked]), now) if asked < len(times) else None
        by = str(row.get("escalated_by") or "") if asked and asked == rung else ""
        waiting = pending and asked == rung and row["deadline"] > now.timestamp()
        yield Step(_asked(asked), at, by, "now" if waiting else "done")
        if asked == 0 and reminded:
            yield Step("Reminded", moment(parse(reminded), now), "", "done")
    if not pending:
        yield _end(row, now)


def _ahead(row: Row, now: datetime) -> Iterator[Step]:
    rung, ladder, end = int(row["rung"]), row["ladder"], int(row["deadline"])
    if rung == 0 and row.get("remind_at"):
        yield Step("People are reminded", _second(row["remind_at"], now), "", "next")
    for following in range(rung + 1, len(ladder)):
        yield Step("A lead is asked", _second(end, now), "", "next")
        end += int(ladder[following])
    words = words_for(row, row["default"])
    yield Step(f"If nobody decides, {words.default}", _second(end, now), "", "next")


def _end(row: Row, now: datetime) -> Step:
    at = row.get("decided_at")
    ended = moment(parse(at), now) if at else None
    if row["status"] == "expired":
        words = words_for(row, row["default"])
        return Step(f"Nobody decided: {words.default}", ended, "", "done")
    return Step("Decided", ended, str(row.get("by") or ""), "done")


def _asked(rung: int) -> str:
    return "Moderators were asked" if rung == 0 else "Escalated to a lead"


def _second(epoch: Any, now: datetime) -> Moment:
    return moment(datetime.fromtimestamp(int(epoch), tz=UTC), now)
