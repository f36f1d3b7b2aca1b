"""Say how an adapter stands, and what to do about it: at the desk and at a terminal alike."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from framewarden.aws.adapter_health import GONE
from framewarden.console.outcome_words import Status
from framewarden.domain import adapters

Row = Mapping[str, Any]

STATUSES = {
    adapters.COLLECTING: Status("collecting its examples", "▸"),
    adapters.TRAINING: Status("being trained", "▸"),
    adapters.PASSED: Status("passed the gate", "✓"),
    adapters.REFUSED: Status("refused by the gate", "✕"),
    adapters.NOT_READY: Status("not trained: too few examples", "○"),
    adapters.FAILED: Status("failed", "✕"),
    adapters.LATE: Status("late", "!"),
}
# Why an image that somebody judged is no example, and what would make it one.
LEFT_OUT = {
    "contradiction": ("people said different things of it", "Settle it where it was judged."),
    "unknown_label": (
        "its label is not of the taxonomy that is known here",
        "Judge it by a label of the taxonomy.",
    ),
    "hold": ("it is on hold", "`framewarden adapter release` ends a hold."),
    "overturned": ("its decision was overturned", "Nothing is to be done: it must not teach."),
    "unjudged": (
        "a label that is trained was found, and nobody said whether it is right",
        "Say so where the others were judged.",
    ),
    "surplus": ("10,000 newer ones are there", "Nothing is to be done."),
    "gone": ("its picture is not there any more", "Nothing can be done: the picture has expired."),
}
ACTS = {
    "promote": "promoted",
    "rollback": "rolled back to",
}
BASE_MODEL = "the base model"
UNCHANGED = "What is live is as it was."
ENDED = {adapters.EXPIRED: "has expired", GONE: "is not known to Rekognition any more"}


@dataclass(frozen=True)
class Standing:
    """How an adapter stands, in a sentence, and what somebody can do about it.

    `tone` chooses a notice's look: plain, warning or danger.
    """

    says: str
    remedy: str = ""
    tone: str = "plain"


def status_words(row: Row) -> Status:
    """Say how an adapter stands; a status that is not foreseen here by its own name."""
    return STATUSES.get(row["status"]) or Status(str(row["status"]), "?")


def standing(row: Row) -> Standing:
    """Say how an adapter stands, and what to do about it."""
    status = row["status"]
    if status == adapters.COLLECTING:
        return Standing("What people said of pictures is being read, split and written.")
    if status == adapters.TRAINING:
        return Standing(f"Rekognition trains it. It is given {hours(row)}. {UNCHANGED}")
    if status == adapters.PASSED:
        return Standing("It makes fewer errors than the base model, and misses no label more.")
    if status == adapters.REFUSED:
        return Standing(
            "It is trained, and may not be promoted: it is not better than the base model. "
            f"{UNCHANGED}",
            "Judge more pictures, above all of the labels that the gate names, and train another.",
            "warning",
        )
    if status == adapters.NOT_READY:
        return Standing(
            f"Nothing was trained: its examples lack something. {UNCHANGED}",
            "Judge what is lacking, then train it again under its name.",
            "warning",
        )
    if status == adapters.LATE:
        return Standing(
            f"It was not trained within {hours(row)}, and nobody waits for it now. {UNCHANGED}",
            "Train it again under its name: that goes on waiting for the same training.",
            "warning",
        )
    failure = row.get("failure") or {}
    return Standing(
        f"{sentence(failure.get('message') or 'No reason was kept')} {UNCHANGED}",
        sentence(failure.get("remedy") or "Train it again under its name"),
        "danger",
    )


def hours(row: Row) -> str:
    """Say how many hours a training is given."""
    given = int(row["hours"])
    return f"{given} hour" if given == 1 else f"{given} hours"


def sentence(text: Any) -> str:
    """Begin with a capital and end with a full stop, or as it ends."""
    words = str(text).strip()
    return words[:1].upper() + words[1:] + ("" if words.endswith((".", "?", "!")) else ".")


def event_words(event: Row) -> str:
    """Say what somebody changed; `name` is what it was changed to, None is the base model."""
    if event["act"] == "shadow":
        if not event.get("name"):
            return f"ended the shadow of {named(event.get('was'))}"
        share = f" for {float(event['share']):g} % of the frames" if event.get("share") else ""
        return f"put {event['name']} into the shadow{share}"
    act = ACTS.get(str(event["act"]), str(event["act"]))
    return f"{act} {named(event.get('name'))}"


def named(name: Any) -> str:
    """Return an adapter's name; none stands for the base model."""
    return str(name or BASE_MODEL)


def expiry_words(health: Row | None, arn: str | None) -> Standing | None:
    """Say what Rekognition says of the live adapter; None where all is well, or nobody asked.

    `health` is what was noted of the adapter that was live when it was looked at.
    """
    if health is None or arn is None or health.get("arn") != arn:
        return None
    status = health.get("status")
    anew = "Train one anew, and promote it if it passes."
    if status == adapters.DEPRECATED:
        day = str(health.get("expires_from") or "")[:10]
        until = f"on {day} at the earliest" if day else f"{adapters.GRACE_DAYS} days later or more"
        return Standing(
            "Rekognition has a newer base model, and this adapter is deprecated: it goes on "
            f"answering, and expires {until}.",
            anew,
            "warning",
        )
    if status in (None, adapters.COMPLETED):
        return None
    how = ENDED.get(str(status)) or f"is {str(status).replace('_', ' ').lower()} at Rekognition"
    return Standing(
        f"This adapter {how}: the base model answers in its place.",
        f"Roll back, so that this is said plainly. {anew}",
        "danger",
    )
