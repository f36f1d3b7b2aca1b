"""Do a bulk job's work: read the manifest, moderate every image, write what was found."""

import re
from collections.abc import Callable
from typing import Any

from local.moto_ext.errors import AwsError
from local.moto_ext.rekognition import manifest, pixels
from local.moto_ext.rekognition.objects import Objects
from local.moto_ext.rekognition.results import Output, output, spool
from local.moto_ext.rekognition.worker import leaving

DEFAULT_MIN_CONFIDENCE = 50.0
# Answers the image at ``{Bucket, Name}`` with the labels at or above a confidence, by an adapter.
Moderate = Callable[[dict[str, Any], float, str | None], dict[str, Any]]


class FailedJobError(Exception):
    """End a job with a code of FailureDetails."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(message)
        self.code, self.message = code, message


def run(job_id: str, request: dict[str, Any], objects: Objects, moderate: Moderate) -> Any:
    """Write a job's two files, and answer where they are in GetMediaAnalysisJob's words.

    Raises
    ------
    FailedJobError: what keeps the whole job from an end, be it the manifest or the output's bucket.
    """
    place = request["OutputConfig"]
    bucket, folder = place["S3Bucket"], f"{place.get('S3KeyPrefix', '').rstrip('/')}/{job_id}"
    config = request["OperationsConfig"]["DetectModerationLabels"]
    least, adapter = (
        config.get("MinConfidence", DEFAULT_MIN_CONFIDENCE),
        config.get("ProjectVersion"),
    )
    # Looked at first: nobody pays for a million answers that have no place to go.
    _tried("INVALID_OUTPUT_CONFIG", objects.require_bucket, bucket)
    with spool() as lines, output() as found:
        _tried("INVALID_S3_OBJECT", objects.download, request["Input"]["S3Object"], lines)
        for line in manifest.lines(lines):
            if leaving.is_set():
                raise FailedJobError("INTERNAL_ERROR", "The laptop's Rekognition was stopped.")
            _take(line, found, lambda where: moderate(where, least, adapter))
        if not found.total:
            raise FailedJobError("INVALID_MANIFEST", "The manifest file is empty.")
        ending: dict[str, Any] = {}
        for what, name, data in (
            ("Results", "results.jsonl", found.results),
            ("ManifestSummary", "manifest-summary.json", found.summary()),
        ):
            path = f"{folder}/{name}".lstrip("/")
            _tried("INVALID_OUTPUT_CONFIG", objects.upload, bucket, path, data)
            ending[what] = {"S3Object": {"Bucket": bucket, "Name": path}}
    ending["Results"]["ModelVersions"] = {"Moderation": pixels.model_version()}
    return ending


def _tried(code: str, call: Callable[..., None], *args: Any) -> None:
    try:
        call(*args)
    except AwsError as error:
        passing = error.code == "InternalServerError"
        raise FailedJobError("INTERNAL_ERROR" if passing else code, error.message) from error


def _take(
    line: manifest.Image | manifest.BadLine,
    found: Output,
    look: Callable[[dict[str, Any]], dict[str, Any]],
) -> None:
    """Moderate the image of a line; whatever is wrong with it is written down."""
    if isinstance(line, manifest.BadLine):
        found.refused(line)
        return
    try:
        answer = look({"Bucket": line.bucket, "Name": line.name})
    except AwsError as error:
        code = _spelt(error.code)
        found.refused(manifest.BadLine(line.number, code, error.message, line.source_ref))
    else:
        found.answered(line, answer)


def _spelt(error: str) -> str:
    """Spell an error as a manifest's codes are: InvalidS3ObjectException is INVALID_S3_OBJECT."""
    words = re.findall(r"[A-Z][a-z]*\d*", error.removesuffix("Exception"))
    return "_".join(words).upper()
