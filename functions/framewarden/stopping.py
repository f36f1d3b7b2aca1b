"""Stop what a frame, a decision or an order wants stopped."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from framewarden import settings
from framewarden.domain.errors import ChannelNotFoundError, FramewardenError
from framewarden.domain.wants import want_of
from framewarden.observability import logger
from framewarden.saga import Saga

Document = dict[str, Any]


def stop(state: Document, own: settings.StopStream, now: datetime) -> Document:
    """Stop what is wanted stopped, and return `$.stop`.

    Raises
    ------
    StopInProgressError, StreamStillLiveError, StreamUnavailableError, ChannelBusyError,
    VideoServiceThrottledError
        Try again.
    ChannelNotFoundError, StopDeniedError, SlateInputMissingError
        It cannot be stopped.
    """
    want = want_of(state, _terms(state, own))
    if not want.channel_arn:
        raise ChannelNotFoundError("a still belongs to no channel")
    return Saga(want, own, now).run()


def _terms(state: Document, own: settings.StopStream) -> Mapping[str, Any]:
    """Return what the policy says about this stop; a stop never fails for want of a policy."""
    for slot in ("unscreened", "verdict"):
        terms = (state.get(slot) or {}).get("stops")
        if terms:
            return dict(terms)
    # A frame brings its terms along: only an order needs the policy.
    from framewarden.domain.policy_stops import DEFAULT_STOPS

    if "order" in state:
        from framewarden.aws.policies import current_policy

        order = state["order"]
        try:
            policy = current_policy(own)
            return policy.for_channel(order["channel"], order["channel_arn"]).stops.document()
        except FramewardenError as failure:
            logger.warning("no policy", extra={"error": type(failure).__name__})
    return DEFAULT_STOPS.document()
