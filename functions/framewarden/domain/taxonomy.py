"""Know the 52 moderation labels of Rekognition's taxonomy 7 and read an answer by them.

The names and parents are AWS's (developer guide, *moderation-api*), matched without regard to case.
A label that is not among them is kept and judged by its parent: AWS adds labels without asking us.
"""

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from framewarden.domain.errors import AnalysisMalformedError

VERSION: Final = "7.0"


@dataclass(frozen=True, slots=True)
class Label:
    """One name of the taxonomy; level 1 is the category, level 3 the most particular."""

    name: str
    parent: str | None
    level: int


@dataclass(frozen=True, slots=True)
class Finding:
    """One label of an answer; `lineage` leads from its own name to its category."""

    name: str
    parent: str | None
    level: int
    confidence: float
    lineage: tuple[str, ...]

    @property
    def category(self) -> str:
        """Return the outermost name above the label, which for a known label is its level 1."""
        return self.lineage[-1]


def _read() -> dict[str, Label]:
    stored = json.loads(Path(__file__).with_name("taxonomy.json").read_text(encoding="utf-8"))
    labels = (Label(row["name"], row["parent"] or None, row["level"]) for row in stored)
    return {_folded(label.name): label for label in labels}


def _folded(name: str) -> str:
    return " ".join(name.split()).casefold()


_LABELS: Final = _read()
LABEL_NAMES: Final = tuple(label.name for label in _LABELS.values())
CATEGORIES: Final = tuple(label.name for label in _LABELS.values() if label.level == 1)


def find(name: str) -> Label | None:
    """Return the label of that name in any case, or None if the taxonomy has none."""
    return _LABELS.get(_folded(name))


def parent(name: str) -> str | None:
    """Return the name right above a label, None above a category or an unknown name."""
    label = find(name)
    return label.parent if label else None


def ancestors(name: str) -> tuple[str, ...]:
    """Return the names above a label, nearest first."""
    above = parent(name)
    return (above, *ancestors(above)) if above else ()


def nearest(name: str, among: Iterable[str] = LABEL_NAMES, cutoff: float = 0.5) -> str | None:
    """Return the word that looks most like a misspelt one, or None if none comes close."""
    from difflib import get_close_matches  # only an error message needs it: off the hot path

    folded = {_folded(word): word for word in among}
    found = get_close_matches(_folded(name[:100]), folded, n=1, cutoff=cutoff)
    return folded[found[0]] if found else None


def deepest(labels: object) -> tuple[Finding, ...]:
    """Return the findings of a raw answer, each counted once, the surest first.

    Rekognition repeats one finding on every level above it. A label goes when a label below it is
    at least as sure; a parent that is surer than everything below it has a finding of its own.

    Raises
    ------
    AnalysisMalformedError
        The list or one of its labels is not of Rekognition's shape.
    """
    returned = _returned(labels)
    findings = [_finding(name, returned) for name in returned]
    surest_below: dict[str, float] = {}
    for finding in findings:
        for above in finding.lineage[1:]:
            surest_below[above] = max(surest_below.get(above, -1.0), finding.confidence)
    kept = [f for f in findings if surest_below.get(f.name, -1.0) < f.confidence]
    return tuple(sorted(kept, key=lambda f: (-f.confidence, f.name)))


@dataclass(frozen=True, slots=True, order=True)
class _Returned:
    confidence: float
    parent: str
    level: int


def _returned(labels: object) -> dict[str, _Returned]:
    """Check the raw labels and key them by name, the surest where a name comes twice."""
    if not isinstance(labels, list | tuple):
        raise AnalysisMalformedError("the answer's labels are not a list")
    returned: dict[str, _Returned] = {}
    for raw in labels:
        if not isinstance(raw, Mapping):
            raise AnalysisMalformedError("a label of the answer is not an object")
        name, above, level = raw.get("Name"), raw.get("ParentName") or "", raw.get("TaxonomyLevel")
        if not isinstance(name, str) or not name.strip():
            raise AnalysisMalformedError("a label of the answer has no name")
        if not isinstance(above, str):
            raise AnalysisMalformedError("a label of the answer has a parent that is not a name")
        known_level = level if type(level) is int and level in (1, 2, 3) else 0
        read = _Returned(confidence_of(raw), _canonical(above), known_level)
        name = _canonical(name)
        returned[name] = max(read, returned.get(name, read))
    return returned


def _canonical(name: str) -> str:
    label = find(name)
    return label.name if label else " ".join(name.split())


def confidence_of(raw: Mapping[str, object]) -> float:
    """Return the confidence of a raw label or content type in per cent.

    Raises
    ------
    AnalysisMalformedError
        It is missing, not a number, or outside 0 to 100.
    """
    value = raw.get("Confidence")
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise AnalysisMalformedError("a confidence of the answer is not a number")
    if not 0 <= value <= 100:  # false for NaN as well
        raise AnalysisMalformedError("a confidence of the answer is outside 0 to 100")
    return float(value)


def _finding(name: str, returned: Mapping[str, _Returned]) -> Finding:
    lineage = _lineage(name, returned)
    label, answer = find(name), returned[name]
    level = label.level if label else answer.level or len(lineage)
    above = lineage[1] if len(lineage) > 1 else None
    return Finding(name, above, level, answer.confidence, lineage)


def _lineage(name: str, returned: Mapping[str, _Returned]) -> tuple[str, ...]:
    """Lead from a name to its category: by the taxonomy, or by the answer where it is unknown."""
    line = [name]
    while find(line[-1]) is None:
        answer = returned.get(line[-1])
        if answer is None or not answer.parent:
            return tuple(line)
        if answer.parent in line:  # each would count as the other's repetition, and both would go
            raise AnalysisMalformedError("a label of the answer is above itself")
        line.append(answer.parent)
    return (*line, *ancestors(line[-1]))
