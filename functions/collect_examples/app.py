"""Read the examples of an adapter, split them, and write its manifests."""

from datetime import UTC, datetime
from typing import Any

from framewarden import collecting, settings
from framewarden.observability import LambdaContext, step


@step
def lambda_handler(state: dict[str, Any], context: LambdaContext) -> dict[str, Any]:
    """Return `$.collected`."""
    return collecting.collect(state, settings.CollectExamples.read(), datetime.now(UTC))
