"""Answer Rekognition's calls."""

from typing import cast

from moto.core.responses import ActionResult
from moto.rekognition.responses import RekognitionResponse

from local.moto_ext.checked import CheckedResponse
from local.moto_ext.rekognition.analysis import DEFAULT_MIN_CONFIDENCE
from local.moto_ext.rekognition.models import ModerationBackend


class ModerationResponse(CheckedResponse, RekognitionResponse):
    """Add image moderation, of one image and in bulk, and adapters to moto's Rekognition."""

    @property
    def _moderation(self) -> ModerationBackend:
        return cast(ModerationBackend, self.rekognition_backend)

    def _admit(self, operation: str) -> None:
        # Of these Rekognition says itself what it calls a broken constraint (ListMediaAnalysisJobs,
        # MaxResults).
        if "MediaAnalysisJob" in operation:
            self.invalid_request = "InvalidParameterException"
        super()._admit(operation)

    def detect_moderation_labels(self) -> ActionResult:
        """Moderate one image."""
        return ActionResult(
            self._moderation.detect_moderation_labels(
                image=self._get_param("Image"),
                min_confidence=self._get_param("MinConfidence", DEFAULT_MIN_CONFIDENCE),
                project_version=self._get_param("ProjectVersion"),
                human_loop=self._get_param("HumanLoopConfig"),
            )
        )

    def start_media_analysis_job(self) -> ActionResult:
        """Start a bulk job."""
        return ActionResult({"JobId": self._moderation.start_media_analysis_job(self.params)})

    def get_media_analysis_job(self) -> ActionResult:
        """Describe a bulk job."""
        return ActionResult(self._moderation.media_jobs.get(self._get_param("JobId")))

    def list_media_analysis_jobs(self) -> ActionResult:
        """Describe bulk jobs."""
        size, token = self._get_param("MaxResults"), self._get_param("NextToken")
        return ActionResult(self._moderation.media_jobs.list(size, token))

    def create_project(self) -> ActionResult:
        """Make a project."""
        return ActionResult({"ProjectArn": self._moderation.projects.create(self.params)})

    def describe_projects(self) -> ActionResult:
        """Describe projects."""
        return ActionResult(self._moderation.projects.describe(self.params))

    def delete_project(self) -> ActionResult:
        """Delete a project."""
        arn = self._get_param("ProjectArn")
        return ActionResult({"Status": self._moderation.projects.delete(arn)})

    def create_project_version(self) -> ActionResult:
        """Start the training of an adapter."""
        arn = self._moderation.projects.create_version(self.params)
        return ActionResult({"ProjectVersionArn": arn})

    def describe_project_versions(self) -> ActionResult:
        """Describe the adapters of a project."""
        return ActionResult(self._moderation.projects.describe_versions(self.params))

    def delete_project_version(self) -> ActionResult:
        """Delete an adapter."""
        arn = self._get_param("ProjectVersionArn")
        return ActionResult({"Status": self._moderation.projects.delete_version(arn)})
