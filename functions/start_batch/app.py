"""Start, resume or cancel a batch."""

from datetime import UTC, datetime
from typing import Any

from framewarden import settings, starting
from framewarden.observability import LambdaContext, step


@step
def lambda_handler(event: dict[str, Any], context: LambdaContext) -> Any:
    """Take an S3 event, or what the CLI asks for."""
    own, now = settings.StartBatch.read(), datetime.now(UTC)
    if "batch" in event:
        return starting.start(event["batch"], own, now)
    if "resume" in event:
        return starting.resume(event["resume"], own, now)
    if "cancel" in event:
        return starting.cancel(event["cancel"], own, now)
    return starting.start_of_event(event, own, now)
