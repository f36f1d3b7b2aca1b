"""Word what chat rooms are told: a code for viewers, what was found for moderators."""

import json
from typing import Any, Final

from framewarden.domain.batch_lists import of_review

Document = dict[str, Any]
Attributes = dict[str, str]

REVIEW_OPENED: Final = "review_opened"
# "The maximum length of the metadata is 1 KB total" (IVS Chat API, SendEvent). It is measured here
# as the JSON that goes over the wire, which is never shorter than the names and values alone.
MOST_BYTES: Final = 1024
# A channel is named by whoever configures its frames: long names must leave room for labels.
LONGEST_TEXT: Final = 100


def event_name(code: str) -> str:
    """Return the name of the event that carries a code."""
    return f"moderation:{code}"


def viewers_attributes(code: str) -> Attributes:
    """Tell viewers what happened, and nothing of what was seen."""
    return {"v": "1", "code": code}


def review_attributes(review: Document) -> Attributes:
    """Tell moderators of an open review; of its labels as many as fit, the strongest first."""
    listed = of_review(review)
    told = {
        "v": "1",
        "code": REVIEW_OPENED,
        "review_id": review["review_id"],
        "severity": review["severity"],
        "channel": _short(review["channel"]),
        **({"images": str(listed.images)} if listed else {}),
        "category": _short(review.get("category") or "unscreened"),
    }
    found = sorted(review.get("labels") or [], key=lambda label: -label["confidence"])
    labels = [{"name": one["name"], "confidence": round(one["confidence"], 1)} for one in found]
    while not _fits(told | {"labels": _compact(labels)}):
        labels.pop()
    return told | {"labels": _compact(labels)}


def size_of(attributes: Attributes) -> int:
    """Return how many bytes attributes take."""
    return len(json.dumps(attributes, separators=(",", ":")).encode())


def _fits(attributes: Attributes) -> bool:
    return size_of(attributes) <= MOST_BYTES


def _compact(labels: list[Document]) -> str:
    return json.dumps(labels, separators=(",", ":"), ensure_ascii=False)


def _short(text: str) -> str:
    """Keep a text on one line, plain and short: whatever it was, the event fits without labels."""
    plain = text.encode("ascii", "replace").decode()[:LONGEST_TEXT]
    return "".join(char if char.isprintable() else " " for char in plain)
