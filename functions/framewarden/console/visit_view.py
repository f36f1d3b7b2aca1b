"""Put what one visit was given and gave into words for its page, as far as an answer can carry."""

from dataclasses import dataclass
from typing import Any, Final

from framewarden.aws.executions import Execution
from framewarden.console.document import Room, Shown
from framewarden.console.inspector import execution_path
from framewarden.domain.failures import failure_words
from framewarden.visit_documents import Given, VisitData

DOCUMENT_CHARACTERS: Final = 512 * 1024
"""What is shown of one document: 256 KB of JSON, spread over lines, are less."""

ANSWER_CHARACTERS: Final = 4_500_000
"""What is sent of all of them: an answer of Lambda holds 6 MB (its quotas)."""

DEFINITION: Final = "What the definition says of this state"


@dataclass(frozen=True)
class Piece:
    """One document; `part` names it for scripts and styles, `title` for people."""

    part: str
    title: str
    shown: Shown


@dataclass(frozen=True)
class VisitView:
    """Everything that is shown of a visit's data."""

    number: int
    state: str
    kind: str
    machine: str
    name: str
    path: str
    pieces: tuple[Piece, ...]
    errors: tuple[str, ...]


def view_of(execution: Execution, data: VisitData, definition: Any = None) -> VisitView:
    """Word a visit's data: input, output, each try as far as it says anything new, and its state.

    `definition` is what the machine's definition says of the state.
    """
    room = Room(ANSWER_CHARACTERS)
    pieces = tuple(
        Piece(part, title, room.take(document, DOCUMENT_CHARACTERS))
        for part, title, document in (*_documents(data), ("definition", DEFINITION, definition))
        if document is not None
    )
    return VisitView(
        number=data.visit.number,
        state=data.visit.state,
        kind=data.visit.kind,
        machine=execution.machine,
        name=execution.name,
        path=execution_path(execution.machine, execution.name),
        pieces=pieces,
        errors=tuple(_errors(data.tries)),
    )


def _documents(data: VisitData) -> list[tuple[str, str, Any]]:
    documents = [("input", "Input", data.input), ("output", "Output", data.output)]
    before: Any = None
    for at, one in enumerate(data.tries, 1):
        of = f" of try {at}" if len(data.tries) > 1 else ""
        if one.parameters != before:
            documents.append(("parameters", f"Parameters{of}", one.parameters))
            before = one.parameters
        documents.append(("result", f"Result{of}", one.result))
        documents.append(("cause", f"Cause of the failure{of}", one.cause))
    return documents


def _errors(tries: list[Given]) -> list[str]:
    several = len(tries) > 1
    return [
        f"{f'Try {at}: ' if several else ''}{one.error}: {failure_words(one.error)[0]}."
        for at, one in enumerate(tries, 1)
        if one.error
    ]
