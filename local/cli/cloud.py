"""`framewarden up`, `down`, `status` and `env`."""

from __future__ import annotations

from typing import Annotated

import typer

from local.cli.options import JsonOption, RegionOption, StackOption, target_of
from local.cli.output import emit_json, say


def register(app: typer.Typer) -> None:
    """Add the commands."""
    app.command()(up)
    app.command()(down)
    app.command()(status)
    app.command()(env)


def up(
    port: Annotated[
        int | None,
        typer.Option("--port", min=0, max=65535, help="The port of 127.0.0.1; 0 takes any."),
    ] = None,
    parameter: Annotated[
        list[str] | None,
        typer.Option(
            "--parameter",
            metavar="NAME=VALUE",
            help="A parameter of template.yaml, as often as needed: "
            "--parameter BatchSourceBuckets=photos,scans",
        ),
    ] = None,
    json_: JsonOption = False,
) -> None:
    """Start the laptop cloud, deploy the template on it and publish the default policy."""
    from local.cli.desk import show_people
    from local.cli.status_view import show
    from local.laptop import cloud
    from local.laptop.deploy import build_and_deploy, parameters_of
    from local.laptop.people import demo_people
    from local.publish import publish_if_none
    from local.status import health
    from local.target import laptop, running_cloud

    parameters = parameters_of(parameter or ())
    build_and_deploy(cloud.up(port=port, progress=say), parameters=parameters, progress=say)
    target = laptop()
    published = publish_if_none(target)
    if published:
        say(f"Published policies/default.yaml as version {published.version}.")
    people = demo_people(running_cloud())
    told = health(target)
    if json_:
        emit_json(told)
    else:
        show(told)
        say(f"The desk is at {target.desk_url}; these can sign in there:")
        show_people(people)
        say('Ready. Point any AWS tool at it with: eval "$(framewarden env)"')


def down() -> None:
    """Stop the laptop cloud; its contents are gone."""
    from local.laptop import cloud

    say("Stopped." if cloud.down(progress=say) else "No laptop cloud was running.")


def status(
    stack: StackOption = None, region: RegionOption = None, json_: JsonOption = False
) -> None:
    """Tell whether everything is up, and what waits for somebody.

    Exit 1 if it is not healthy.
    """
    from local.cli.status_view import show, show_problems
    from local.errors import OperatorError
    from local.status import health, unreachable

    try:
        told = health(target_of(stack, region))
    except OperatorError as reason:
        if not json_:
            raise
        told = unreachable(str(reason))
    if json_:
        emit_json(told)
    else:
        show(told)
    show_problems(told["problems"])
    if not told["healthy"]:
        raise typer.Exit(1)


def env() -> None:
    """Print export lines that point any AWS tool at the laptop cloud.

    Use them with: eval "$(framewarden env)"
    """
    from local.shell import export_lines
    from local.target import running_cloud

    for line in export_lines(running_cloud().environment()):
        typer.echo(line)
