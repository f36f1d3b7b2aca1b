"""`framewarden users add`, `list` and `remove`."""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated

import typer

from local.cli.options import JsonOption, RegionOption, StackOption, group, target_of
from local.cli.output import emit_json, say, table


class Role(StrEnum):
    """The groups of the user pool."""

    moderator = "moderator"
    lead = "lead"
    engineer = "engineer"
    auditor = "auditor"


AccountArgument = Annotated[str, typer.Argument(metavar="NAME", help="What they sign in as.")]


def register(app: typer.Typer) -> None:
    """Add the commands."""
    users = group("Say who may sign in at the desk, and as what.")
    users.command()(add)
    users.command("list")(list_)
    users.command()(remove)
    app.add_typer(users, name="users")


def add(
    account: AccountArgument,
    role: Annotated[Role, typer.Option(help="What they may do.")],
    email: Annotated[str, typer.Option(help="Where Cognito mails the first password.")] = "",
    name: Annotated[str, typer.Option(help="What others read beside a decision.")] = "",
    stack: StackOption = None,
    region: RegionOption = None,
    json_: JsonOption = False,
) -> None:
    """Make an account with a role, or give another role to one that is there."""
    from local import people

    target = target_of(stack, region)
    added = people.add(target, account, role.value, email, name)
    if json_:
        emit_json(
            {"account": account, "role": role.value, "new": added.is_new, "url": target.desk_url}
            | ({"password": added.password} if added.password else {})
        )
        return
    if not added.is_new:
        say(f"{account} was there, and is {role.value} now too, from the next sign-in on.")
    elif added.password:
        say(f"{account} signs in as {role.value}, and then chooses a password. The first one:")
        typer.echo(added.password)
    else:
        say(f"{account} is {role.value}; Cognito has mailed the first password to {email}.")
    say(f"The desk is at {target.desk_url}")


def list_(
    stack: StackOption = None, region: RegionOption = None, json_: JsonOption = False
) -> None:
    """List who may sign in, and as what."""
    from local.people import listed

    found = listed(target_of(stack, region))
    if json_:
        emit_json(found)
        return
    columns = ("account", "name", "roles", "may sign in", "email", "status")
    table(
        columns,
        (
            (
                one["account"],
                one["name"],
                ", ".join(one["roles"]) or None,
                "yes" if one["may_sign_in"] else "no",
                one["email"],
                one["status"],
            )
            for one in found
        ),
    )
    if not found:
        say("Nobody can sign in yet.")


def remove(
    account: AccountArgument,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Say what would be done.")] = False,
    stack: StackOption = None,
    region: RegionOption = None,
    json_: JsonOption = False,
) -> None:
    """Shut an account out; its name stays taken, because decisions stand under it."""
    from local import people

    target = target_of(stack, region)
    known = people.require(target, account)
    if not dry_run:
        people.shut_out(target, account)
    if json_:
        emit_json({"account": account, "name": known["name"], "dry_run": dry_run})
        return
    will = "would be" if dry_run else "is"
    say(
        f"{account} ({known['name']}) {will} shut out; who is signed in under it, "
        "within a quarter of an hour."
    )
