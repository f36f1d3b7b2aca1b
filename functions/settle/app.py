"""Settle the frame, or the batch, of an execution that died."""

from datetime import UTC, datetime
from typing import Any

from framewarden import settings, settling
from framewarden.observability import LambdaContext, step


@step
def lambda_handler(event: dict[str, Any], context: LambdaContext) -> dict[str, Any]:
    """Return what is logged."""
    return settling.settle_dead(event, settings.Settle.read(), datetime.now(UTC))
