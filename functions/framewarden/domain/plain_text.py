"""Lay out what people read as plain text, on a phone too: short lines, and one fact on each."""

from textwrap import wrap
from typing import Final

WIDTH: Final = 78


def one_line(text: object) -> str:
    """Keep a text on one line: an object's key may hold anything, and a subject must not break."""
    return "".join(char if char.isprintable() else " " for char in str(text))


def table(facts: dict[str, str | None]) -> list[str]:
    """Write a line for each fact that there is; an address must stay whole, however long."""
    return [f"{name:<11}{one_line(fact)}" for name, fact in facts.items() if fact]


def paragraph(text: str) -> list[str]:
    """Break a text between its words."""
    return wrap(one_line(text), WIDTH, break_long_words=False, break_on_hyphens=False)
