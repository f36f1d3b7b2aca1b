"""Fit the correction of each label to what people said of the pictures of a training."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from local.moto_ext.rekognition.correction import Correction, log_odds, logistic
from local.moto_ext.rekognition.features import COUNT, Numbers

# How much a weight costs, against the sum over all pictures of what the fit is off: of 16 sources
# of drawn pictures, a quarter left out in turn, 160 were told best with 0.01 to 0.3.
PENALTY = 0.1
CONSTANT_PENALTY = PENALTY / 100  # near none, yet enough for a label that all pictures have
# A feature that hardly differs between the pictures is not blown up to matter.
LEAST_SPREAD = 4.0
# Trust in the base model's log odds, -3.9 to 3.9, costs about what a feature does.
_BASE_SCALE = 4.0
_MOST_STEPS = 60
_SMALL_STEP = 1e-10
# Differences of the last bits, which another processor may make, end here.
_DIGITS = 9


def fit(
    labels: Sequence[str], features: Sequence[bytes], base: Numbers, present: Numbers
) -> Correction:
    """Fit a label after the other; the same pictures give the same correction to the digit.

    Parameters
    ----------
    features : one for each picture.
    base : the base model's confidence (0 to 100) in each picture (row) and label (column).
    present : 1.0 where people say the label is in the picture, else 0.0.
    """
    seen = np.frombuffer(b"".join(features), dtype=np.uint8).reshape(-1, COUNT).astype(np.float64)
    middle, spread = seen.mean(axis=0), np.maximum(seen.std(axis=0), LEAST_SPREAD)
    scale = spread * np.sqrt(COUNT)
    alike = (seen - middle) / scale
    fitted = []
    for at in range(len(labels)):
        odds = log_odds(base[:, at])
        given = np.column_stack([alike, odds / _BASE_SCALE, np.ones(len(alike))])
        fitted.append(_newton(given, odds, present[:, at]))
    found = np.array(fitted)
    weights = np.round(found[:, :COUNT] / scale, _DIGITS)
    return Correction(
        labels=tuple(labels),
        weights=weights,
        trust=np.round(found[:, COUNT] / _BASE_SCALE, _DIGITS),
        constants=np.round(found[:, COUNT + 1] - weights @ middle, _DIGITS),
    )


def _newton(given: Numbers, base: Numbers, present: Numbers) -> Numbers:
    """Minimize the logistic loss around the base model's log odds, with the penalty: convex."""
    cost = np.full(given.shape[1], PENALTY)
    cost[-1] = CONSTANT_PENALTY
    weights = np.zeros(given.shape[1])
    loss = _loss(weights, given, base, present, cost)
    for _ in range(_MOST_STEPS):
        shares = logistic(base + given @ weights)
        slope = given.T @ (shares - present) + cost * weights
        bend = (given * (shares * (1.0 - shares))[:, None]).T @ given + np.diag(cost)
        step = np.linalg.solve(bend, slope)
        if np.abs(step).max() < _SMALL_STEP:
            break
        # A whole step overshoots where shares are near 0 or 1: take so much that it gets better.
        reach = 1.0
        while (better := _loss(weights - reach * step, given, base, present, cost)) > loss:
            reach /= 2
            if reach < _SMALL_STEP:
                return weights
        weights, loss = weights - reach * step, better
    return weights


def _loss(
    weights: Numbers, given: Numbers, base: Numbers, present: Numbers, cost: Numbers
) -> float:
    odds = base + given @ weights
    misses = np.logaddexp(0.0, odds) - present * odds
    return float(misses.sum() + 0.5 * (cost * weights * weights).sum())
