"""Ask the analyzer what one frame shows, and keep its raw answer."""

from datetime import UTC, datetime
from typing import Any

from framewarden.aws import analyzer
from framewarden.domain.times import iso
from framewarden.observability import LambdaContext, step


@step
def lambda_handler(state: dict[str, Any], context: LambdaContext) -> dict[str, Any]:
    """Return `$.analysis`."""
    frame = state["frame"]
    answer = analyzer.detect(frame["bucket"], frame["key"], frame["version_id"])
    return {
        # No default: an answer without a list of labels says nothing, and Classify refuses it.
        "labels": answer.get("ModerationLabels"),
        "content_types": answer.get("ContentTypes", []),
        "model_version": answer.get("ModerationModelVersion"),
        # What really answered: an expired adapter silently falls back to the base model.
        "adapter": answer.get("ProjectVersion"),
        "min_confidence": analyzer.MIN_CONFIDENCE,
        "analyzed_at": iso(datetime.now(UTC)),
    }
