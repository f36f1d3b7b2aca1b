"""Read a state machine's definition as a graph: its states, and every way from one to the next."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final

Document = Mapping[str, Any]

NEXT, CHOICE, CATCH = "next", "choice", "catch"
"""Why an arrow is taken: always, by a choice, or because of a failure."""

# What stands on the arrow of a failure, instead of its name.
_WORDS: Final = {"ALL": "fails", "Timeout": "deadline"}


@dataclass(frozen=True)
class State:
    """One state; `waits` is one that waits for a person, `inner` what runs inside it."""

    name: str
    kind: str
    comment: str
    waits: bool
    ends: bool
    inner: tuple[str, ...]


@dataclass(frozen=True)
class Arrow:
    """One way between two states; several reasons for it are several words."""

    source: str
    target: str
    why: str
    words: tuple[str, ...]


@dataclass(frozen=True)
class Machine:
    """A definition as a graph."""

    start: str
    states: tuple[State, ...]
    arrows: tuple[Arrow, ...]

    def state(self, name: str) -> State | None:
        """Return the state that has, or holds, a name."""
        holding = (one for one in self.states if name == one.name or name in one.inner)
        return next(holding, None)


def read(definition: Document) -> Machine:
    """Read a definition; what is not understood of it is left out, never invented."""
    states: Document = definition.get("States") or {}
    return Machine(
        start=str(definition.get("StartAt") or ""),
        states=tuple(_state(name, state) for name, state in states.items()),
        arrows=tuple(arrow for name, state in states.items() for arrow in _arrows(name, state)),
    )


def definition_of(definition: Document, name: str) -> Document | None:
    """Return what a definition says of a state, wherever in it the state is."""
    for known, state in (definition.get("States") or {}).items():
        if known == name:
            found: Document = state
            return found
        within = (definition_of(machine, name) for machine in _machines(state))
        deeper = next(filter(None, within), None)
        if deeper is not None:
            return deeper
    return None


def _state(name: str, state: Document) -> State:
    kind = str(state.get("Type") or "")
    return State(
        name=name,
        kind=kind,
        comment=str(state.get("Comment") or ""),
        waits=str(state.get("Resource", "")).endswith(".waitForTaskToken"),
        ends=bool(state.get("End")) or kind in ("Succeed", "Fail"),
        inner=tuple(_inner(state)),
    )


def _inner(state: Document) -> Iterator[str]:
    """Give the names of the states that run inside one."""
    for machine in _machines(state):
        for name, inner in (machine.get("States") or {}).items():
            yield name
            yield from _inner(inner)


def _machines(state: Document) -> Iterator[Document]:
    """Give the machines that run inside a state."""
    known = [*state.get("Branches", []), state.get("ItemProcessor"), state.get("Iterator")]
    yield from filter(None, known)


def _arrows(name: str, state: Document) -> Iterator[Arrow]:
    """Give each next state once; a failure that leads where a choice does is not told twice."""
    words: dict[str, list[str]] = {}
    for choice in state.get("Choices", []):
        words.setdefault(choice["Next"], []).append(_condition(choice))
    if "Default" in state:
        words.setdefault(state["Default"], []).append("otherwise")
    arrows = {to: Arrow(name, to, CHOICE, tuple(why)) for to, why in words.items()}
    if "Next" in state:
        arrows[state["Next"]] = Arrow(name, state["Next"], NEXT, ())
    failures: dict[str, list[str]] = {}
    for catch in state.get("Catch", []):
        errors = ", ".join(error.removeprefix("States.") for error in catch["ErrorEquals"])
        failures.setdefault(catch["Next"], []).append(_WORDS.get(errors, errors))
    for to, why in failures.items():
        arrows.setdefault(to, Arrow(name, to, CATCH, tuple(why)))
    yield from arrows.values()


def _condition(choice: Document) -> str:
    parts = choice.get("And") or choice.get("Or")
    if parts:
        return (" and " if "And" in choice else ", ").join(_condition(part) for part in parts)
    if "Not" in choice:
        return f"not {_condition(choice['Not'])}"
    if "Variable" not in choice:  # JSONata has conditions
        return str(choice.get("Condition") or "")
    if "StringEquals" in choice:
        return str(choice["StringEquals"])
    return str(choice["Variable"]).rpartition(".")[2].replace("_", " ")
