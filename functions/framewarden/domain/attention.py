"""Word what waits for somebody: a ban, a stop that failed or hangs, a channel unseen, a message."""

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from framewarden.domain.bans import stands
from framewarden.domain.batch_lists import of_review
from framewarden.domain.failures import MAYBE, stop_failure_words
from framewarden.domain.times import iso

Row = Mapping[str, Any]
Document = dict[str, Any]

UNTIL_REINSTATED = "until_reinstated"
RECORDING_FAILED = "recording_start_failure"


def ban_entry(ban: Row, now: datetime) -> Document | None:
    """Describe a ban that stands or is being lifted; None where it is over."""
    words = ban_words(ban, now)
    if words is None:
        return None
    name = short_id(ban["channel"])
    lifting = ban["status"] == "lifting"
    return {
        "channel_arn": ban["channel"],
        "status": ban["status"],
        "since": ban["since"],
        "until": end_of_ban(ban),
        "by": ban["by"],
        "says": f"the ban of {name} is {words}"
        if lifting
        else f"{name} is banned {words}, by {ban['by']}",
    }


def stop_entry(stop: Row, now: datetime) -> Document | None:
    """Describe a stop that failed or hangs; None where it is done, or under way."""
    words = stop_words(stop, now)
    if words is None:
        return None
    return {
        "channel_arn": stop["channel"],
        "session": stop["stream_id"],
        "status": stop["status"],
        "error": stop.get("error"),
        "since": stop["since"],
        "by": stop["by"],
        "says": f"{short_id(stop['channel'])}: {'; '.join(words)}",
    }


def unseen_entry(unseen: Row) -> Document:
    """Describe a live channel whose frames do not come."""
    return {
        "channel_arn": unseen["channel"],
        "session": unseen["session"],
        "reason": unseen["reason"],
        "since": unseen["since"],
        "last_frame_at": unseen.get("last_frame_at"),
        "says": f"{short_id(unseen['channel'])}: {unseen_trouble(unseen)}",
    }


def oldest_entry(review: Row, now: datetime) -> Document:
    """Describe the open review with the nearest deadline."""
    listed = of_review(review)
    return {
        "review_id": review["review_id"],
        "severity": review["severity"],
        "channel": listed.words if listed else review.get("channel"),
        "deadline": end_of(review["deadline"]),
        "seconds_left": int(review["deadline"]) - int(now.timestamp()),
    }


def undelivered_entry(row: Row) -> Document | None:
    """Describe a message that is tried again, by what it is, never by what it says."""
    if row.get("given_up_at"):
        return None
    attempts = row.get("attempts", 0)
    tried = f"tried {attempts} times ({row.get('last_error')})" if attempts else "new"
    words = f"{row['kind']} {row['id']} is not delivered yet: {tried}"
    return {**_message(row), "due": end_of(row["due"]), "says": words}


def given_up_entry(row: Row) -> Document | None:
    """Describe a message that is tried no more, in the same way."""
    if not row.get("given_up_at"):
        return None
    return {
        **_message(row),
        "given_up_at": row["given_up_at"],
        "expires_at": end_of(row["expires_at"]),
        "says": f"{row['kind']} {row['id']} was given up: {row.get('last_error')}",
    }


def _message(row: Row) -> Document:
    return {
        "id": row["id"],
        "kind": row["kind"],
        "attempts": row.get("attempts", 0),
        "last_error": row.get("last_error"),
    }


def short_id(channel_arn: str) -> str:
    """Return the last part of a channel's ARN, which people take for it."""
    return channel_arn.replace("/", ":").rpartition(":")[2]


def end_of(epoch: float) -> str:
    """Write epoch seconds as everywhere else."""
    return iso(datetime.fromtimestamp(epoch, UTC))


def end_of_ban(ban: Row) -> str:
    """Return when a ban ends or ended, or `until_reinstated`."""
    return UNTIL_REINSTATED if ban["until"] is None else end_of(ban["until"])


def ban_words(ban: Row | None, now: datetime) -> str | None:
    """Say how long a channel is kept off; None where it is not."""
    if ban is None:
        return None
    if ban["status"] == "lifting":
        return f"being lifted since {ban['lifted_at']} by {ban['lifted_by']}"
    if not stands(ban, now):
        return None
    return "until reinstated" if ban["until"] is None else f"until {end_of_ban(ban)}"


def hangs(stop: Row, now: datetime) -> bool:
    """Tell whether a stop began and nobody works on it any more."""
    return bool(stop["status"] == "stopping" and stop["lease_until"] < now.timestamp())


def stop_words(stop: Row, now: datetime) -> tuple[str, str] | None:
    """Say what is wrong with a stop, and what is true as long as nobody looks at its channel.

    None where it is done, or under way.
    """
    session = f"the stop of session {stop['stream_id']}"
    if hangs(stop, now):
        return f"{session} hangs: begun at {stop['begun_at']}, taken up by nobody", MAYBE
    if stop["status"] != "failed":
        return None
    what, still = stop_failure_words(stop.get("error"))
    return f"{session} failed at {stop['failed_at']}: {what}", still


def unseen_trouble(unseen: Row) -> str:
    """Say why nobody sees what a live channel shows."""
    if unseen["reason"] == RECORDING_FAILED:
        return f"live without a recording since {unseen['since']}: nobody looks at it"
    last = unseen.get("last_frame_at")
    since = f"the last came at {last}" if last else "none has come at all"
    return f"live, but its frames do not come ({since}): nobody looks at it"
