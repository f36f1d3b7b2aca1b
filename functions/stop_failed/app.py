"""Own up to a stop that failed."""

from datetime import UTC, datetime
from typing import Any

from framewarden import failing, settings
from framewarden.observability import LambdaContext, step


@step
def lambda_handler(state: dict[str, Any], context: LambdaContext) -> dict[str, Any]:
    """Return what is logged; the state document stays as it is."""
    return failing.failed(state, settings.StopFailed.read(), datetime.now(UTC))
