"""Refuse what CreateProject and CreateProjectVersion refuse beside a broken constraint."""

from typing import Any

from local.moto_ext.errors import AwsError

CONTENT_MODERATION, CUSTOM_LABELS = "CONTENT_MODERATION", "CUSTOM_LABELS"


def project(request: dict[str, Any]) -> tuple[str, str | None]:
    """Return a project's feature, and whether its adapters are retrained: ENABLED, DISABLED, None.

    Raises
    ------
    AwsError: InvalidParameterException.
    """
    feature, auto_update = request.get("Feature", CUSTOM_LABELS), request.get("AutoUpdate")
    if feature == CONTENT_MODERATION and not auto_update:
        raise _refused("AutoUpdate is required for projects with the feature CONTENT_MODERATION.")
    if feature == CUSTOM_LABELS and auto_update:
        raise _refused("AutoUpdate is not applicable to projects with the feature CUSTOM_LABELS.")
    return feature, auto_update


def version(request: dict[str, Any], feature: str) -> None:
    """Look whether a training can begin in a project of that feature.

    Raises
    ------
    AwsError: InvalidParameterException.
    """
    if feature != CONTENT_MODERATION:
        if "ContentModeration" in request.get("FeatureConfig", {}):
            raise _refused("FeatureConfig does not match the feature of the project.")
        raise _refused("This Rekognition trains no Custom Labels.")
    if not request["OutputConfig"].get("S3Bucket"):
        raise _refused("OutputConfig has no S3Bucket.")
    training, testing = request.get("TrainingData"), request.get("TestingData")
    if training is None or testing is None:
        raise _refused("Give both TrainingData and TestingData: one requires the other.")
    _require_manifests("TrainingData", training)
    if not testing.get("AutoCreate"):
        _require_manifests("TestingData", testing)
    elif testing.get("Assets"):
        raise _refused("TestingData has either Assets or AutoCreate.")


def _require_manifests(which: str, data: dict[str, Any]) -> None:
    places = [
        asset.get("GroundTruthManifest", {}).get("S3Object", {}) for asset in data.get("Assets", [])
    ]
    if not places or not all(place.get("Bucket") and place.get("Name") for place in places):
        raise _refused(f"{which} needs Assets, each a GroundTruthManifest with its S3Object.")


def _refused(message: str) -> AwsError:
    return AwsError("InvalidParameterException", message)
