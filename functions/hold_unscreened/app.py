"""Say why nobody could judge a frame, and what the policy wants then."""

from datetime import UTC, datetime
from typing import Any

from framewarden import holding, settings
from framewarden.observability import LambdaContext, step


@step
def lambda_handler(state: dict[str, Any], context: LambdaContext) -> dict[str, Any]:
    """Return `$.unscreened`."""
    return holding.hold(state, settings.HoldUnscreened.read(), datetime.now(UTC))
