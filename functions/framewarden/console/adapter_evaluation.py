"""Set an adapter's figures beside the base model's, label by label, and say what got worse."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from framewarden.console.adapter_drawing import errors

Row = Mapping[str, Any]
Tally = Mapping[str, Any]

FEWER, MORE, SAME = "fewer", "more", "same"
NONE = "none"
PLURAL = {"wrong finding": "wrong findings", "miss": "misses"}


@dataclass(frozen=True)
class Pair:
    """One figure of the base model and of the adapter; `turn` says which way it went."""

    base: str
    adapter: str
    turn: str


@dataclass(frozen=True)
class Line:
    """One label, or all of them together, as both models answered about it.

    `there` says in how many images the label is.
    """

    label: str
    there: str
    wrong: Pair
    missed: Pair
    precision: Pair
    recall: Pair


@dataclass(frozen=True)
class Compared:
    """What both models answered about the same images; `lines` by label, `whole` in sum."""

    images: int
    errors: Pair
    lines: tuple[Line, ...]
    whole: Line
    worse: tuple[str, ...]


def compare(about: Row, where: str) -> Compared:
    """Compare both models; `where` says of which images, such as `on the test images`."""
    labels = sorted(
        about["labels"], key=lambda one: (-errors(one["base"]), str(one["label"]).casefold())
    )
    return Compared(
        images=int(about["images"]),
        errors=_count(errors(about["base"]), errors(about["adapter"])),
        lines=tuple(_line(str(one["label"]), one) for one in labels),
        whole=_line("All labels", about),
        worse=tuple(_worse(labels, where)),
    )


def _line(label: str, one: Row) -> Line:
    base, adapter = one["base"], one["adapter"]
    return Line(
        label=label,
        there=f"{int(base['tp']) + int(base['fn']):,}",
        wrong=_count(int(base["fp"]), int(adapter["fp"])),
        missed=_count(int(base["fn"]), int(adapter["fn"])),
        precision=_share(_precision(base), _precision(adapter)),
        recall=_share(_recall(base), _recall(adapter)),
    )


def _worse(labels: Sequence[Row], where: str) -> Iterator[str]:
    """Say of each label what the adapter does worse than the base model."""
    for one in labels:
        base, adapter, label = one["base"], one["adapter"], one["label"]
        for name, what in (("fp", "wrong finding"), ("fn", "miss")):
            before, after = int(base[name]), int(adapter[name])
            if after > before:
                several = what if after == 1 else PLURAL[what]
                yield f"{label}: {after:,} {several} {where}, where the base model has {before:,}."


def _count(base: int, adapter: int) -> Pair:
    return Pair(f"{base:,}", f"{adapter:,}", _turn(base, adapter))


def _share(base: float | None, adapter: float | None) -> Pair:
    turn = SAME if base is None or adapter is None else _turn(base, adapter)
    return Pair(_percent(base), _percent(adapter), turn)


def _turn(base: float, adapter: float) -> str:
    if base == adapter:
        return SAME
    return FEWER if adapter < base else MORE


def _precision(tally: Tally) -> float | None:
    return _part(int(tally["tp"]), int(tally["fp"]))


def _recall(tally: Tally) -> float | None:
    return _part(int(tally["tp"]), int(tally["fn"]))


def _part(one: int, other: int) -> float | None:
    return one / (one + other) if one + other else None


def _percent(share: float | None) -> str:
    return NONE if share is None else f"{100 * share:.0f} %"
