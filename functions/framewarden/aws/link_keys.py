"""Keep the keys that sign links: the current one, and the one before it while its links live."""

import time
from collections.abc import Callable
from functools import cache
from typing import Any, cast

from aws_lambda_powertools.utilities.parameters.base import BaseProvider
from aws_lambda_powertools.utilities.parameters.exceptions import GetParameterError
from botocore.exceptions import ClientError

from framewarden.aws.clients import STORE_FAILURES, client, code_of, named
from framewarden.domain.errors import FramewardenError, StoreThrottledError

CACHED_SECONDS = 300
# A stranger's wrong signature makes us look for a rotated key, but no more often than this.
REFRESH_SECONDS = 10

# Secrets Manager's own name of a failure inside (API reference, GetSecretValue).
FAILURES = {**STORE_FAILURES, "InternalServiceError": StoreThrottledError}


class _BothStages(BaseProvider):
    """Both stages of a secret as one cached value: Powertools' own cache ignores the stage."""

    def __init__(self, ticks: Callable[[], float]) -> None:
        super().__init__()  # type: ignore[no-untyped-call]
        self._ticks = ticks
        self._fetched_at = ticks()

    def age(self) -> float:
        """Return the seconds since the secret was last fetched."""
        return self._ticks() - self._fetched_at

    def _get(self, name: str, **sdk_options: Any) -> dict[str, Any]:
        self._fetched_at = self._ticks()
        stages = (self._stage(name, stage) for stage in ("AWSCURRENT", "AWSPREVIOUS"))
        return {"keys": [key for key in stages if key is not None]}

    def _stage(self, name: str, stage: str) -> str | None:
        try:
            with named(FAILURES, StoreThrottledError):
                answer = client("secretsmanager").get_secret_value(
                    SecretId=name, VersionStage=stage
                )
        except ClientError as failure:
            # A secret that was never rotated has no previous version.
            if stage == "AWSPREVIOUS" and code_of(failure) == "ResourceNotFoundException":
                return None
            raise
        return str(answer["SecretString"])

    def _get_multiple(self, path: str, **sdk_options: Any) -> dict[str, str]:
        raise NotImplementedError("a secret has no path")


class LinkKeys:
    """The keys of one secret, the current one first."""

    def __init__(self, secret_arn: str, ticks: Callable[[], float] = time.monotonic) -> None:
        self._secret_arn = secret_arn
        self._stages = _BothStages(ticks)

    def accepted(self) -> list[str]:
        """Return the keys as they were at most five minutes ago.

        Raises
        ------
        StoreThrottledError
            Secrets Manager throttled the call or failed inside; try again.
        """
        return self._read(force=False)

    def refreshed(self) -> list[str] | None:
        """Return the keys as they are now; None where they were fetched a moment ago."""
        return None if self._stages.age() < REFRESH_SECONDS else self._read(force=True)

    def _read(self, force: bool) -> list[str]:
        try:
            value = self._stages.get(self._secret_arn, max_age=CACHED_SECONDS, force_fetch=force)
        except GetParameterError as failure:
            # Powertools wraps whatever fails; a throttle must keep its name to be retried.
            if isinstance(failure.__context__, FramewardenError):
                raise failure.__context__ from None
            raise
        return cast(list[str], cast(dict[str, Any], value)["keys"])


# One for each worker, so that its cache outlives a request.
link_keys = cache(LinkKeys)


def keys(secret_arn: str) -> list[str]:
    """Return a secret's keys, the current one, which signs, first."""
    return link_keys(secret_arn).accepted()
