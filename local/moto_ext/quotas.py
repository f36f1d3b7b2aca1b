"""Give IVS's operations and Rekognition's bulk ones their own quotas of calls, as AWS does."""

import time

from local.moto_ext.control import Bucket, control
from local.moto_ext.errors import AwsError

# Calls a second per account and region, where the setting is AWS_PER_SECOND; another setting
# changes all in proportion.
AWS_PER_SECOND = 5.0
LIMITED = {
    # Not adjustable (IVS user guide, "Service quotas"). Those of channels, tags and recording
    # configurations are left out: nobody needs them in a hurry.
    "ivs": dict.fromkeys(
        (
            "BatchGetChannel",
            "CreateStreamKey",
            "DeleteStreamKey",
            "GetChannel",
            "GetStream",
            "GetStreamKey",
            "ListStreamKeys",
            "ListStreams",
            "StopStream",
        ),
        5.0,
    ),
    # AWS general reference, "Amazon Rekognition endpoints and quotas".
    "rekognition": {
        "StartMediaAnalysisJob": 5.0,
        "GetMediaAnalysisJob": 20.0,
        "ListMediaAnalysisJobs": 5.0,
    },
}


def current() -> float | None:
    """Return the setting, None where no operation is limited."""
    return control().calls_per_second


def change(per_second: float | None) -> float | None:
    """Limit operations to so many calls a second where AWS has five, or lift all; all begin full.

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
    of_aws = LIMITED.get(service, {}).get(operation)
    if of_aws is None:
        return
    state = control()
    with state.lock:
        setting, now = state.calls_per_second, time.monotonic()
        if setting is None:
            return
        rate = setting * of_aws / AWS_PER_SECOND
        capacity = max(rate, 1.0)
        key = (account, region, service, operation)
        bucket = state.buckets.setdefault(key, Bucket(capacity, now))
        tokens = min(capacity, bucket.tokens + (now - bucket.filled_at) * rate)
        granted = tokens >= 1
        bucket.tokens, bucket.filled_at = tokens - granted, now
    if not granted:
        raise AwsError("ThrottlingException", f"Rate exceeded: {operation}.")
