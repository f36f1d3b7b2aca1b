"""Judge one analysed frame by its channel's policy."""

from datetime import UTC, datetime
from typing import Any

from framewarden import settings
from framewarden.aws.policies import current_policy
from framewarden.domain.times import parse
from framewarden.domain.verdicts import classify
from framewarden.observability import LambdaContext, count, duration, step


@step
def lambda_handler(state: dict[str, Any], context: LambdaContext) -> dict[str, Any]:
    """Return `$.verdict`."""
    own, now = settings.Classify.read(), datetime.now(UTC)
    verdict = classify(state["analysis"], state["frame"], current_policy(own), own.mode, now)
    duration("PutToVerdict", (now - parse(state["frame"]["put_at"])).total_seconds())
    if verdict["unknown_labels"]:
        count("UnknownLabel", len(verdict["unknown_labels"]))
    return verdict
