"""Log and count every step with the same keys, and never more than ids and counts."""

import functools
import warnings
from collections.abc import Callable
from typing import Any, Protocol

from aws_lambda_powertools import Logger, Metrics
from aws_lambda_powertools.metrics import MetricUnit

from framewarden.domain.errors import FramewardenError

# A step that counts nothing is ordinary here.
warnings.filterwarnings("ignore", message="No application metrics to publish")

logger = Logger()
metrics = Metrics()

Document = dict[str, Any]


class LambdaContext(Protocol):
    """What we read of the Lambda context."""

    invoked_function_arn: str
    aws_request_id: str

    def get_remaining_time_in_millis(self) -> int:
        """Return how long the call may still take."""


Handler = Callable[[Document, LambdaContext], Any]


def count(name: str, value: float = 1) -> None:
    """Add to a counter."""
    metrics.add_metric(name=name, unit=MetricUnit.Count, value=value)


def duration(name: str, seconds: float) -> None:
    """Record a duration, in milliseconds; a clock that ran backwards records zero."""
    metrics.add_metric(name=name, unit=MetricUnit.Milliseconds, value=max(0.0, seconds * 1000))


def gauge(name: str, value: float, unit: MetricUnit = MetricUnit.Count) -> None:
    """Record a level."""
    metrics.add_metric(name=name, unit=unit, value=value)


def each(channel: str, do: Callable[[], object]) -> None:
    """Do something for one channel of many: its failure is no other channel's."""
    try:
        do()
    except FramewardenError as failure:
        logger.warning("failed", extra={"channel": channel, "error": type(failure).__name__})
        count("ReconcileFailures")


def step(handler: Handler) -> Handler:
    """Give a handler its state document, log keys, cold-start metric, and our errors by name.

    A Task sends `{"state": $, "execution": name}`, a wait its `task_token` beside them; the
    handler sees the state document with those two in it. Other events pass as they are.
    """

    @metrics.log_metrics(capture_cold_start_metric=True)
    @functools.wraps(handler)
    def wrapper(event: Document, context: LambdaContext) -> Any:
        if "state" in event and "execution" in event:
            beside = {name: value for name, value in event.items() if name != "state"}
            event = {**event["state"], **beside}
        logger.clear_state()
        logger.append_keys(step=handler.__module__.partition(".")[0], **_identity(event))
        try:
            return handler(event, context)
        except FramewardenError as failure:
            # The message may quote a key; the name and the ids are enough to find the rest.
            logger.warning("step failed", extra={"error": type(failure).__name__})
            raise

    return wrapper  # type: ignore[no-any-return]


def _identity(event: Document) -> dict[str, str]:
    """Find the ids of a state document; an event of another shape simply has fewer."""
    frame = event.get("frame") if isinstance(event, dict) else None
    keys: dict[str, str] = {}
    if isinstance(frame, dict):
        for name in ("frame_id", "channel", "session"):
            if frame.get(name):
                keys[name] = str(frame[name])
    review = event.get("review") if isinstance(event, dict) else None
    if isinstance(review, dict) and review.get("review_id"):
        keys["review_id"] = str(review["review_id"])
    if isinstance(event, dict) and event.get("execution"):
        keys["execution"] = str(event["execution"])
    return keys
