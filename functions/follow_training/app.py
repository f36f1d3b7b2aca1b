"""Start an adapter's training once, and say how far it is."""

from datetime import UTC, datetime
from typing import Any

from framewarden import settings, training
from framewarden.observability import LambdaContext, step


@step
def lambda_handler(state: dict[str, Any], context: LambdaContext) -> dict[str, Any]:
    """Return `$.training`."""
    return training.follow(state, settings.FollowTraining.read(), datetime.now(UTC))
