"""Open the incident's review, or join the one that is pending."""

from datetime import UTC, datetime
from typing import Any

from framewarden import reviewing, settings
from framewarden.observability import LambdaContext, step


@step
def lambda_handler(state: dict[str, Any], context: LambdaContext) -> dict[str, Any]:
    """Return `$.review`."""
    return reviewing.open_or_join(state, settings.OpenReview.read(), datetime.now(UTC))
