"""Print a document for a page, cut to what a page and its answer can carry."""

import html
import json
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class Shown:
    """A document as a text; `left_out` is how many characters of it are not here."""

    text: str
    left_out: int = 0


def shown(document: Any, most: int) -> Shown:
    """Print a document, its first `most` characters."""
    text = _printed(document)
    return Shown(text[:most], max(0, len(text) - most))


def _printed(document: Any) -> str:
    if isinstance(document, str):
        text = document
    else:
        text = json.dumps(document, ensure_ascii=False, indent=1)
    # Half a character, which JSON may hold, can be sent nowhere.
    return text.encode("utf-8", "replace").decode()


class Room:
    """The room that is left in an answer for documents."""

    def __init__(self, most: int) -> None:
        self.left = most

    def take(self, document: Any, most: int) -> Shown:
        """Print a document as far as there is room, and take that."""
        whole = _printed(document)
        text = whole[:most]
        while text and sent(text) > self.left:
            text = text[: len(text) // 2]
        self.left -= sent(text)
        return Shown(text, len(whole) - len(text))


def sent(text: str) -> int:
    """Return the characters that a text takes in an answer: as markup, inside a text of JSON."""
    return len(json.dumps(html.escape(text)))
