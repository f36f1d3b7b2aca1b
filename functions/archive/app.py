"""Copy a frame to the evidence, commit its story, settle its row."""

from datetime import UTC, datetime
from typing import Any

from framewarden import archiving, settings
from framewarden.observability import LambdaContext, step


@step
def lambda_handler(state: dict[str, Any], context: LambdaContext) -> dict[str, Any]:
    """Return `$.archive`."""
    return archiving.archive(state, settings.Archive.read(), datetime.now(UTC))
