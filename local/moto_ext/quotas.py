"""Give each IVS operation its own quota of calls, as AWS does."""

import time

from local.moto_ext.control import Bucket, control
from local.moto_ext.errors import AwsError

# Five a second each, per account and region, not adjustable (IVS user guide, "Service quotas").
# Those of channels, tags and recording configurations are left out: nobody needs them in a hurry.
LIMITED = {
    "ivs": frozenset(
        {
            "BatchGetChannel",
            "CreateStreamKey",
            "DeleteStreamKey",
            "GetChannel",
            "GetStream",
            "GetStreamKey",
            "ListStreamKeys",
            "ListStreams",
            "StopStream",
        }
    )
}


def current() -> float | None:
    """Return the calls a second that each limited operation takes, None where none is limited."""
    return control().calls_per_second


def change(per_second: float | None) -> float | None:
    """Limit each operation to so many calls a second, or lift the limits; all begin full.

    Raises
    ------
    ValueError: a number that is not positive.
    """
    if per_second is not None and not per_second > 0:
        raise ValueError("per_second is a positive number, or null for no limit")
    state = control()
    with state.lock:
        state.calls_per_second = per_second
        state.buckets.clear()
    return per_second


def take(service: str, operation: str, account: str, region: str) -> None:
    """Take a token of the operation's bucket; a refused call takes none.

    Raises
    ------
    AwsError: ThrottlingException.
    """
    if operation not in LIMITED.get(service, ()):
        return
    state = control()
    with state.lock:
        rate, now = state.calls_per_second, time.monotonic()
        if rate is None:
            return
        capacity = max(rate, 1.0)
        key = (account, region, service, operation)
        bucket = state.buckets.setdefault(key, Bucket(capacity, now))
        tokens = min(capacity, bucket.tokens + (now - bucket.filled_at) * rate)
        granted = tokens >= 1
        bucket.tokens, bucket.filled_at = tokens - granted, now
    if not granted:
        raise AwsError("ThrottlingException", f"Rate exceeded: {operation}.")
