"""`framewarden policy check`, `publish` and `show`."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from local.cli.options import JsonOption, RegionOption, StackOption, group, target_of
from local.cli.output import emit_json, say

if TYPE_CHECKING:
    from local.policy_file import Problem
    from local.publish import Published

FileArgument = Annotated[Path, typer.Argument(metavar="FILE", help="A policy in YAML or JSON.")]


def register(app: typer.Typer) -> None:
    """Add the commands."""
    policy = group("Check the rules that frames are judged by, and put them in force.")
    policy.command()(check)
    policy.command()(publish)
    policy.command()(show)
    app.add_typer(policy, name="policy")


def check(file: FileArgument, json_: JsonOption = False) -> None:
    """Check a policy: every problem with its line and the nearest valid name."""
    from framewarden.domain.policy import policy_hash

    problems = problems_in(file)
    if json_:
        told = {} if problems else {"hash": policy_hash(document_in(file))}
        emit_json(
            {"valid": not problems, "problems": [asdict(fault) for fault in problems], **told}
        )
    else:
        for fault in problems:
            say(str(fault))
    if problems:
        raise typer.Exit(1)
    if not json_:
        say(f"{file} is valid.")


def problems_in(file: Path) -> list[Problem]:
    """Find every problem of a policy file."""
    from local.policy_file import check

    return check(file)


def document_in(file: Path, undone: str = "published") -> dict[str, Any]:
    """Read a valid policy file; `undone` is what nothing is where it has faults.

    Raises
    ------
    OperatorError
        It is not valid; its problems were written to stderr.
    """
    from local.errors import OperatorError
    from local.policy_file import PolicyFileError, load

    try:
        return load(file)
    except PolicyFileError as faults:
        for fault in faults.problems:
            say(str(fault))
        raise OperatorError(
            f"Nothing was {undone}, because the policy is not valid.",
            f"Correct it, and try it with: framewarden policy check {file}",
        ) from None


def publish(
    file: FileArgument,
    stack: StackOption = None,
    region: RegionOption = None,
    json_: JsonOption = False,
) -> None:
    """Put a policy in force, once it has passed the check."""
    from local.publish import compare, current
    from local.publish import publish as put_in_force

    document = document_in(file)
    target = target_of(stack, region)
    before = current(target)
    changes = compare(before.document if before else {}, document)
    published = put_in_force(target, document)
    if json_:
        emit_json({**head(published), "changes": changes.document()})
        return
    say(f"Version {published.version} of {document['name']} is in force on {target.name}.")
    say(f"hash: {published.hash}")
    for line in changes.lines():
        say(line)


def show(stack: StackOption = None, region: RegionOption = None, json_: JsonOption = False) -> None:
    """Show the policy that is in force."""
    from local.errors import OperatorError
    from local.publish import current

    target = target_of(stack, region)
    published = current(target)
    if published is None:
        raise OperatorError(
            f"No policy is published on {target.name}.",
            f"Publish one with: framewarden policy publish FILE{target.option}",
        )
    if json_:
        emit_json({**head(published), "policy": published.document})
        return
    import yaml

    say(f"version {published.version}, hash {published.hash}")
    typer.echo(yaml.safe_dump(published.document, sort_keys=False, allow_unicode=True), nl=False)


def head(published: Published) -> dict[str, Any]:
    """Say which policy it is."""
    return {
        "name": published.document.get("name"),
        "version": published.version,
        "hash": published.hash,
    }
