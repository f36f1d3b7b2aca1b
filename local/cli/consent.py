"""Ask whoever sits at the terminal before something is done that costs or changes."""

from __future__ import annotations

import sys

import typer


def ask(question: str, unasked: str, remedy: str) -> None:
    """Ask, and go on only where they agree.

    Raises
    ------
    OperatorError
        Nobody is there to be asked: that says so in the words `unasked` and `remedy`.
    """
    from local.errors import OperatorError

    if not sys.stdin.isatty():
        raise OperatorError(unasked, remedy)
    typer.confirm(question, abort=True, err=True)
