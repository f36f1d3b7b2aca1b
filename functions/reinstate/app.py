"""Take a stop back."""

from datetime import UTC, datetime
from typing import Any

from framewarden import reinstating, settings
from framewarden.observability import LambdaContext, step


@step
def lambda_handler(state: dict[str, Any], context: LambdaContext) -> dict[str, Any]:
    """Return `$.reinstated`."""
    return reinstating.reinstate(state, settings.Reinstate.read(), datetime.now(UTC))
