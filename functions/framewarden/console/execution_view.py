"""Put an execution into words for its page: what it is, what went wrong, and where to look next."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any
from urllib.parse import quote

from framewarden.console import channel_address
from framewarden.console.batch_address import batch_path, grid_of
from framewarden.console.document import Shown, shown
from framewarden.console.execution_troubles import Trouble, troubles_of
from framewarden.console.graph_view import Graph, graph_of
from framewarden.console.inspector import execution_path
from framewarden.console.moments import Moment, moment
from framewarden.console.outcome_words import Status, outcome_words, status_words
from framewarden.console.run_address import run_address
from framewarden.console.timeline import Timeline, timeline_of
from framewarden.console.took import took
from framewarden.domain.answered import adapter_words
from framewarden.domain.batch_lists import of_frame
from framewarden.domain.frame_rows import outcome_of
from framewarden.domain.frames import read_execution_name
from framewarden.domain.history import RUNNING, History, span
from framewarden.domain.why_known import mapping
from framewarden.inspecting import Inspection

FACT_CHARACTERS = 64 * 1024
"""What input and output are cut to on this page; a visit's own page shows more."""

UNREAD = "not read on"


@dataclass(frozen=True)
class Link:
    """Somewhere else to look; an address that begins with a scheme leaves the desk."""

    kind: str
    label: str
    name: str
    address: str


@dataclass(frozen=True)
class ExecutionView:
    """Everything that the page of an execution shows.

    `since` is there while it runs, `duration` once it has ended. `ended` is what is said aloud when
    a page that was watched is over.
    """

    name: str
    machine: str
    arn: str
    path: str
    status: str
    words: str
    mark: str
    running: bool
    outcome: Status | None
    ended: str
    why: str
    troubles: tuple[Trouble, ...]
    facts: tuple[tuple[str, str], ...]
    started: Moment
    duration: str
    links: tuple[Link, ...]
    changed: str
    deployed: bool
    whole: bool
    events: int
    graph: Graph | None
    timeline: Timeline
    input: Shown
    output: Shown | None
    now: Moment
    in_state: str


def view_of(seen: Inspection, in_aws: str | None, now: datetime) -> ExecutionView:
    """Word an execution; `in_aws` is its address in the AWS console, where there is one."""
    execution, history = seen.execution, _history(seen)
    status = status_words(execution.status)
    lasts = [visit.state for visit in history.visits if visit.ended == RUNNING]
    seconds = span(execution.started_at, execution.stopped_at)
    return ExecutionView(
        name=execution.name,
        machine=execution.machine,
        arn=execution.arn,
        path=execution_path(execution.machine, execution.name),
        status=execution.status,
        words=status.word,
        mark=status.mark,
        running=execution.running,
        outcome=_ended(seen),
        ended="" if execution.running else f"Ended, {status.word}. {seen.why.replace('`', '')}.",
        why=seen.why,
        troubles=tuple(troubles_of(seen, history)),
        facts=tuple(_facts(seen)),
        started=moment(execution.started_at, now),
        duration="" if seconds is None else took(seconds),
        links=tuple(_links(seen, in_aws)),
        changed=seen.changed,
        deployed=seen.machine is not None,
        whole=history.whole,
        events=history.events,
        graph=graph_of(seen.machine, history) if seen.machine else None,
        timeline=timeline_of(history, seen.machine, execution.started_at, now),
        input=shown(seen.input, FACT_CHARACTERS),
        output=None if seen.output is None else shown(seen.output, FACT_CHARACTERS),
        now=moment(now, now),
        in_state=", ".join(lasts),
    )


def _history(seen: Inspection) -> History:
    """Return the history; what an unread end leaves open does not run."""
    if seen.execution.running or seen.history.whole:
        return seen.history
    visits = [
        replace(visit, ended=UNREAD) if visit.ended == RUNNING else visit
        for visit in seen.history.visits
    ]
    return replace(seen.history, visits=visits)


def _facts(seen: Inspection) -> Iterable[tuple[str, str]]:
    row, state, visits = seen.row or {}, seen.state, seen.history.visits
    ended, attempt = _ended(seen), _attempt(seen)
    if ended:
        yield "Outcome", ended.word
    if attempt:
        latest = int(row.get("attempt", 1))
        yield "Attempt", f"{attempt} of {latest}" if latest > 1 else f"{attempt}"
    elif run := run_address(seen.execution.machine, seen.execution.name):
        yield "Attempt", f"{run[1]}"
    severity = _within(state, "verdict", "severity") or row.get("severity")
    if severity:
        yield "Severity", str(severity)
    if adapter := adapter_words(mapping(state.get("analysis"))):
        yield "Adapter", adapter
    retries = sum(visit.retries for visit in visits)
    again = f", {retries} of them {'a retry' if retries == 1 else 'retries'}" if retries else ""
    yield "Transitions", f"{len(visits) + retries}{again}"
    yield "Events", f"{seen.history.events:,}"


def _attempt(seen: Inspection) -> int | None:
    """Return which attempt of its frame it is; None where the ledger knows no such frame."""
    named = read_execution_name(seen.execution.name)
    return named[1] if named and seen.row else None


def _ended(seen: Inspection) -> Status | None:
    """Say how its frame ended with this attempt."""
    attempt = _attempt(seen)
    if attempt is None or seen.row is None:
        return None
    return outcome_words(*outcome_of(seen.row, seen.review, attempt))


def _links(seen: Inspection, in_aws: str | None) -> Iterable[Link]:
    row, state, machine = seen.row or {}, seen.state, seen.execution.machine
    frame_id, listed = row.get("frame_id"), of_frame(row)
    if run := run_address(machine, seen.execution.name):
        yield Link(machine, f"The {machine}", run[0], run[2])
    if frame_id:
        thing = "list" if listed else "frame"
        yield Link("frame", f"The {thing}'s whole story", "", f"frames/{_quoted(frame_id)}")
    if listed:
        yield Link("batch", "The batch", listed.batch_id, batch_path(listed.batch_id))
        yield Link("grid", "The list, image by image", listed.rule, grid_of(listed))
    review_id = row.get("review_id") or _within(state, "review", "review_id")
    if review_id:
        yield Link("case", "The case", str(review_id), f"reviews/{_quoted(review_id)}")
    arn = row.get("channel_arn") or _within(state, "frame", "channel_arn")
    arn = arn or _within(state, "order", "channel_arn")
    path = channel_address.path_of(str(arn)) if arn else None
    if path:
        yield Link("channel", "The channel", path.rpartition("/")[2], path)
    policy = row.get("policy_hash") or _within(state, "verdict", "policy_hash")
    if policy:
        label = "The policy that judged it"
        yield Link("policy", label, str(policy)[:12], f"policies/{_quoted(policy)}")
    if in_aws:
        yield Link("aws", "The same in the AWS console", "", in_aws)


def _within(document: Mapping[str, Any], *names: str) -> Any:
    """Return a value inside a document that may be of any shape."""
    value: Any = document
    for name in names:
        value = value.get(name) if isinstance(value, Mapping) else None
    return value


def _quoted(value: Any) -> str:
    return quote(str(value), safe="")
