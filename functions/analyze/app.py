"""Ask the analyzer what one frame shows, and keep its raw answer."""

from datetime import UTC, datetime
from typing import Any

from framewarden import detecting, settings
from framewarden.observability import LambdaContext, step


@step
def lambda_handler(state: dict[str, Any], context: LambdaContext) -> dict[str, Any]:
    """Return `$.analysis`."""
    return detecting.detect(state["frame"], settings.Analyze.read(), datetime.now(UTC))
