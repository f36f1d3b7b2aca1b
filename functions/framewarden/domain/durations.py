"""Read and write the durations of a policy: `90s`, `5m`, `4h`, `2d` or whole seconds."""

from typing import Final

SECONDS_PER_UNIT: Final = {"s": 1, "m": 60, "h": 3_600, "d": 86_400}
FORMS: Final = "whole seconds such as 90, or text such as 90s, 5m, 4h or 2d"
MAX_DIGITS: Final = 9


def parse_duration(value: object) -> int:
    """Return a duration in seconds.

    Raises
    ------
    ValueError
        The value is of no form that a duration has, or negative.
    """
    if isinstance(value, str):
        digits, unit = value[:-1], value[-1:]
        if unit in SECONDS_PER_UNIT and _is_count(digits):
            return int(digits) * SECONDS_PER_UNIT[unit]
    elif isinstance(value, int) and not isinstance(value, bool) and 0 <= value < 10**MAX_DIGITS:
        return value
    raise ValueError(f"a duration is {FORMS}")


def format_duration(seconds: int) -> str:
    """Return seconds in the largest unit that holds them whole, as a policy would say it."""
    for unit in ("d", "h", "m"):
        if seconds and seconds % SECONDS_PER_UNIT[unit] == 0:
            return f"{seconds // SECONDS_PER_UNIT[unit]}{unit}"
    return f"{seconds}s"


def _is_count(text: str) -> bool:
    return text.isascii() and text.isdigit() and len(text) <= MAX_DIGITS
