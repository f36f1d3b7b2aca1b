"""Admit frames that landed in S3, and start one execution for each object version."""

from datetime import UTC, datetime
from typing import Any

from framewarden import admission, settings
from framewarden.domain.frames import Home
from framewarden.observability import LambdaContext, step


@step
def lambda_handler(event: dict[str, Any], context: LambdaContext) -> Any:
    """Take an S3 event, or a rescan of one object version."""
    home = Home.of_function(context.invoked_function_arn)
    own, now = settings.Intake.read(), datetime.now(UTC)
    if "rescan" in event:
        return admission.rescan(event["rescan"], home, own, now)
    return admission.admit_event(event, home, own, now)
