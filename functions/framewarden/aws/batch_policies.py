"""Read the policy that a batch began with; it is judged by it to its end."""

import json
from functools import lru_cache

from framewarden.aws import batch_files
from framewarden.domain import batches
from framewarden.domain.errors import PolicyInvalidError, PolicyUnavailableError
from framewarden.domain.policy import Policy, parse_policy


@lru_cache(maxsize=4)
def policy_of(bucket: str, batch_id: str) -> Policy:
    """Return a batch's policy; a worker reads it once, since nobody changes it.

    Raises
    ------
    PolicyUnavailableError
        It is gone, or may not be read.
    PolicyInvalidError
        What lies there is no policy.
    StoreThrottledError
        Try again.
    """
    raw = batch_files.read(bucket, batches.place(batch_id, batches.POLICY))
    if raw is None:
        raise PolicyUnavailableError(f"the policy of batch {batch_id} is gone, or may not be read")
    try:
        document = json.loads(raw)
    except ValueError as failure:
        raise PolicyInvalidError([((), f"not JSON: {failure}")]) from failure
    return parse_policy(document)
