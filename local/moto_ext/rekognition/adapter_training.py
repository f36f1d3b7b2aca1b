"""Train an adapter: read the manifests, fit the correction, evaluate it, write what came out."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from local.moto_ext.errors import AwsError
from local.moto_ext.rekognition import answers, evaluation, ground_truth, seeing
from local.moto_ext.rekognition.ground_truth import Example, FailedTrainingError
from local.moto_ext.rekognition.objects import Objects
from local.moto_ext.rekognition.seeing import Seen
from local.moto_ext.rekognition.training_output import Folder, Tested
from local.moto_ext.rekognition.worker import each, leaving

if TYPE_CHECKING:
    from local.moto_ext.rekognition.correction import Correction

DEFAULT_THRESHOLD = 50.0
# For each label that is to be corrected (developer guide, "Best practices for training adapters").
FALSE_POSITIVES = 20

# Reads the bytes of the image in a bucket with that name.
Read = Callable[[str, str], bytes]


@dataclass(frozen=True)
class Trained:
    """What a training leaves: the correction, and what DescribeProjectVersions says of it."""

    correction: Correction
    told: dict[str, Any]


def train(arn: str, request: dict[str, Any], objects: Objects, read: Read) -> Trained:
    """Do the work of CreateProjectVersion, as it was asked for.

    Raises
    ------
    FailedTrainingError: with what is wrong in the manifests, with an image, or with the output.
    """
    folder = Folder(objects, request)
    folder.require()  # nobody pays for a training that has no place to go
    learnt, testing = _sets(request, objects)
    named = {name for example in (*learnt, *testing) for name in example.named}
    # The model can say nothing of any other label: then it need not look at what it has not seen.
    asked = not named or seeing.LABEL["Name"] in named
    known = each(learnt, lambda one: _seen(one, read, scored=asked))
    labels = sorted(named | _found_wrongly(learnt, known, threshold_of(request)))
    if not labels:
        raise FailedTrainingError("No image of either manifest has a label to train.")
    correction = _fitted(labels, learnt, known)
    looks = each(testing, lambda one: _seen(one, read, scored=True))
    tested = [
        Tested(example, seen.answer, answers.corrected(seen, correction, arn))
        for example, seen in zip(testing, looks, strict=True)
    ]
    details = {
        "EvaluationEndTimestamp": datetime.now(UTC).isoformat(timespec="milliseconds"),
        "Labels": labels,
        "NumberOfTestingImages": len(testing),
        "NumberOfTrainingImages": len(learnt),
        "ProjectVersionArn": arn,
    }
    evaluated = evaluation.document(labels, _judged(tested), threshold_of(request), details)
    return Trained(correction, folder.write(evaluated, learnt, tested))


def _found_wrongly(
    examples: Sequence[Example], looks: Sequence[Seen], threshold: float
) -> set[str]:
    """Return what the base model finds so often that AWS calls it enough, and is in no image."""
    from local.moto_ext.rekognition.correction import deepest

    wrong, there = Counter[str](), set[str]()
    for example, seen in zip(examples, looks, strict=True):
        found = deepest(seen.answer["ModerationLabels"])
        sure = {name for name, percent in found.items() if percent >= threshold}
        wrong.update(sure - example.present)
        there |= example.present
    return {name for name, times in wrong.items() if times >= FALSE_POSITIVES} - there


def threshold_of(request: dict[str, Any]) -> float:
    """Return the confidence (0 to 100) at which labels are meant to count."""
    config = request.get("FeatureConfig", {}).get("ContentModeration", {})
    return float(config.get("ConfidenceThreshold", DEFAULT_THRESHOLD))


def _sets(request: dict[str, Any], objects: Objects) -> tuple[list[Example], list[Example]]:
    learnt = ground_truth.read(request["TrainingData"]["Assets"], objects, "training")
    if request["TestingData"].get("AutoCreate"):
        # A fifth, at least one: of one image alone, none is left to learn from.
        learnt, testing = learnt[: -len(learnt) // 5], learnt[-len(learnt) // 5 :]
        if not learnt:
            raise FailedTrainingError("The training manifest has one image: none is left to test.")
    else:
        testing = ground_truth.read(request["TestingData"]["Assets"], objects, "testing")
    for examples in (learnt, testing):
        ground_truth.require_one_bucket(examples)
    return learnt, testing


def _seen(example: Example, read: Read, *, scored: bool) -> Seen:
    if leaving.is_set():
        raise FailedTrainingError("The laptop's Rekognition was stopped.")
    try:
        return seeing.recall(read(example.bucket, example.name), scored=scored)
    except AwsError as error:
        raise FailedTrainingError(
            f"The image {example.source_ref} of line {example.number} is invalid: {error.message}"
        ) from error


def _fitted(
    labels: Sequence[str], examples: Sequence[Example], looks: Sequence[Seen]
) -> Correction:
    # NumPy takes a tenth of a second, spared to whoever never trains an adapter.
    import numpy as np

    from local.moto_ext.rekognition.correction import confidences
    from local.moto_ext.rekognition.fitting import fit

    found = [confidences(seen.answer["ModerationLabels"]) for seen in looks]
    base = np.array([[sure.get(label, 0.0) for label in labels] for sure in found])
    present = np.array([[float(label in one.present) for label in labels] for one in examples])
    return fit(labels, [seen.features for seen in looks], base, present)


def _judged(tested: Sequence[Tested]) -> list[evaluation.Judged]:
    from local.moto_ext.rekognition.correction import confidences

    return [
        evaluation.Judged(
            image.example.present,
            confidences(image.base["ModerationLabels"]),
            confidences(image.adapter["ModerationLabels"]),
        )
        for image in tested
    ]
