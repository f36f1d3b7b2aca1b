"""`framewarden doctor`."""

from __future__ import annotations

import typer

from local.cli.options import JsonOption, RegionOption, StackOption, target_of
from local.cli.output import emit_json, say, table


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command()(doctor)


def doctor(
    stack: StackOption = None, region: RegionOption = None, json_: JsonOption = False
) -> None:
    """Look whether stack and account are ready for real channels; change nothing.

    Exit 1 if something is wrong.
    """
    from local.doctor import FAIL, OK, examine

    target = target_of(stack, region)
    findings = list(examine(target))
    failed = [finding for finding in findings if finding.status == FAIL]
    if json_:
        emit_json({"ready": not failed, "checks": [finding.document() for finding in findings]})
    else:
        table(
            ("check", "", "what was seen"),
            ((finding.check, finding.status, finding.says) for finding in findings),
        )
        for finding in findings:
            if finding.status != OK and finding.remedy:
                say(f"{finding.check}: {finding.says} {finding.remedy}")
    if failed:
        raise typer.Exit(1)
