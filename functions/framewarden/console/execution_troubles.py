"""Say what failed in an execution, and what to do about it."""

from collections.abc import Iterable
from dataclasses import dataclass

from framewarden.console.timeline import DEADLINE
from framewarden.domain.failures import failure_words
from framewarden.domain.history import CAUGHT, RUNNING, History, Visit, readable_cause
from framewarden.domain.machines import Machine
from framewarden.inspecting import Inspection


@dataclass(frozen=True)
class Trouble:
    """Something that failed: where, what happened, what to do, and what became of it."""

    state: str
    error: str
    what: str
    remedy: str
    cause: str | None
    became: str


def troubles_of(seen: Inspection, history: History) -> Iterable[Trouble]:
    """Give what failed and was not made good by a later try, each error of a state once."""
    told: set[tuple[str, str]] = set()
    for visit in history.visits:
        error = visit.error
        if error is None or (visit.state, error) in told:
            continue
        if _waits(seen.machine, visit.state) and error in DEADLINE:
            continue  # a deadline that passes is the way that the machine was made
        told.add((visit.state, error))
        yield _trouble(visit, error)
    own = seen.execution.error or history.error
    # A machine that ends by a Fail state, or from outside, fails without a try that failed.
    if own and own not in {error for _, error in told}:
        what, remedy = failure_words(own)
        cause = history.cause or readable_cause(seen.execution.cause)
        yield Trouble("", own, what[0].upper() + what[1:], remedy, cause, "ended the execution")


def _trouble(visit: Visit, error: str) -> Trouble:
    what, remedy = failure_words(error)
    if visit.ended == CAUGHT:
        became = "was caught: the machine went on by the way that it has for failures"
    elif visit.ended == RUNNING:
        became = "is tried again by the machine"
    else:
        became = "was not caught: it ended the execution"
    return Trouble(visit.state, error, what, remedy, visit.cause, became)


def _waits(machine: Machine | None, name: str) -> bool:
    state = machine.state(name) if machine else None
    return state is not None and state.waits
