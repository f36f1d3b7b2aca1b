"""End a wait whose deadline passed."""

from datetime import UTC, datetime
from typing import Any

from framewarden import closing, settings
from framewarden.observability import LambdaContext, step


@step
def lambda_handler(state: dict[str, Any], context: LambdaContext) -> dict[str, Any]:
    """Return `$.decision`."""
    return closing.close(state["review"], settings.CloseReview.read(), datetime.now(UTC))
