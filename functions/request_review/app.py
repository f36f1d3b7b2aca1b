"""Keep the token of a human wait and tell people once."""

from datetime import UTC, datetime
from typing import Any

from framewarden import requesting, settings
from framewarden.observability import LambdaContext, step


@step
def lambda_handler(state: dict[str, Any], context: LambdaContext) -> dict[str, Any]:
    """Return what nobody reads: the machine waits for the token."""
    return requesting.request(state, settings.RequestReview.read(), datetime.now(UTC))
