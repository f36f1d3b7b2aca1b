"""Read what one visit of a state was given and gave, from the events of its execution."""

import json
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, Final

from framewarden.domain.history import Event, Owners, Visit, failure_of, fold
from framewarden.domain.redaction import redacted_json, secrets_in

TEXTS: Final = ("input", "output", "parameters")
"""Members of an event's details that hold a document as a text of JSON."""


@dataclass(frozen=True)
class Given:
    """What one try was given and what it gave; documents are redacted, None where there is none."""

    at: datetime
    parameters: Any = None
    result: Any = None
    error: str | None = None
    cause: Any = None


@dataclass(frozen=True)
class VisitData:
    """What one visit read and wrote; documents are redacted."""

    visit: Visit
    input: Any
    output: Any
    tries: list[Given]


def read(events: Iterable[Event], number: int, known: Collection[str] = ()) -> VisitData | None:
    """Read a visit from events with data, the oldest first; None where there is none of the number.

    `known` are secrets of the execution itself. Events after the visit are not read.
    """
    secrets, own = set(known), list[Event]()
    visits = fold(_until_left(events, number, own, secrets)).visits
    if not own:
        return None
    left = own[-1] if str(own[-1]["type"]).endswith("StateExited") else {}
    return VisitData(
        visit=visits[number - 1],
        input=redacted_json(_text(own[0], "input"), secrets),
        output=redacted_json(_text(left, "output"), secrets),
        tries=_tries(own, secrets),
    )


def texts_of(events: Iterable[Event]) -> Iterator[str]:
    """Give every document of some events, as the texts that they are."""
    for event in events:
        for details in event.values():
            if isinstance(details, Mapping):
                yield from filter(None, map(details.get, TEXTS))


def last_document(newest: Iterable[Event]) -> str | None:
    """Return what a state was last left or entered with; the newest event comes first."""
    for event in newest:
        left = event.get("stateExitedEventDetails") or {}
        entered = event.get("stateEnteredEventDetails") or {}
        text: str | None = left.get("output") or entered.get("input")
        if text:
            return text
    return None


def secrets_of(texts: Iterable[str]) -> frozenset[str]:
    """Return what stands under a secret's name in any of these documents."""
    return frozenset().union(*(secrets_in(parsed(text)) for text in texts))


def parsed(text: str | None) -> Any:
    """Read a text of JSON; None where it is none, or was cut."""
    try:
        return json.loads(text or "null")
    except ValueError:
        return None


def _until_left(
    events: Iterable[Event], number: int, own: list[Event], secrets: set[str]
) -> Iterator[Event]:
    """Give events without their documents until a visit was left.

    The visit's own are kept, and all secrets; a page of events may hold megabytes.
    """
    owners, visits = Owners(), list[Visit]()
    for event in events:
        secrets |= secrets_of(texts_of([event]))
        visit = owners.take(event, visits)
        if visit is not None and visit.number == number:
            own.append(event)
        yield {name: _light(value) for name, value in event.items()}
        if visit is not None and str(event["type"]).endswith("StateExited"):
            visit.exited_at = event["timestamp"]
            if visit.number == number:
                return


def _light(value: Any) -> Any:
    if not isinstance(value, Mapping):
        return value
    return {name: inner for name, inner in value.items() if name not in TEXTS}


def _tries(own: Iterable[Event], secrets: set[str]) -> list[Given]:
    """Return what each try of a visit was given and gave, from the visit's own events."""
    tries: list[Given] = []
    for event in own:
        kind = str(event["type"])
        if kind.startswith("Execution"):
            continue
        if kind.endswith("Scheduled"):
            text = _text(event, "parameters") or _text(event, "input")
            tries.append(Given(event["timestamp"], parameters=redacted_json(text, secrets)))
        elif kind.endswith("Succeeded") and tries:
            tries[-1] = replace(tries[-1], result=redacted_json(_text(event, "output"), secrets))
        elif kind.endswith(("Failed", "TimedOut")):
            if not tries or tries[-1].error:
                tries.append(Given(event["timestamp"]))  # it failed before it was scheduled
            cause = redacted_json(_text(event, "cause"), secrets)
            tries[-1] = replace(tries[-1], error=failure_of(event)[0], cause=cause)
    return tries


def _text(event: Event, name: str) -> str | None:
    found = (inner.get(name) for inner in event.values() if isinstance(inner, Mapping))
    return next(filter(None, found), None)
