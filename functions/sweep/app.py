"""Resend what was not delivered, and measure how long people have been waited for."""

from datetime import UTC, datetime
from typing import Any

from framewarden import settings, sweeping
from framewarden.observability import LambdaContext, step


@step
def lambda_handler(event: dict[str, Any], context: LambdaContext) -> dict[str, Any]:
    """Return counts for the log."""
    return sweeping.sweep(settings.Sweep.read(), datetime.now(UTC))
