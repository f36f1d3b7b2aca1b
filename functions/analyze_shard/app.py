"""Analyze and classify the lines of one byte range of a batch, as far as one call goes."""

from typing import Any

from framewarden import settings, shard_work
from framewarden.observability import LambdaContext, step
from framewarden.timing import Timing


@step
def lambda_handler(state: dict[str, Any], context: LambdaContext) -> dict[str, Any]:
    """Return `$.result`."""
    return shard_work.work(state, settings.AnalyzeShard.read(), Timing.of(context))
