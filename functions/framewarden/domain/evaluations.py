"""Read the evaluation of an adapter as Rekognition writes it, and refuse what it does not say.

Its shape is of the developer guide, *Evaluating and improving your adapter*. A member that is
missing or impossible makes the whole evaluation unreadable: nobody may promote by a part of it.
"""

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any, Final, TypeGuard

from framewarden.domain import taxonomy

_BASE, _ADAPTER, _LABEL, _THRESHOLD = "BaseModel", "Adapter", "Label", "ConfidenceThreshold"
_TALLY: Final = {
    "tp": "TruePositive",
    "tn": "TrueNegative",
    "fp": "FalsePositive",
    "fn": "FalseNegative",
}

_MOST: Final = 10**9

Document = Mapping[str, Any]


class EvaluationInvalidError(Exception):
    """An evaluation lacks something, or says what cannot be; the message says where."""


@dataclass(frozen=True, slots=True)
class Tally:
    """How often a model was right and wrong: found and there, neither, wrongly found, missed."""

    tp: int
    tn: int
    fp: int
    fn: int

    @property
    def errors(self) -> int:
        """Return how often it was wrong."""
        return self.fp + self.fn


@dataclass(frozen=True, slots=True)
class Pair:
    """Both models on the same pictures."""

    base: Tally
    adapter: Tally

    def document(self) -> dict[str, Any]:
        """Return what a row keeps of it."""
        return asdict(self)


@dataclass(frozen=True, slots=True)
class Comparison:
    """Both models on the same pictures, together and for each label, at a threshold (per cent)."""

    threshold: float
    whole: Pair
    labels: Mapping[str, Pair]

    def document(self) -> dict[str, Any]:
        """Return what a row keeps of it."""
        labels = [{"label": name, **pair.document()} for name, pair in self.labels.items()]
        return {"threshold": self.threshold, **self.whole.document(), "labels": labels}


@dataclass(frozen=True, slots=True)
class Evaluation:
    """Both models on the test pictures: at the threshold that was asked for, and at others."""

    trained_on: int
    images: int
    f1: float | None
    asked: Comparison
    others: Sequence[Comparison]

    def document(self) -> dict[str, Any]:
        """Return what an adapter's row keeps of it."""
        asked = self.asked.document()
        labels = [
            {
                **label,
                "thresholds": [
                    {"threshold": other.threshold, **other.labels[label["label"]].document()}
                    for other in self.others
                    if label["label"] in other.labels
                ],
            }
            for label in asked.pop("labels")
        ]
        counts = {"trained_on": self.trained_on, "images": self.images, "f1": self.f1}
        others = [{"threshold": one.threshold, **one.whole.document()} for one in self.others]
        return {**asked, **counts, "labels": labels, "thresholds": others}


def summed(pairs: Iterable[Pair]) -> Pair:
    """Add up what both models did."""
    kept = list(pairs)
    return Pair(_sum(pair.base for pair in kept), _sum(pair.adapter for pair in kept))


def read(text: bytes) -> Evaluation:
    """Read an evaluation.

    Raises
    ------
    EvaluationInvalidError
        It is no JSON, or a member is missing or impossible.
    """
    try:
        document = json.loads(text)
    except (ValueError, RecursionError):
        raise EvaluationInvalidError("it is no JSON") from None
    details = _mapping(document, "EvaluationDetails")
    moderation = _mapping(document, "ContentModeration")
    images = _whole(details, "NumberOfTestingImages")
    if not images:
        raise EvaluationInvalidError("NumberOfTestingImages is 0")
    return Evaluation(
        trained_on=_whole(details, "NumberOfTrainingImages"),
        images=images,
        f1=_f1(document),
        asked=_comparison(_mapping(moderation, "InputConfidenceThresholdEvalResults")),
        others=sorted(
            map(_comparison, _list(moderation, "AllConfidenceThresholdsEvalResults")),
            key=lambda one: one.threshold,
        ),
    )


def _comparison(told: object) -> Comparison:
    whole = _pair(_mapping(told, "AggregatedEvaluationResults"))
    labels: dict[str, Pair] = {}
    for one in _list(told, "LabelEvaluationResults"):
        name = _member(one, _LABEL)
        if not isinstance(name, str) or not name.strip():
            raise EvaluationInvalidError(f"{_LABEL} is no name")
        known = taxonomy.find(name)
        named = known.name if known else name
        if named in labels:
            raise EvaluationInvalidError(f"{named} comes twice")
        labels[named] = _pair(one)
    return Comparison(_percent(told), whole, dict(sorted(labels.items())))


def _pair(told: object) -> Pair:
    return Pair(_tally(_mapping(told, _BASE)), _tally(_mapping(told, _ADAPTER)))


def _tally(told: object) -> Tally:
    return Tally(**{name: _whole(told, member) for name, member in _TALLY.items()})


def _sum(tallies: Iterable[Tally]) -> Tally:
    kept = list(tallies)
    return Tally(**{name: sum(getattr(one, name) for one in kept) for name in _TALLY})


def _member(told: object, name: str) -> object:
    if not isinstance(told, Mapping) or name not in told:
        raise EvaluationInvalidError(f"{name} is missing")
    return told[name]


def _mapping(told: object, name: str) -> Document:
    found = _member(told, name)
    if not isinstance(found, Mapping):
        raise EvaluationInvalidError(f"{name} has no members")
    return found


def _list(told: object, name: str) -> list[Any]:
    found = _member(told, name)
    if not isinstance(found, list):
        raise EvaluationInvalidError(f"{name} is no list")
    return found


def _whole(told: object, name: str) -> int:
    found = _member(told, name)
    # False for what is no number at all, and for infinity.
    if _is_number(found) and 0 <= found < _MOST and found == int(found):
        return int(found)
    raise EvaluationInvalidError(f"{name} is no count")


def _percent(told: object) -> float:
    found = _member(told, _THRESHOLD)
    if _is_number(found) and 0 <= found <= 100:
        return float(found)
    raise EvaluationInvalidError(f"{_THRESHOLD} is no number from 0 to 100")


def _f1(document: object) -> float | None:
    """Return the score, by which nothing is decided; a model without findings has none."""
    told = document.get("AggregatedEvaluationResults") if isinstance(document, Mapping) else None
    found = told.get("F1Score") if isinstance(told, Mapping) else None
    return float(found) if _is_number(found) and 0 <= found <= 1 else None


def _is_number(found: object) -> TypeGuard[int | float]:
    return isinstance(found, int | float) and not isinstance(found, bool)
