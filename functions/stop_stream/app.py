"""Stop the frame's session once, and verify that it is offline."""

from datetime import UTC, datetime
from typing import Any

from framewarden import settings, stopping
from framewarden.observability import LambdaContext, step


@step
def lambda_handler(state: dict[str, Any], context: LambdaContext) -> dict[str, Any]:
    """Return `$.stop`."""
    return stopping.stop(state, settings.StopStream.read(), datetime.now(UTC))
