"""Say which pictures of an incident are shown, and that one of them cannot be."""

from collections.abc import Sequence
from typing import TypeVar

# Rekognition takes no larger object (its guide, "Guidelines and quotas").
MOST_BYTES = 15 * 1024 * 1024

Kept = TypeVar("Kept")


class UnreadableError(Exception):
    """A picture cannot be shown; the message is what went wrong, in one word."""


def spread(kept: Sequence[Kept], most: int) -> list[Kept]:
    """Return at most so many of them (2 or more), spread evenly from the first to the last."""
    if len(kept) <= most:
        return list(kept)
    return [kept[step * (len(kept) - 1) // (most - 1)] for step in range(most)]
