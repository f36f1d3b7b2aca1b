"""Share the options that most commands have."""

from __future__ import annotations

from collections.abc import Callable
from contextvars import ContextVar
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from local.target import Target

# Typer takes no other name for help unless it is told.
HELP_NAMES = {"help_option_names": ["-h", "--help"]}

StackOption = Annotated[
    str | None,
    typer.Option(
        "--stack",
        metavar="NAME",
        help="Act on this stack in AWS, by your ordinary credentials, instead of the laptop cloud.",
    ),
]
RegionOption = Annotated[
    str | None,
    typer.Option("--region", metavar="REGION", help="The stack's region; yours by default."),
]
JsonOption = Annotated[bool, typer.Option("--json", help="Write JSON to stdout.")]


# How a command finds its place; the tests bring their own way.
Chooser = Callable[[str | None, str | None], "Target"]
_chooser: ContextVar[Chooser | None] = ContextVar("chooser", default=None)


def choose_by(chooser: Chooser | None) -> None:
    """Let `target_of` find places by `chooser`, or by `local.target` when there is none."""
    _chooser.set(chooser)


def target_of(stack: str | None, region: str | None) -> Target:
    """Find the place a command acts on."""
    if region and not stack:
        raise typer.BadParameter(
            "it goes with --stack NAME; the laptop cloud has one region.", param_hint="--region"
        )
    from local.target import choose

    return (_chooser.get() or choose)(stack, region)


def group(text: str) -> typer.Typer:
    """Make a group of commands that shows its help when it is called alone."""
    return typer.Typer(help=text, no_args_is_help=True, context_settings=HELP_NAMES)
