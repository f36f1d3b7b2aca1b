"""Order a stop, a ban or a reinstatement, and wait until it is known what came of it."""

from __future__ import annotations

import json
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from secrets import token_urlsafe
from typing import Any

from botocore.exceptions import ClientError

from framewarden.console.form import NAME_LENGTH, NOTE_LENGTH
from framewarden.domain.attention import ban_words
from framewarden.domain.failures import stop_failure_words
from framewarden.domain.times import iso
from framewarden.ordering import execution_of
from local.channel_link import Wish
from local.channel_rows import Memory, memory_of
from local.channel_words import live_words, still_true, troubles
from local.channels import Channel
from local.errors import OperatorError
from local.live import Live, Unknown, look
from local.tables import Row
from local.target import Target

DONE, FAILED, UNDER_WAY = 0, 1, 4
LOOK_EVERY_SECONDS = 0.5
DEAD = frozenset({"FAILED", "TIMED_OUT", "ABORTED"})

Document = dict[str, Any]


@dataclass(frozen=True)
class Outcome:
    """What came of an order: the exit code, in a word, in sentences, and the record's facts."""

    code: int
    status: str
    says: list[str]
    facts: Document


def send(target: Target, channel: Channel, wish: Wish) -> str:
    """Start an order's execution as whoever is signed in to AWS here; return its name.

    CloudTrail keeps who that was; no link and no key of the pages is needed.

    Raises
    ------
    OperatorError
        Name or note are longer than the pages take them.
    """
    for what, given, most in (("name", wish.by, NAME_LENGTH), ("note", wish.note, NOTE_LENGTH)):
        if len(given) > most:
            raise OperatorError(
                f"The {what} has {len(given)} characters. Nothing was ordered.",
                f"Shorten it to {most}.",
            )
    order = {
        "action": wish.action,
        "channel_arn": channel.arn,
        "channel": channel.id,
        "session": wish.session,
        "by": wish.by,
        "via": "terminal",
        "note": wish.note,
        "at": iso(datetime.now(UTC)),
    }
    # Whoever orders twice at a terminal means it twice.
    name, document = execution_of(order, token_urlsafe())
    target.client("stepfunctions").start_execution(
        stateMachineArn=target.output("OrderMachineArn"), name=name, input=json.dumps(document)
    )
    return name


def await_record(
    target: Target,
    channel: Channel,
    order: str,
    timeout: float,
    sleep: Callable[[float], None] = time.sleep,
) -> Row | None:
    """Wait until the record of an order is written; None where it is not after `timeout` s."""
    end = time.monotonic() + timeout
    while True:
        act = memory_of(target, channel.arn).act(order)
        if act or time.monotonic() >= end:
            return act
        sleep(LOOK_EVERY_SECONDS)


def outcome(target: Target, channel: Channel, wish: Wish, order: str, act: Row | None) -> Outcome:
    """Say what happened and what is still true, as it is now."""
    now = datetime.now(UTC)
    memory, live = memory_of(target, channel.arn), look(target, channel)
    if act is None:
        code, status, what = _unfinished(target, order)
    else:
        code, what = _happened(wish, act, memory, live)
        status = str(act["status"])
    facts = {name: (act or {}).get(name) for name in ("result", "error", "session", "ended_at")}
    facts["live"] = live.document() if isinstance(live, Live) else None
    says = [what, *_kept_off(channel, wish, memory, now), f"Now {live_words(live)}."]
    says += [f"To look at: {words}." for words in troubles(memory, live, now)]
    return Outcome(code, status, says, facts)


def _happened(wish: Wish, act: Row, memory: Memory, live: Live | Unknown | None) -> tuple[int, str]:
    result = act.get("result")
    if act["status"] != "done":
        what, still = stop_failure_words(act.get("error"))
        still = still_true(act.get("session"), live, still)
        # What is still true of a stop that failed; a reinstatement changes nothing on air.
        rest = "" if wish.action == "reinstate" else f"; {still}"
        return FAILED, f"Failed: {what}{rest}."
    if result == "stopped":
        return DONE, f"Done: {_stopped(memory, act)}."
    if result == "already_offline" and wish.session:
        return DONE, f"Nothing had to be stopped: session {wish.session} was not on air."
    if result == "already_offline" and wish.action == "stop" and isinstance(live, Live):
        return FAILED, "Nothing was stopped: what was on air had ended, and something else began."
    if result == "already_offline":
        return DONE, "Nothing had to be stopped: nothing of it was on air."
    if result == "reinstated":
        return DONE, "Done: it is reinstated and may go live again."
    if result == "not_banned":
        return DONE, "Nothing had to be undone: no ban and no stop stood."
    return FAILED, f"Not done: {str(result).replace('_', ' ')}."


def _stopped(memory: Memory, act: Row) -> str:
    """Say which session ended, and when; its stop row knows it better than the record."""
    session = act.get("session")
    stop = next((row for row in memory.stops if row["stream_id"] == session), {})
    end = "is replaced by the slate" if stop.get("action") == "slate" else "is off the air"
    return f"session {session} {end} since {stop.get('stopped_at') or act['ended_at']}"


def _unfinished(target: Target, order: str) -> tuple[int, str, str]:
    """Tell an order that takes its time from one whose execution has died."""
    machine = target.output("OrderMachineArn")
    arn = f"{machine.replace(':stateMachine:', ':execution:')}:{order}"
    try:
        status = target.client("stepfunctions").describe_execution(executionArn=arn)["status"]
    except ClientError:  # whoever orders need not be allowed to look at it
        status = "unknown"
    if status in DEAD:
        return FAILED, "failed", f"Failed: the execution {order} ended as {status}."
    return UNDER_WAY, "under_way", f"Still under way: {order}."


def _kept_off(channel: Channel, wish: Wish, memory: Memory, now: datetime) -> list[str]:
    """Say what keeps the channel off: its ban, its key."""
    ban, banned = memory.ban, ban_words(memory.ban, now)
    told = [f"Banned: {banned}." if banned else "Not banned: it may go live."]
    keys = (ban or {}).get("keys")
    if keys == "revoked":
        told.append("Its stream key is deleted; its encoder needs the new one of a reinstatement.")
    elif keys == "denied":
        told.append("Its stream key could not be deleted: the stack has no permission to.")
    elif keys == "fresh" and wish.action == "reinstate":
        told.append(
            "It has a new stream key for its encoder: aws ivs list-stream-keys --channel-arn "
            f"{channel.arn}, then aws ivs get-stream-key --arn KEY"
        )
    return told
