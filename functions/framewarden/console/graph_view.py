"""Say on the graph of a machine what an execution did: its way, and what came of each state."""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import pairwise

from framewarden.console.graph_drawing import Box, Drawing, Line, draw
from framewarden.console.graph_layout import END, START
from framewarden.console.took import took
from framewarden.domain.history import DONE, History, Visit
from framewarden.domain.machines import CATCH, CHOICE, Machine

NOT_VISITED = "none"
ROOM = 6.6
"""Width of a letter of the counts; where there are more than have room, they are squeezed."""


@dataclass(frozen=True)
class StateBox:
    """A state as it is drawn; `went` names what came of it, `says` and `counts` stand below it.

    `tells` says the same in a sentence, `first` is the number of its first visit. `width` is that
    of the counts where they must be squeezed. A stranger is in the history, but not in the graph.
    """

    box: Box
    kind: str
    went: str
    says: str
    counts: str
    tells: str
    first: int | None
    width: float | None
    stranger: bool


@dataclass(frozen=True)
class ArrowLine:
    """An arrow as it is drawn, with its words where it was taken for a reason."""

    line: Line
    source: str
    target: str
    taken: bool
    words: str


@dataclass(frozen=True)
class Graph:
    """A graph with what happened on it; `tells` says the same for whoever cannot see it."""

    drawing: Drawing
    states: tuple[StateBox, ...]
    arrows: tuple[ArrowLine, ...]
    tells: str


def graph_of(machine: Machine, history: History) -> Graph:
    """Draw what an execution did on the graph of its machine."""
    own = {state.name for state in machine.states}
    held: dict[str, list[Visit]] = {}
    for visit in history.visits:
        holder = machine.state(visit.state)
        held.setdefault(holder.name if holder else visit.state, []).append(visit)
    strangers = tuple(name for name in held if name not in own)
    drawing = draw(machine, strangers)
    path = [visit.state for visit in history.visits if visit.state in own]
    taken = Counter(pairwise([START, *path] if path else []))
    if path and (history.visits[-1].ended == DONE or history.visits[-1].kind == "Fail"):
        taken[path[-1], END] += 1
    return Graph(
        drawing,
        tuple(_state(machine, box, held.get(box.name, []), own) for box in drawing.boxes),
        tuple(_arrow(line, taken) for line in drawing.lines),
        _tells(path),
    )


def _state(machine: Machine, box: Box, visits: Sequence[Visit], own: Iterable[str]) -> StateBox:
    state = machine.state(box.name)
    # A state that holds others is what its own visit says; without one, what theirs say.
    counted = [visit for visit in visits if visit.state == box.name] or visits
    went = counted[-1].ended if counted else NOT_VISITED
    says, counts = _says(counted), _counts(counted, visits, state is not None and state.waits)
    told = ", ".join(filter(None, (says, *counts)))
    short = " · ".join(counts)
    room = box.width - 12
    return StateBox(
        box=box,
        kind=state.kind if state else visits[0].kind,
        went=went.replace(" ", "-"),
        says=says,
        counts=short,
        tells=f"{box.name}: {told or 'not visited'}",
        first=visits[0].number if visits else None,
        width=room if len(short) * ROOM > room else None,
        stranger=box.name not in own,
    )


def _says(counted: Sequence[Visit]) -> str:
    """Say what came of the last visit, and how many there were."""
    if not counted:
        return ""
    times = f", {len(counted)} times" if len(counted) > 1 else ""
    return counted[-1].ended + times


def _counts(counted: Sequence[Visit], visits: Sequence[Visit], waits: bool) -> list[str]:
    """Count the retries of some visits, and how long they waited: for a person, or for a retry."""
    retries = sum(visit.retries for visit in visits)
    waited = sum(visit.seconds or 0 for visit in counted if waits)
    waited = waited or sum(visit.backoff for visit in visits)
    parts = [f"{retries} {'retry' if retries == 1 else 'retries'}"] if retries else []
    return [*parts, f"waited {took(waited)}"] if waited else parts


def _arrow(line: Line, taken: Counter[tuple[str, str]]) -> ArrowLine:
    arrow = line.arrow
    went = taken[arrow.source, arrow.target] > 0
    return ArrowLine(
        line=line,
        source="" if arrow.source == START else arrow.source,
        target="" if arrow.target == END else arrow.target,
        taken=went,
        words=", ".join(arrow.words) if went and arrow.why in (CHOICE, CATCH) else "",
    )


def _tells(path: Sequence[str]) -> str:
    return f"It went through {', '.join(path)}." if path else "It has not entered a state."
