"""Say what each decision does: on a button, as a default, and once it has been taken."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from framewarden.domain.batch_lists import of_review


@dataclass(frozen=True)
class Decision:
    """One decision in words; `tone` chooses the button's look."""

    button: str
    effect: str
    default: str
    done: str
    tone: str = "plain"


STREAM = {
    "allow": Decision(
        "Allow",
        "The stream goes on.",
        "the stream goes on, and its frames count as not looked at",
        "Allowed: the stream goes on.",
    ),
    "stop": Decision(
        "Stop the stream",
        "Ends it now. The policy decides about a ban.",
        "the stream is stopped",
        "Stop the stream.",
        "danger",
    ),
    "uphold": Decision(
        "Uphold the stop",
        "It was right: the stop and its ban stay.",
        "the stop stands",
        "The stop stands.",
    ),
    "reinstate": Decision(
        "Reinstate",
        "It was wrong: the ban is lifted, and the channel may go live again.",
        "the channel may go live again",
        "Reinstated: the channel may go live again.",
        "danger",
    ),
}
STILL = {
    "allow": Decision(
        "Allow",
        "The image may be shown.",
        "the image is let through, and counts as not looked at",
        "Allowed: the image may be shown.",
    ),
    "block": Decision(
        "Block the image",
        "The image must not be shown.",
        "the image is blocked",
        "Blocked: the image must not be shown.",
        "danger",
    ),
}
LISTED = {
    "allow": Decision(
        "Allow the rest",
        "The images of the list that nobody decided may be shown.",
        "the images that nobody decided are let through, and count as not looked at",
        "Allowed: the images that nobody decided may be shown.",
    ),
    "block": Decision(
        "Block the rest",
        "The images of the list that nobody decided must not be shown.",
        "the images that nobody decided are blocked",
        "Blocked: the images that nobody decided must not be shown.",
        "danger",
    ),
}
EITHER = {
    "escalate": Decision(
        "Pass it on",
        "Asks a lead, with a new deadline.",
        "a lead is asked",
        "Passed on to a lead.",
    ),
}
# The key that puts the focus on a decision's button; Enter presses it.
KEYS = {
    "allow": "a",
    "stop": "s",
    "block": "b",
    "uphold": "u",
    "reinstate": "r",
    "escalate": "e",
}


def words_of(decision: str, *, stream: bool) -> Decision:
    """Return the words of a decision about a stream or about a still."""
    mine, others = (STREAM, STILL) if stream else (STILL, STREAM)
    found = mine.get(decision) or EITHER.get(decision) or others.get(decision)
    return found or Decision(decision, "", decision, decision)


def words_for(review: Mapping[str, Any], decision: str) -> Decision:
    """Return the words of a decision about a review: of a stream, a still, or a batch's list."""
    if of_review(review) is not None and decision in LISTED:
        return LISTED[decision]
    return words_of(decision, stream=bool(review.get("channel_arn")))


def sentences(*texts: str) -> str:
    """Begin each with a capital and end it with a full stop, or as it ends."""
    begun = (text[:1].upper() + text[1:] for text in texts)
    return " ".join(text if text.endswith("?") else f"{text}." for text in begun)
