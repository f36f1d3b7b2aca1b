"""Read the manifests of a training: images, and the labels that people say are in them."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from framewarden.domain import taxonomy
from local.moto_ext.errors import AwsError
from local.moto_ext.rekognition import manifest
from local.moto_ext.rekognition.objects import Objects
from local.moto_ext.rekognition.results import spool

KEY = "content-moderation-groundtruth"
MOST_IMAGES = 10_000  # for training (developer guide, "Guidelines and quotas")


class FailedTrainingError(Exception):
    """End a training; the text is what DescribeProjectVersions gives as StatusMessage."""


@dataclass(frozen=True)
class Example:
    """An image, the labels that its line names, these with what is above them, and the line."""

    number: int
    source_ref: str
    bucket: str
    name: str
    named: frozenset[str]
    present: frozenset[str]
    line: dict[str, Any]


def read(assets: Sequence[dict[str, Any]], objects: Objects, kind: str) -> list[Example]:
    """Read the manifests of one data set; ``kind`` (training, testing) is for what is wrong.

    Raises
    ------
    FailedTrainingError: what keeps the adapter from being trained, in the words that AWS documents
        for a failed training where it has some.
    """
    examples: list[Example] = []
    for asset in assets:
        where = asset["GroundTruthManifest"]["S3Object"]
        with spool() as lines:
            try:
                objects.download(where, lines)
            except AwsError as error:
                raise FailedTrainingError(
                    f"The manifest file extension or contents are invalid: the {kind} manifest "
                    f"s3://{where['Bucket']}/{where['Name']} cannot be read. {error.message}"
                ) from error
            examples += [_example(line, kind) for line in manifest.lines(lines)]
    if not examples:
        raise FailedTrainingError(f"The manifest file is empty ({kind}).")
    if len(examples) > MOST_IMAGES:
        raise FailedTrainingError(
            f"The manifest file has too many rows ({kind}): {len(examples)}, at most {MOST_IMAGES}."
        )
    return examples


def require_one_bucket(examples: Sequence[Example]) -> None:
    """Look whether all images of one data set are in the bucket of the first.

    Raises
    ------
    FailedTrainingError: they are not.
    """
    first = examples[0].bucket
    other = next((example for example in examples if example.bucket != first), None)
    if other:
        raise FailedTrainingError(
            "The manifest file contains images from multiple S3 buckets: "
            f"{first}, and in line {other.number} {other.bucket}."
        )


def _example(line: manifest.Image | manifest.BadLine, kind: str) -> Example:
    if isinstance(line, manifest.BadLine):
        raise _bad(kind, line.number, line.message)
    truth = line.entry.get(KEY)
    named = truth.get("ModerationLabels") if isinstance(truth, dict) else None
    if not isinstance(named, list):
        raise _bad(kind, line.number, f"{KEY} has no list of ModerationLabels.")
    names: set[str] = set()
    for label in named:
        name = label.get("Name") if isinstance(label, dict) else None
        known = taxonomy.find(name) if isinstance(name, str) else None
        if known is None or known.name != name:
            raise _bad(kind, line.number, f"The label {_told(name)} is none of taxonomy 7.")
        names.add(name)
    above = {higher for name in names for higher in taxonomy.ancestors(name)}
    return Example(
        number=line.number,
        source_ref=line.source_ref,
        bucket=line.bucket,
        name=line.name,
        named=frozenset(names),
        present=frozenset(names | above),
        line=line.entry,
    )


def _told(name: object) -> str:
    return repr(name)[:80]


def _bad(kind: str, number: int, why: str) -> FailedTrainingError:
    return FailedTrainingError(f"The {kind} manifest's line {number} is invalid: {why}")
