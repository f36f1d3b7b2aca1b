"""Read the form of a decision or of an order: short fields, each at most once."""

from dataclasses import dataclass
from unicodedata import category

from framewarden.console import label_form
from framewarden.console.posted import sent_by
from framewarden.console.problems import Problem, RefusedError
from framewarden.console.request import Request

# Who has typed no name.
UNNAMED = "unnamed"
NAME_LENGTH = 80
NOTE_LENGTH = 2000
# Every character of note and name as four bytes, each of them percent-encoded, and room for what
# can be said about every label of the taxonomy.
BODY_BYTES = 12 * (NAME_LENGTH + NOTE_LENGTH) + 24_576
MOST_FIELDS = 250
# Embeddings, overrides and isolates (Unicode Standard Annex 9); the pages isolate what people type.
TURNING = frozenset("\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")
FIELDS = ("decision", "action", "session", "nonce", "once", "rung", "frame", "name", "note")


@dataclass(frozen=True)
class Form:
    """What a person chose and typed; a field that was not sent is empty."""

    decision: str = ""
    action: str = ""
    session: str = ""
    nonce: str = ""
    once: str = ""
    rung: str = ""
    frame: str = ""
    name: str = ""
    note: str = ""
    labels: label_form.Judged = label_form.NOTHING

    @classmethod
    def of(cls, request: Request) -> "Form":
        """Read the form that a request sends.

        Raises
        ------
        RefusedError
            It is none that can be read, or a name or note in it is too long.
        """
        pairs, sent = sent_by(request, BODY_BYTES, MOST_FIELDS, FIELDS)
        form = cls(
            decision=sent.get("decision", ""),
            action=sent.get("action", ""),
            session=sent.get("session", ""),
            nonce=sent.get("nonce", ""),
            once=sent.get("once", ""),
            rung=sent.get("rung", ""),
            frame=sent.get("frame", ""),
            name=_printable(sent.get("name", ""), keep=""),
            note=_printable(sent.get("note", "").replace("\r\n", "\n"), keep="\n"),
            labels=label_form.read(pairs),
        )
        if len(form.name) > NAME_LENGTH or len(form.note) > NOTE_LENGTH:
            raise RefusedError(Problem.TOO_LARGE)
        return form


def _printable(text: str, keep: str) -> str:
    """Drop control characters, and marks that turn the reading order of what follows."""
    return "".join(
        char for char in text if char in keep or not (category(char) == "Cc" or char in TURNING)
    ).strip()
