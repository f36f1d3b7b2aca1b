"""Word what owners are told of a stop and of its end: what, where, why, and how to undo it."""

import re
from typing import Any

from framewarden.domain.plain_text import one_line, table

Document = dict[str, Any]

STOPPED = {
    "stop_stream": "A live stream was stopped and verified offline.",
    "stop_channel": "A live channel was stopped and verified offline.",
    "slate": "A live channel was switched to its slate; its own picture is verified off air.",
}
STOPPED_AGAIN = "A channel that is kept off came back, and was stopped again."
# What became of an IVS channel's stream key.
KEYS = {
    "revoked": "revoked; reinstating makes a fresh one",
    "kept": "kept",
    "denied": "could not be revoked: permission is missing",
}
FRESH_KEY = "a fresh one was made; the streamer needs it (GetStreamKey shows it)"
REINSTATED = {
    "stop_stream": "its streamer may go live again",
    "stop_channel": "the channel was started again",
    "slate": "switched back from the slate",
}


def stop_notice(
    stop: Document, frame: Document | None, why: str, again: bool = False
) -> tuple[str, str]:
    """Return subject and text of the word that a stream was stopped, and how to undo it.

    An order has no frame. `again`: the channel was kept off already, and had come back.
    """
    arn, action = stop["channel_arn"], stop["action"]
    subject = f"{'stopped again' if again else 'stopped'}: {_name(arn, frame)}"
    facts = {
        "Why": why,
        "Channel": arn,
        "Session": stop["stream_id"],
        "Frame": frame["key"] if frame else None,
        "Accepted": stop["accepted_at"],
        "Off air": stop["stopped_at"],
        "Kept off": _kept_off(stop["banned_until"]),
        "Key": KEYS.get(stop["keys"]) if action == "stop_stream" else None,
    }
    undo = f"framewarden channels reinstate {arn} --by NAME"
    said = STOPPED_AGAIN if again else STOPPED.get(action, STOPPED["stop_stream"])
    return one_line(subject), "\n".join((said, "", *table(facts), "", "To undo it:", undo))


def reinstate_notice(
    channel_arn: str, by: str, keys: str | None, action: str | None
) -> tuple[str, str]:
    """Return subject and text of the word that a channel may be on air again.

    `keys` says whether there is a `fresh` key, `action` what the stop had done and is undone.
    """
    facts = {
        "By": by,
        "Channel": channel_arn,
        "Done": REINSTATED.get(str(action), "it is not kept off any more"),
        "Key": FRESH_KEY if keys == "fresh" else None,
    }
    said = "A channel was reinstated: it may be on air again."
    return one_line(f"reinstated: {_name(channel_arn)}"), "\n".join((said, "", *table(facts)))


def _kept_off(until: str | None) -> str:
    if until is None:
        return "no: another session may follow"
    end = "somebody reinstates it" if until == "until_reinstated" else until
    return f"until {end}; whatever comes back is stopped again"


def _name(channel_arn: str, frame: Document | None = None) -> str:
    """Return what people call a channel: its short id."""
    return str(frame["channel"]) if frame else re.split("[:/]", channel_arn)[-1]
