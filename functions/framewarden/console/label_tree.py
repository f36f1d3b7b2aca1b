"""Hang each label of a review below its parents, as the taxonomy has them."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from framewarden.domain import taxonomy

Row = Mapping[str, Any]
Path = tuple[str, ...]


@dataclass(frozen=True)
class Branch:
    """One label of the three-tier tree; the ones above a finding carry no confidence.

    `index` is a finding's place in the review's row, `judged` what a person said about it:
    `confirm`, `deny`, or nothing yet.
    """

    name: str
    confidence: float | None
    index: int | None
    judged: str
    branches: tuple["Branch", ...]


def judged_of(row: Row) -> Mapping[str, str]:
    """Return what the person who decided said about each label."""
    judged = row.get("labels_judged") or {}
    said = {"confirm": judged.get("confirmed"), "deny": judged.get("denied")}
    return {str(name): choice for choice, names in said.items() for name in names or ()}


def tree_of(labels: Iterable[Row], judged: Mapping[str, str]) -> tuple[Branch, ...]:
    """Build the tree; the row does not hold a finding's parents, and the surest come first."""
    found: dict[Path, int | None] = {}
    rows = list(labels)
    for index in sorted(range(len(rows)), key=lambda at: -rows[at]["confidence"]):
        label = rows[index]
        above = taxonomy.ancestors(label["name"]) or tuple(filter(None, (label.get("parent"),)))
        path = (*reversed(above), str(label["name"]))
        for depth in range(1, len(path)):
            found.setdefault(path[:depth], None)
        found[path] = index
    return _branches((), found, rows, judged)


def _branches(
    above: Path, found: Mapping[Path, int | None], rows: list[Row], judged: Mapping[str, str]
) -> tuple[Branch, ...]:
    return tuple(
        Branch(
            name=path[-1],
            confidence=None if index is None else float(rows[index]["confidence"]),
            index=index,
            judged="" if index is None else judged.get(path[-1], ""),
            branches=_branches(path, found, rows, judged),
        )
        for path, index in found.items()
        if path[:-1] == above
    )
