"""Cut a batch's manifest into the byte ranges that are analyzed side by side."""

from datetime import UTC, datetime
from typing import Any

from framewarden import planning, settings
from framewarden.observability import LambdaContext, step


@step
def lambda_handler(state: dict[str, Any], context: LambdaContext) -> dict[str, Any]:
    """Return `$.plan`."""
    return planning.plan(state, settings.PlanBatch.read(), datetime.now(UTC))
