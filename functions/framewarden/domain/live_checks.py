"""Count how both models judge the last live decisions that no adapter has learned from."""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from framewarden.domain import taxonomy
from framewarden.domain.evaluations import Comparison, Pair, Tally, summed

Document = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Asked:
    """One picture: which labels people saw in it, and which ones the two models found."""

    present: Collection[str]
    base: Collection[str]
    adapter: Collection[str]


@dataclass(frozen=True, slots=True)
class LiveCheck:
    """Both models on the live decisions; `missed` of the `images` nobody could ask about."""

    images: int
    missed: int
    comparison: Comparison

    def document(self) -> Document:
        """Return what an adapter's row keeps of it."""
        return {"images": self.images, "missed": self.missed, **self.comparison.document()}


def found_in(answer: Mapping[str, Any], threshold: float) -> frozenset[str]:
    """Return every label of a raw answer at or above a threshold, and the labels above those.

    Raises
    ------
    AnalysisMalformedError
        The answer is not of Rekognition's shape.
    """
    findings = taxonomy.deepest(answer.get("ModerationLabels"))
    return frozenset(
        name for finding in findings if finding.confidence >= threshold for name in finding.lineage
    )


def count(
    asked: Iterable[Asked], images: int, labels: Iterable[str], threshold: float
) -> LiveCheck:
    """Count hits and errors of both models for each label that is trained."""
    kept = list(asked)
    pairs = {
        label: Pair(
            _tally(label, ((one.present, one.base) for one in kept)),
            _tally(label, ((one.present, one.adapter) for one in kept)),
        )
        for label in sorted(labels)
    }
    comparison = Comparison(threshold, summed(pairs.values()), pairs)
    return LiveCheck(images, images - len(kept), comparison)


def _tally(label: str, judged: Iterable[tuple[Collection[str], Collection[str]]]) -> Tally:
    both = [(label in present, label in found) for present, found in judged]
    return Tally(
        tp=both.count((True, True)),
        tn=both.count((False, False)),
        fp=both.count((False, True)),
        fn=both.count((True, False)),
    )
