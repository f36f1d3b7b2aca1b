"""Stop banned channels that came back, and notice live ones that nobody sees."""

from datetime import UTC, datetime
from typing import Any

from framewarden import reconciling, settings
from framewarden.observability import LambdaContext, step


@step
def lambda_handler(event: dict[str, Any], context: LambdaContext) -> dict[str, Any]:
    """Take an event of IVS, or the schedule's."""
    own, now = settings.Reconcile.read(), datetime.now(UTC)
    if event.get("source") == "aws.ivs":
        return reconciling.heard(event, own, now)
    return reconciling.reconcile(own, now)
