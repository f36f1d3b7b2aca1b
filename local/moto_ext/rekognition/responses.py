"""Answer Rekognition's calls."""

from typing import cast

from moto.core.responses import ActionResult
from moto.rekognition.responses import RekognitionResponse

from local.moto_ext.checked import CheckedResponse
from local.moto_ext.rekognition.models import ModerationBackend

DEFAULT_MIN_CONFIDENCE = 50.0


class ModerationResponse(CheckedResponse, RekognitionResponse):
    """Add DetectModerationLabels to moto's Rekognition."""

    def detect_moderation_labels(self) -> ActionResult:
        """Moderate one image."""
        backend = cast(ModerationBackend, self.rekognition_backend)
        return ActionResult(
            backend.detect_moderation_labels(
                image=self._get_param("Image"),
                min_confidence=self._get_param("MinConfidence", DEFAULT_MIN_CONFIDENCE),
                project_version=self._get_param("ProjectVersion"),
                human_loop=self._get_param("HumanLoopConfig"),
            )
        )
