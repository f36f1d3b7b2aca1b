"""Read what a list of executions is narrowed by, as somebody wrote it at the terminal."""

from __future__ import annotations

from contextlib import suppress
from datetime import UTC, datetime, timedelta

import typer

from framewarden.aws.frame_search import Span
from framewarden.domain import pasted
from framewarden.domain.durations import parse_duration
from framewarden.domain.frames import Home
from framewarden.domain.times import parse
from framewarden.looking import ADAPTER, BATCH, MODERATE, ORDER
from framewarden.meaning import channel_arn, elsewhere
from framewarden.wanted import Wanted
from local.errors import OperatorError
from local.target import Target

# As long as Step Functions keeps what an execution did; each day is a query.
AS_FAR_BACK = timedelta(days=90)
# Clocks differ: what was put this second may bear the next one.
AHEAD = timedelta(minutes=1)
KINDS = {ORDER: "orders", BATCH: "batches", ADAPTER: "adapters"}


def query(
    target: Target,
    machine: str,
    status: str | None,
    of: dict[str, str | None],
    times: tuple[str | None, str | None],
    unscreened: bool,
) -> Wanted:
    """Return what is wanted; `of` has key, review and channel, `times` since and until.

    Raises
    ------
    typer.BadParameter
        Options that do not go together, or a time that is none.
    OperatorError
        The channel is none, or is of another account or region.
    """
    asked = [name for name, value in of.items() if value]
    if machine != MODERATE and (asked or unscreened):
        raise typer.BadParameter(
            f"{KINDS[machine]} are of no frame: only --status, --since and --until go with it.",
            param_hint=f"--machine {machine}",
        )
    if len(asked) > 1:
        raise typer.BadParameter("one of them at a time.", param_hint=f"--{', --'.join(asked)}")
    if any(times) and asked not in ([], ["channel"]):
        raise typer.BadParameter(
            "they stand alone, or go with --channel.", param_hint="--since, --until"
        )
    return Wanted(
        machine=machine,
        status=status,
        key=_pasted(of["key"], "key"),
        review_id=_pasted(of["review"], "review"),
        channel_arn=_channel(target, of["channel"]) if of["channel"] else None,
        unscreened=unscreened,
        when=_when(*times) if any(times) else None,
    )


def _pasted(text: str | None, kind: str) -> str | None:
    """Take the key out of an s3:// address, or a review's id out of its link."""
    read = pasted.read(text or "")
    return read.value if read.kind == kind else text


def _channel(target: Target, text: str) -> str:
    home = Home.of_function(target.output("StateMachineArn"))
    arn = channel_arn(pasted.read(text), home)
    remedy = f"List them with: framewarden channels list --all{target.option}"
    if arn is None:
        raise OperatorError(f"{text} is neither the id nor the ARN of a channel.", remedy)
    if elsewhere(arn, home, "channel"):
        raise OperatorError(f"{arn} is not of the account and region of {target.name}.", remedy)
    return arn


def _when(since: str | None, until: str | None) -> Span:
    now = datetime.now(UTC)
    end = _moment(until, now, "--until") if until else now + AHEAD
    return Span(_moment(since, now, "--since") if since else end - AS_FAR_BACK, end)


def _moment(text: str, now: datetime, option: str) -> datetime:
    with suppress(ValueError, OverflowError):
        return now - timedelta(seconds=parse_duration(text))
    with suppress(ValueError):
        return parse(text)
    raise typer.BadParameter(
        f"{text} is no time: write how long ago (90s, 10m, 2h, 3d), or a moment in ISO 8601.",
        param_hint=option,
    )
