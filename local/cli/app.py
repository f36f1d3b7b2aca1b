"""Put the commands together. Modules here import nothing heavy before a command runs."""

from __future__ import annotations

from typing import Annotated

import typer

from local.cli import (
    adapter,
    batch,
    channels,
    cloud,
    demo,
    desk,
    doctor,
    executions,
    frames,
    moderate,
    policy,
    reviews,
    users,
)
from local.cli.failures import Commands
from local.cli.options import HELP_NAMES, Chooser, choose_by

HELP = """Moderate live video and images with AWS Step Functions.

Commands act on the laptop cloud, or with --stack NAME on a stack in your AWS account.
"""


def application(chooser: Chooser | None = None) -> typer.Typer:
    """Build the `framewarden` command; `chooser` finds the stack that a command acts on."""
    choose_by(chooser)
    app = typer.Typer(
        cls=Commands,
        help=HELP,
        no_args_is_help=True,
        add_completion=False,
        context_settings=HELP_NAMES,
        pretty_exceptions_enable=False,
    )
    app.callback()(_root)
    acting = (cloud, demo, desk, users, moderate, batch, adapter, policy, reviews)
    for part in (*acting, channels, executions, frames, doctor):
        part.register(app)
    return app


def _version(wanted: bool) -> None:
    if wanted:
        from importlib.metadata import version

        typer.echo(f"framewarden {version('framewarden')}")
        raise typer.Exit


def _root(
    _: Annotated[
        bool,
        typer.Option("--version", callback=_version, is_eager=True, help="Show the version."),
    ] = False,
) -> None:
    pass
