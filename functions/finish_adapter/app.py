"""Let the gate say whether an adapter may be promoted, or why there is none."""

from datetime import UTC, datetime
from typing import Any

from framewarden import gating, settings
from framewarden.observability import LambdaContext, step
from framewarden.timing import Timing


@step
def lambda_handler(state: dict[str, Any], context: LambdaContext) -> dict[str, Any]:
    """Return `$.finished`."""
    own, timing = settings.FinishAdapter.read(), Timing.of(context)
    return gating.finish(state, own, datetime.now(UTC), timing)
