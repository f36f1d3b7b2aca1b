"""Hold measured figures, and the bars that they must stay below."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from local.demo_report import percentile

FORMATS = {
    "s": "{:.3f} s",
    "ms": "{:.0f} ms",
    "MB": "{:.0f} MB",
    "kB": "{:.0f} kB",
    "x": "{:.2f} x",
    "": "{:g}",
}


@dataclass(frozen=True)
class Figure:
    """One measured number, under the name by which the README quotes it.

    `limit` is the bar, in the same unit: at most that much. None where there is no bar.
    """

    name: str
    value: float
    unit: str
    detail: str = ""
    limit: float | None = None

    @property
    def holds(self) -> bool | None:
        """Tell whether the figure stays within its bar; None where there is none."""
        return None if self.limit is None else self.value <= self.limit

    def document(self) -> dict[str, Any]:
        """Return it for JSON."""
        return {
            "value": round(self.value, 4),
            "unit": self.unit,
            "limit": self.limit,
            "holds": self.holds,
            "detail": self.detail,
        }

    def text(self, number: float | None) -> str:
        """Write a number in the figure's unit."""
        return "" if number is None else FORMATS[self.unit].format(number)


@dataclass(frozen=True)
class Section:
    """What one benchmark found; `notes` say how it was measured."""

    name: str
    title: str
    figures: list[Figure]
    notes: list[str] = field(default_factory=list)


def p(values: Sequence[float], share: float) -> float:
    """Return a percentile; `share` is 0..1.

    Raises
    ------
    ValueError
        Nothing was measured.
    """
    found = percentile(values, share)
    if found is None:
        raise ValueError("nothing was measured")
    return found


def spread(values: Sequence[float]) -> str:
    """Write the least, the middle and the most of some seconds."""
    return f"{len(values)} measured, {min(values):.3f} to {max(values):.3f} s"


def broken(sections: Sequence[Section]) -> list[Figure]:
    """Return the figures that are over their bars."""
    return [one for section in sections for one in section.figures if one.holds is False]
