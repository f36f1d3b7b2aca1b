"""Write what a training leaves in S3: the evaluation, and a manifest of either data set."""

import json
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from local.moto_ext.errors import AwsError
from local.moto_ext.rekognition.answers import at_least
from local.moto_ext.rekognition.ground_truth import Example, FailedTrainingError
from local.moto_ext.rekognition.objects import Objects
from local.moto_ext.rekognition.results import spool
from local.moto_ext.rekognition.seeing import Answer

# Predictions are written from this confidence on (developer guide, "Manifest file formats").
LEAST_CONFIDENCE = 5.0


@dataclass(frozen=True)
class Tested:
    """A test image, and what either model answers about it."""

    example: Example
    base: Answer
    adapter: Answer


class Folder:
    """Where a training's files go: below the prefix that was asked for, each version by itself."""

    def __init__(self, objects: Objects, request: dict[str, Any]) -> None:
        place = request["OutputConfig"]
        self._objects, self._request, self._bucket = objects, request, place["S3Bucket"]
        self._prefix = f"{place.get('S3KeyPrefix', '').rstrip('/')}/{request['VersionName']}"

    def require(self) -> None:
        """Look whether the bucket is there.

        Raises
        ------
        FailedTrainingError: it is not.
        """
        try:
            self._objects.require_bucket(self._bucket)
        except AwsError as error:
            raise self._refused() from error

    def write(
        self, evaluation: dict[str, Any], learnt: Sequence[Example], tested: Sequence[Tested]
    ) -> dict[str, Any]:
        """Write the files, and return where they are in DescribeProjectVersions' words.

        Raises
        ------
        FailedTrainingError: the bucket takes none.
        """
        training = self._put("training-output.jsonl", (example.line for example in learnt))
        testing = self._put("testing-output.jsonl", _tested_lines(tested))
        summary = self._put("evaluation.json", [evaluation])
        score = evaluation["AggregatedEvaluationResults"]["F1Score"]
        return {
            "EvaluationResult": {"F1Score": score, "Summary": summary},
            "TrainingDataResult": self._result("TrainingData", training),
            "TestingDataResult": self._result("TestingData", testing),
        }

    def _result(self, which: str, manifest: dict[str, Any]) -> dict[str, Any]:
        output = {"Assets": [{"GroundTruthManifest": manifest}]}
        return {"Input": self._request[which], "Output": output}

    def _put(self, name: str, lines: Iterable[dict[str, Any]]) -> dict[str, Any]:
        key = f"{self._prefix}/{name}".lstrip("/")
        with spool() as file:
            for line in lines:
                file.write(json.dumps(line).encode() + b"\n")
            try:
                self._objects.upload(self._bucket, key, file)
            except AwsError as error:
                raise self._refused() from error
        return {"S3Object": {"Bucket": self._bucket, "Name": key}}

    def _refused(self) -> FailedTrainingError:
        return FailedTrainingError(f"The output bucket {self._bucket} cannot be written to.")


def _tested_lines(tested: Sequence[Tested]) -> Iterator[dict[str, Any]]:
    for image in tested:
        yield {
            **image.example.line,
            "detect-moderation-labels": at_least(image.adapter, LEAST_CONFIDENCE),
            "detect-moderation-labels-base-model": at_least(image.base, LEAST_CONFIDENCE),
        }
