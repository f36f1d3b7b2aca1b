"""`framewarden frames show`."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Annotated

import typer

from local.cli.options import JsonOption, RegionOption, StackOption, target_of
from local.cli.output import emit_json, say

# What is said of an object's older versions; JSON has all of them.
SHOWN = 10


def show(
    what: Annotated[
        str,
        typer.Argument(
            metavar="FRAME",
            help="Its id, its key or s3:// address, or its execution's name or ARN.",
        ),
    ],
    stack: StackOption = None,
    region: RegionOption = None,
    json_: JsonOption = False,
) -> None:
    """Tell the story of a frame: its attempts, review, decision, stop and evidence.

    Of several versions of an object it is the newest one's.
    """
    from local.cli.frame_view import write_story
    from local.frame_stories import document, evidence_of, stories
    from local.inspection import looking_at

    target = target_of(stack, region)
    with looking_at(target) as sources:
        told, rows = stories(target, sources, what, datetime.now(UTC))
    if len(rows) > 1:
        say(f"{len(rows)} frames, the newest first; this is the story of the first one:")
        for row in rows[:SHOWN]:
            say(f"  {row['frame_id']}  {row.get('put_at')}  {row.get('outcome') or row['status']}")
    if json_:
        frames = [{name: row.get(name) for name in ("frame_id", "put_at")} for row in rows]
        emit_json({**document(target, told), "frames": frames})
    else:
        write_story(told, evidence_of(target, told))
