"""Order the five words for how much a finding matters."""

from collections.abc import Iterable
from typing import Final, Literal

Severity = Literal["none", "low", "medium", "high", "critical"]

SEVERITIES: Final[tuple[Severity, ...]] = ("none", "low", "medium", "high", "critical")
REVIEWED: Final[tuple[Severity, ...]] = ("medium", "high", "critical")
"""What a person looks at, or has to undo; the rest is archived without a look."""


def rank(severity: str) -> int:
    """Return the place of a severity, 0 for `none` to 4 for `critical`.

    Raises
    ------
    ValueError
        The word is not one of the five.
    """
    if severity not in SEVERITIES:
        raise ValueError(f"{severity!r} is no severity; they are {', '.join(SEVERITIES)}")
    return SEVERITIES.index(severity)


def at_least(severity: str, floor: str) -> bool:
    """Say whether a severity is the floor or above it."""
    return rank(severity) >= rank(floor)


def strongest(severities: Iterable[Severity]) -> Severity:
    """Return the strongest of the severities, `none` if there is none at all."""
    return max(severities, key=rank, default="none")
