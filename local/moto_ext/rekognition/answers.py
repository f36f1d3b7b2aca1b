"""Cut the base model's answer at a confidence, or give it as an adapter does."""

from __future__ import annotations

from typing import TYPE_CHECKING

from local.moto_ext.rekognition.seeing import Answer, Seen

if TYPE_CHECKING:
    from local.moto_ext.rekognition.correction import Correction

# What an adapter is: the base model's version is followed by this.
VERSION_SUFFIX = "+label-correction"


def at_least(answer: Answer, least: float) -> Answer:
    """Return an answer with the labels at or above a confidence (0 to 100)."""
    labels = [label for label in answer["ModerationLabels"] if label["Confidence"] >= least]
    return {**answer, "ModerationLabels": labels}


def corrected(seen: Seen, correction: Correction, arn: str) -> Answer:
    """Return what an adapter answers, however faint a label is; the answer names the adapter."""
    labels = correction.correct(seen.answer["ModerationLabels"], seen.features)
    version = f"{seen.answer['ModerationModelVersion']}{VERSION_SUFFIX}"
    of_adapter = {"ModerationModelVersion": version, "ProjectVersion": arn}
    return {**seen.answer, "ModerationLabels": labels, **of_adapter}
