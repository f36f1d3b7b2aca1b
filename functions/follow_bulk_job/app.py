"""Start Rekognition's bulk job of a batch once, and say how far it is."""

from datetime import UTC, datetime
from typing import Any

from framewarden import following, settings
from framewarden.observability import LambdaContext, step


@step
def lambda_handler(state: dict[str, Any], context: LambdaContext) -> dict[str, Any]:
    """Return `$.job`."""
    return following.follow(state, settings.FollowBulkJob.read(), datetime.now(UTC))
