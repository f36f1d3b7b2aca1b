"""Correct the base model's answer as people did: each trained label by a small logistic model.

It is no neural network and no part of Rekognition, and its answers say so: the version of the model
in them ends in ``+label-correction``.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from framewarden.domain import taxonomy
from local.moto_ext.rekognition.features import Numbers

# What the base model says of a label counts as 2 to 98 %: at 0 and 100 nothing could correct it.
LEAST, MOST = 0.02, 0.98
# Beyond, a confidence is 0.0000 or 100.0000 to the digit that is told.
_STEEPEST = 40.0

Label = dict[str, Any]


@dataclass(frozen=True)
class Correction:
    """The trained labels, and for each a row of weights of the features.

    A label's confidence is the logistic function of: the base model's, as log odds, times
    ``1 + trust``; the weighted features (0 to 255 each); and a constant.
    """

    labels: tuple[str, ...]
    weights: Numbers
    trust: Numbers
    constants: Numbers

    def correct(self, found: Sequence[Label], features: bytes) -> list[Label]:
        """Return an answer's labels with those that are trained corrected, in the same order.

        What neither is trained nor lies above a label that is stays as it is. A label is as sure as
        the surest one below it, so that one that is added brings what is above it, and one that
        goes takes with it only what repeated it.
        """
        before = confidences(found)
        own = deepest(found) | self._confidences(before, features)
        after: dict[str, float] = {}
        for name, confidence in own.items():
            for line in (name, *_above(name, found)):
                after[line] = max(after.get(line, 0.0), confidence)
        changing = {line for name in self.labels for line in (name, *taxonomy.ancestors(name))}
        kept = [
            {**label, "Confidence": after[name]} if name in changing else label
            for label in found
            if (name := _canonical(label)) not in changing or name in after
        ]
        added = (name for name in _deepest_first(changing) if name not in before)
        return kept + [_label(name, after[name]) for name in added if name in after]

    def _confidences(self, before: Mapping[str, float], features: bytes) -> dict[str, float]:
        numbers = np.frombuffer(features, dtype=np.uint8).astype(np.float64)
        base = log_odds([before.get(name, 0.0) for name in self.labels])
        odds = base * (1.0 + self.trust) + self.weights @ numbers + self.constants
        return {
            name: round(100.0 * float(share), 4)
            for name, share in zip(self.labels, logistic(odds), strict=True)
        }


def confidences(found: Sequence[Label]) -> dict[str, float]:
    """Return how sure (0 to 100) an answer is of each label, where one is twice the surest."""
    surest: dict[str, float] = {}
    for label in found:
        name = _canonical(label)
        surest[name] = max(surest.get(name, 0.0), float(label["Confidence"]))
    return surest


def log_odds(percents: Sequence[float] | Numbers) -> Numbers:
    """Return confidences (0 to 100) as log odds that are never beyond what can be corrected."""
    shares = np.clip(np.asarray(percents, dtype=np.float64) / 100.0, LEAST, MOST)
    odds: Numbers = np.log(shares / (1.0 - shares))
    return odds


def logistic(odds: Numbers) -> Numbers:
    """Return log odds as shares of 0 to 1."""
    shares: Numbers = 1.0 / (1.0 + np.exp(-np.clip(odds, -_STEEPEST, _STEEPEST)))
    return shares


def deepest(found: Sequence[Label]) -> dict[str, float]:
    """Return the labels that say more than those below them: else a parent repeats a child."""
    before = confidences(found)
    below: dict[str, float] = {}
    for name, confidence in before.items():
        for line in _above(name, found):
            below[line] = max(below.get(line, -1.0), confidence)
    return {
        name: confidence
        for name, confidence in before.items()
        if confidence > below.get(name, -1.0)
    }


def _above(name: str, found: Sequence[Label]) -> tuple[str, ...]:
    """Return the names above a label: by the taxonomy, and by the answer where that has none."""
    parents = {_canonical(label): str(label.get("ParentName") or "") for label in found}
    line = [name]
    while not taxonomy.find(line[-1]) and (parent := parents.get(line[-1])) and parent not in line:
        line.append(parent)
    return (*line[1:], *taxonomy.ancestors(line[-1]))


def _deepest_first(names: Iterable[str]) -> list[str]:
    return sorted(names, key=lambda name: (-len(taxonomy.ancestors(name)), name))


def _canonical(label: Label) -> str:
    known = taxonomy.find(str(label["Name"]))
    return known.name if known else str(label["Name"])


def _label(name: str, confidence: float) -> Label:
    known = taxonomy.find(name) or taxonomy.Label(name, None, 1)
    return {
        "Name": name,
        "ParentName": known.parent or "",
        "TaxonomyLevel": known.level,
        "Confidence": confidence,
    }
