"""Count what the base model and an adapter get right on a test set, as AWS writes it down."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

THRESHOLDS = tuple(float(percent) for percent in range(5, 101, 5))
_KEYS = ("TruePositive", "TrueNegative", "FalsePositive", "FalseNegative")

Counts = dict[str, int]


@dataclass(frozen=True)
class Judged:
    """A test image: what is in it, and how sure (0 to 100) either model is of what it found."""

    present: frozenset[str]
    base: Mapping[str, float]
    adapter: Mapping[str, float]


def document(
    labels: Sequence[str], images: Sequence[Judged], threshold: float, details: dict[str, Any]
) -> dict[str, Any]:
    """Return the evaluation: at the threshold (0 to 100) that was asked for, and at every fifth."""
    asked = _at(threshold, labels, images)
    return {
        "AggregatedEvaluationResults": {"F1Score": f1(asked)},
        "EvaluationDetails": details,
        "ContentModeration": {
            "InputConfidenceThresholdEvalResults": asked,
            "AllConfidenceThresholdsEvalResults": [
                _at(percent, labels, images) for percent in THRESHOLDS
            ],
        },
    }


def f1(at_threshold: dict[str, Any]) -> float:
    """Return the adapter's F1 score over all labels; 1.0 where there was nothing to find."""
    counts = at_threshold["AggregatedEvaluationResults"]["Adapter"]
    hits, errors = counts["TruePositive"], counts["FalsePositive"] + counts["FalseNegative"]
    return round(2 * hits / (2 * hits + errors), 6) if hits + errors else 1.0


def _at(threshold: float, labels: Sequence[str], images: Sequence[Judged]) -> dict[str, Any]:
    of_labels = [
        {
            "Label": label,
            "BaseModel": _counted(label, threshold, images, lambda image: image.base),
            "Adapter": _counted(label, threshold, images, lambda image: image.adapter),
        }
        for label in labels
    ]
    return {
        "ConfidenceThreshold": threshold,
        "AggregatedEvaluationResults": {
            model: _sum(counted[model] for counted in of_labels)
            for model in ("BaseModel", "Adapter")
        },
        "LabelEvaluationResults": of_labels,
    }


def _counted(
    label: str,
    threshold: float,
    images: Sequence[Judged],
    of_model: Callable[[Judged], Mapping[str, float]],
) -> Counts:
    counts = dict.fromkeys(_KEYS, 0)
    for image in images:
        found = of_model(image).get(label, -1.0) >= threshold
        right = found == (label in image.present)
        counts[f"{'True' if right else 'False'}{'Positive' if found else 'Negative'}"] += 1
    return counts


def _sum(counted: Iterable[Any]) -> Counts:
    total = dict.fromkeys(_KEYS, 0)
    for counts in counted:
        for key in _KEYS:
            total[key] += counts[key]
    return total
