"""Choose the frames that an adapter in the shadow is asked about, and see where it disagrees."""

from collections.abc import Mapping, Sequence
from hashlib import sha256
from typing import Any, Final

NAMED: Final = 50.0
"""From this confidence on, in per cent, a label counts as named; Rekognition's own default."""
BYTES: Final = 8

Answer = Mapping[str, Any]
Labels = dict[str, float]


def is_chosen(frame_id: str, share: float) -> bool:
    """Say whether a frame is one of the share (0 to 100 per cent) that the shadow is asked about.

    The same frame is chosen however often it comes, and with any larger share too.
    """
    place = int.from_bytes(sha256(b"shadow|" + frame_id.encode()).digest()[:BYTES], "big")
    return place * 100 < share * 256**BYTES


def is_readable(answer: Answer) -> bool:
    """Say whether an answer has a list of labels; one without says nothing."""
    return isinstance(answer.get("ModerationLabels"), list)


def difference(live: Answer, shadow: Answer) -> tuple[Labels, Labels] | None:
    """Return what each says of the labels that only one of them names; None where they agree.

    A label below the least confidence that was asked for is not in an answer, nor here.
    """
    ours, theirs = _labels(live), _labels(shadow)
    apart = sorted(_named(ours) ^ _named(theirs))
    return (_only(ours, apart), _only(theirs, apart)) if apart else None


def _labels(answer: Answer) -> Labels:
    return {str(found["Name"]): float(found["Confidence"]) for found in answer["ModerationLabels"]}


def _named(labels: Labels) -> set[str]:
    return {name for name, confidence in labels.items() if confidence >= NAMED}


def _only(labels: Labels, names: Sequence[str]) -> Labels:
    return {name: labels[name] for name in names if name in labels}
