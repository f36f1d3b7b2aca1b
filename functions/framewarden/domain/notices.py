"""Word what owners are told: what, where, how sure, when, and the link; never the picture."""

import re
from typing import Any

from framewarden.domain.failures import stop_failure_words

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


def review_notice(review: Document, link: str, deadline: str, rung: int) -> tuple[str, str]:
    """Return subject and text of the call for a decision."""
    urgency = "ESCALATED: " if rung else ""
    what = _strongest(review)
    subject = _line(f"{urgency}{review['severity']}: {what} on {review['channel']}")
    facts = {
        "What": what,
        "Stop": _stop_failure(review),
        "Severity": review["severity"],
        "Where": review.get("channel_arn") or review["channel"],
        "Frame": review["frame"]["key"],
        "Seen": review["opened_at"],
        "Decide by": f"{deadline}; after that: {review['default']}",
        "Review": review["review_id"],
    }
    said = f"{urgency}{_question(review)}"
    ask = "Look and decide (the link alone decides nothing):"
    return subject, "\n".join((said, "", *_table(facts), "", ask, link))


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
    return _line(subject), "\n".join((said, "", *_table(facts), "", "To undo it:", undo))


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
    return _line(f"reinstated: {_name(channel_arn)}"), "\n".join((said, "", *_table(facts)))


def _question(review: Document) -> str:
    if review.get("stop_failed"):
        _, still = stop_failure_words(review.get("stop_error"))
        return f"The stop of this channel failed; {still}. A person is asked to decide."
    if review.get("breaker_open"):
        return (
            "The stream is still on air: more were to be stopped than the policy allows by itself. "
            "A person is asked to decide."
        )
    if review.get("asks") == "confirm":
        return "The stream was stopped. A person is asked whether that stands."
    return "A person is asked to decide."


def _strongest(review: Document) -> str:
    labels = review.get("labels") or []
    if not labels:
        return str(review.get("category") or "not analysed")
    best = max(labels, key=lambda label: label["confidence"])
    return f"{best['name']} {best['confidence']:.1f} %"


def _stop_failure(review: Document) -> str | None:
    if not review.get("stop_failed"):
        return None
    happened, _ = stop_failure_words(review.get("stop_error"))
    return f"failed: {happened}"


def _kept_off(until: str | None) -> str:
    if until is None:
        return "no: another session may follow"
    end = "somebody reinstates it" if until == "until_reinstated" else until
    return f"until {end}; whatever comes back is stopped again"


def _name(channel_arn: str, frame: Document | None = None) -> str:
    """Return what people call a channel: its short id."""
    return str(frame["channel"]) if frame else re.split("[:/]", channel_arn)[-1]


def _table(facts: dict[str, str | None]) -> list[str]:
    """Write a line for each fact that there is."""
    return [f"{name:<11}{_line(fact)}" for name, fact in facts.items() if fact]


def _line(text: str) -> str:
    """Keep a text on one line: an object's key may hold anything, and a subject must not break."""
    return "".join(char if char.isprintable() else " " for char in str(text))
