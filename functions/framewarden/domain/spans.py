"""Write durations for people."""

from typing import Final

UNITS: Final = ((86_400, "d"), (3_600, "h"), (60, "min"), (1, "s"))
# Below this a tenth of a second says something.
FINE: Final = 9.95


def span(seconds: int) -> str:
    """Spell a duration in its two largest units, such as `4 min 12 s`."""
    rest = seconds
    parts: list[tuple[int, str]] = []
    for size, unit in UNITS:
        amount, rest = divmod(rest, size)
        if amount or (parts and len(parts) < 2):
            parts.append((amount, unit))
        if len(parts) == 2:
            break
    return " ".join(f"{amount} {unit}" for amount, unit in parts if amount) or "0 s"


def lasted(seconds: float) -> str:
    """Spell a measured duration: `0.4 s`, and from ten seconds on as `span` does."""
    return f"{seconds:.1f} s" if seconds < FINE else span(round(seconds))
