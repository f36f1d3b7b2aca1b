"""Find the execution or the frame that somebody named at the terminal, in whatever way."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from framewarden.domain import frame_rows
from framewarden.domain.frames import Home, read_execution_name
from framewarden.looking import ADAPTER, BATCH, MODERATE, ORDER, Sources
from framewarden.meaning import Meant, meant
from framewarden.searching import Entry
from framewarden.wanted import Wanted
from local.errors import OperatorError
from local.executions import listed
from local.target import Target

Row = Mapping[str, Any]
Chosen = tuple[str, str]

SHOWN = 10
MANY = 100
ELSEWHERE = "Name the stack it belongs to with: --stack NAME --region REGION"


def execution_of(target: Target, sources: Sources, text: str) -> Chosen:
    """Return machine and name of the execution that is meant.

    Raises
    ------
    OperatorError
        There is none, there are several, or it is of another machine, account or region.
    """
    read = _read(target, sources, text)
    if read.kind == "execution" and read.machine and read.name:
        return read.machine, read.name
    if read.kind == "frame" and read.frame_id:
        return _of_frame(target, sources, read.frame_id)
    plain = _plainly_named(sources, text)
    if plain:
        return plain
    entries = _found(sources, read.wanted)
    started = [(entry.machine, entry.name) for entry in entries if entry.name]
    if len(started) == 1:
        return started[0]
    if started:
        raise _several(target, text, entries)
    if entries:
        raise _refused(target, entries[0].row or {})
    raise unknown(target, text)


def unknown(target: Target, text: str) -> OperatorError:
    """Say that there is no such execution."""
    return OperatorError(
        f"There is no execution {text} on {target.name}.",
        f"List them with: framewarden executions list{target.option}",
    )


def frames_of(target: Target, sources: Sources, text: str) -> list[Row]:
    """Return the rows of the frames that are meant, the newest first; at least one.

    Raises
    ------
    OperatorError
        The ledger has none, or what is meant is no frame.
    """
    read = _read(target, sources, text)
    rows: list[Row] = []
    if read.kind == "frame" and read.frame_id:
        rows = _row(sources, read.frame_id)
    elif read.kind == "execution" and read.name:
        named = read_execution_name(read.name) if read.machine == MODERATE else None
        if named is None:
            raise OperatorError(
                f"The execution {read.name} is of no frame.",
                f"Look at it with: framewarden executions show {read.name}{target.option}",
            )
        rows = _row(sources, named[0])
    else:
        rows = [entry.row for entry in _found(sources, read.wanted) if entry.row]
    if rows:
        return rows
    raise OperatorError(
        f"The ledger of {target.name} has no frame {text}.",
        f"See which objects it does not account for with: framewarden audit{target.option}",
    )


def _read(target: Target, sources: Sources, text: str) -> Meant:
    home = Home.of_function(target.output("StateMachineArn"))
    read = meant(text, sources.executions, home)
    if read.kind == "foreign":
        raise OperatorError(f"That is not of {target.name}: {read.says}", ELSEWHERE)
    return read


def _plainly_named(sources: Sources, text: str) -> Chosen | None:
    """Find an execution by a name that somebody else gave it, in the AWS console for example."""
    if not 0 < len(text) <= 80 or "/" in text or ":" in text:
        return None
    # A batch's first execution has the batch's id.
    machines = (MODERATE, ORDER, BATCH, ADAPTER)
    return next(((one, text) for one in machines if sources.executions.get(one, text)), None)


def _of_frame(target: Target, sources: Sources, frame_id: str) -> Chosen:
    """Return a frame's latest execution; one whose row is gone may still have its first."""
    for row in _row(sources, frame_id):
        name = frame_rows.execution_of(row)
        if name is None:
            raise _refused(target, row)
        return MODERATE, name
    return MODERATE, frame_id


def _row(sources: Sources, frame_id: str) -> list[Row]:
    row = sources.frames.get(frame_id)
    return [row] if row else []


def _found(sources: Sources, wanted: Wanted | None) -> list[Entry]:
    return list(listed(sources, wanted, MANY)) if wanted else []


def _several(target: Target, text: str, entries: list[Entry]) -> OperatorError:
    lines = [
        f"  {entry.name}  {(entry.row or {}).get('put_at', '')}  {entry.outcome or entry.status}"
        for entry in entries[:SHOWN]
    ]
    more = ["  ..."] if len(entries) > SHOWN else []
    return OperatorError(
        f"{text} has {_count(entries)} executions, the newest first:\n"
        + "\n".join([*lines, *more]),
        f"\nShow one of them with: framewarden executions show NAME{target.option}",
    )


def _count(entries: list[Entry]) -> str:
    return f"{MANY} or more" if len(entries) == MANY else str(len(entries))


def _refused(target: Target, row: Row) -> OperatorError:
    return OperatorError(
        f"That frame was refused before any execution began ({row.get('reason')}).",
        f"See its story with: framewarden frames show {row.get('frame_id')}{target.option}",
    )
