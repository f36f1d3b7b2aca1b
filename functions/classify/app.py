"""Judge one analysed frame, or the list of a batch, by the policy that holds for it."""

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
    if "batch" in state:
        # Here, since no frame need wait for it.
        from framewarden.aws.batch_policies import policy_of

        policy = policy_of(own.batches_bucket, state["batch"]["batch_id"])
    else:
        policy = current_policy(own)
    verdict = classify(state["analysis"], state["frame"], policy, own.mode, now)
    duration("PutToVerdict", (now - parse(state["frame"]["put_at"])).total_seconds())
    if verdict["unknown_labels"]:
        count("UnknownLabel", len(verdict["unknown_labels"]))
    return verdict
