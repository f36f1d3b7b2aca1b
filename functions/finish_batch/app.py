"""End a batch: put its parts together, and ask people once for each rule."""

from datetime import UTC, datetime
from typing import Any

from framewarden import finishing, settings
from framewarden.observability import LambdaContext, step


@step
def lambda_handler(state: dict[str, Any], context: LambdaContext) -> dict[str, Any]:
    """Return `$.finished`."""
    return finishing.finish(state, settings.FinishBatch.read(), datetime.now(UTC))
