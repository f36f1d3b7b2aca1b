"""Cut a range of ranges of a huge manifest into its own."""

from typing import Any

from framewarden.domain import ranges
from framewarden.observability import LambdaContext, step


@step
def lambda_handler(state: dict[str, Any], context: LambdaContext) -> dict[str, Any]:
    """Return `$.item`."""
    split = state["item"]["split"]
    return {"shards": ranges.within(split["start"], split["end"])}
