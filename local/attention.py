"""Find what of channels and messages waits for somebody: one line each, with its remedy."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from framewarden.domain.bans import stands
from local.channel_rows import BAN, UNSEEN, open_rows
from local.channel_words import (
    RECORDING_FAILED,
    ban_words,
    end_of,
    end_of_ban,
    stop_trouble,
    unseen_trouble,
)
from local.channels import short_id
from local.errors import OperatorError
from local.tables import Row, scan
from local.target import Target

Document = dict[str, Any]
# What `healthy` does not survive; a ban, and a message that is tried again, are in order.
WRONG = ("failed_stops", "unseen", "given_up")
KINDS = ("bans", *WRONG, "undelivered")
UNKNOWN: Document = dict.fromkeys(KINDS)
# Of an entry like another each is a problem of its own, but a screen of them helps nobody.
NAMED = 10
RETRIES = "It is tried again by itself; if it stays, mend what the error names."
WHAT_FAILED = {
    "chat": "Correct the room (policy, or the channel's tags) or what the stack may send there.",
    "callback": "Look at its review and its execution.",
}
TOPIC = "Look at the topic of the output NoticeTopicArn and what the stack may send there."


def needed(target: Target, now: datetime) -> tuple[Document, list[str]]:
    """Return the entries of `status --json`, and what of them is a problem.

    Where the stack is too old to be asked, the entries are null and that is the problem.
    """
    try:
        bans = [_ban(row, target, now) for row in open_rows(target, BAN) if _matters(row, now)]
        stops = [_stop(row, words, target) for row in open_rows(target, "stop")
                 if (words := stop_trouble(row, now))]  # fmt: skip
        unseen = [_unseen(row, target) for row in open_rows(target, UNSEEN)]
    except OperatorError as reason:
        return dict(UNKNOWN), [str(reason)]
    messages = sorted(
        scan(target.client("dynamodb"), target.output("OutboxTable")), key=lambda row: row["due"]
    )
    given_up = [_given_up(row, target) for row in messages if row.get("given_up_at")]
    found: Document = {
        "bans": bans,
        "failed_stops": stops,
        "unseen": unseen,
        "given_up": given_up,
        "undelivered": [_undelivered(row) for row in messages if not row.get("given_up_at")],
    }
    return found, [line for kind in WRONG for line in _named(found[kind], kind)]


def _named(entries: list[Document], kind: str) -> list[str]:
    lines = [f"{entry['says']}. {entry['remedy']}" for entry in entries[:NAMED]]
    if len(entries) > NAMED:
        what = kind.replace("_", " ")
        lines.append(f"{len(entries) - NAMED} more {what}; see all with --json")
    return lines


def _matters(ban: Row, now: datetime) -> bool:
    return ban["status"] == "lifting" or stands(ban, now)


def _ban(ban: Row, target: Target, now: datetime) -> Document:
    name, words = short_id(ban["channel"]), ban_words(ban, now)
    lifting = ban["status"] == "lifting"
    says = (
        f"the ban of {name} is {words}" if lifting else f"{name} is banned {words}, by {ban['by']}"
    )
    return {
        "channel_arn": ban["channel"],
        "status": ban["status"],
        "since": ban["since"],
        "until": end_of_ban(ban),
        "by": ban["by"],
        "says": says,
        "remedy": f"Lift it with: framewarden channels reinstate {name}{target.option}",
    }


def _stop(stop: Row, words: str, target: Target) -> Document:
    name = short_id(stop["channel"])
    return {
        "channel_arn": stop["channel"],
        "session": stop["stream_id"],
        "status": stop["status"],
        "error": stop.get("error"),
        "since": stop["since"],
        "by": stop["by"],
        "says": f"{name}: {words}",
        "remedy": f"Stop it again with: framewarden channels stop {name}{target.option}",
    }


def _unseen(unseen: Row, target: Target) -> Document:
    name = short_id(unseen["channel"])
    recording = "Let its encoder connect anew"
    capture = f"Find out why with: framewarden doctor{target.option}"
    look = recording if unseen["reason"] == RECORDING_FAILED else capture
    return {
        "channel_arn": unseen["channel"],
        "session": unseen["session"],
        "reason": unseen["reason"],
        "since": unseen["since"],
        "last_frame_at": unseen.get("last_frame_at"),
        "says": f"{name}: {unseen_trouble(unseen)}",
        "remedy": f"{look}; or stop it: framewarden channels stop {name}{target.option}",
    }


def _message(row: Row) -> Document:
    """Describe a message by what it is and why it was not delivered, never by what it says."""
    return {
        "id": row["id"],
        "kind": row["kind"],
        "attempts": row.get("attempts", 0),
        "last_error": row.get("last_error"),
    }


def _undelivered(row: Row) -> Document:
    tried = f"tried {row['attempts']} times ({row.get('last_error')})" if row["attempts"] else "new"
    words = f"{row['kind']} {row['id']} is not delivered yet: {tried}"
    return {**_message(row), "due": end_of(row["due"]), "says": words, "remedy": RETRIES}


def _given_up(row: Row, target: Target) -> Document:
    key = f'{{"id": {{"S": "{row["id"]}"}}}}'
    forget = (
        f"Forget it with: aws dynamodb delete-item --table-name {target.output('OutboxTable')} "
        f"--key '{key}' --region {target.region}"
    )
    return {
        **_message(row),
        "given_up_at": row["given_up_at"],
        "expires_at": end_of(row["expires_at"]),
        "says": f"{row['kind']} {row['id']} was given up: {row.get('last_error')}",
        "remedy": f"{WHAT_FAILED.get(row['kind'], TOPIC)} {forget}",
    }
