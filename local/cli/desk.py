"""`framewarden desk`."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

import typer

from local.cli.options import JsonOption, RegionOption, StackOption, target_of
from local.cli.output import emit_json, say, table

if TYPE_CHECKING:
    from local.target import Target

COLUMNS = ("account", "password", "name")


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command()(desk)


def desk(stack: StackOption = None, region: RegionOption = None, json_: JsonOption = False) -> None:
    """Say where the desk is, and who can sign in there."""
    target = target_of(stack, region)
    people = _demo_people() if target.is_laptop else []
    if json_:
        emit_json({"url": target.desk_url, "people": people})
        return
    typer.echo(target.desk_url)
    show_people(people)
    if not target.is_laptop:
        _say_how(target)


def show_people(people: Iterable[dict[str, Any]]) -> None:
    """Write the demo's people, with their passwords."""
    rows = [[person[name] for name in COLUMNS] for person in people]
    if rows:
        typer.echo()
        table(COLUMNS, rows)


def _demo_people() -> list[dict[str, Any]]:
    from local.laptop.people import demo_people
    from local.target import running_cloud

    kept = ("account", "name", "role", "password")
    people = demo_people(running_cloud())
    return [{name: person[name] for name in kept} for person in people]


def _say_how(target: Target) -> None:
    """Say how to let somebody in; passwords of AWS are nobody's to print."""
    pool = f"--user-pool-id {target.output('UserPoolId')} --region {target.region}"
    say(f"Who may sign in: framewarden users list{target.option}")
    say(
        "Add somebody: framewarden users add NAME --role moderator --email ADDRESS"
        f"{target.option}; or with the AWS CLI:"
    )
    say(
        f"  aws cognito-idp admin-create-user {pool} --username NAME "
        "--user-attributes Name=name,Value=NAME Name=email,Value=ADDRESS "
        "Name=email_verified,Value=true"
    )
    say(f"  aws cognito-idp admin-add-user-to-group {pool} --username NAME --group-name moderator")
