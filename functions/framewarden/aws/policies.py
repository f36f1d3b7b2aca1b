"""Read the published policy from AppConfig; without a valid one nothing is judged."""

import json
from functools import cache, lru_cache
from typing import Any

from aws_lambda_powertools.utilities.parameters import AppConfigProvider
from botocore.exceptions import ClientError

from framewarden.aws.clients import client, code_of
from framewarden.aws.parameters import unwrapped
from framewarden.domain.errors import FramewardenError, PolicyInvalidError, PolicyUnavailableError
from framewarden.domain.policy import Policy, parse_policy
from framewarden.settings import PolicySource

# Seconds between looks at AppConfig: a new policy is everywhere within this.
MAX_AGE = 10


def current_policy(source: PolicySource) -> Policy:
    """Return the published policy, at most `MAX_AGE` seconds old.

    Raises
    ------
    StoreThrottledError
        AppConfig throttled the call or failed inside; try again.
    PolicyUnavailableError
        None is published, or AppConfig refuses to show it.
    PolicyInvalidError
        What is published breaks the policy's rules.
    """
    return _parsed(_published(source))


def current_document(source: PolicySource) -> tuple[Policy, dict[str, Any]]:
    """Return the published policy with the document that it was read from; raises the same."""
    raw = _published(source)
    return _parsed(raw), json.loads(raw)


def _published(source: PolicySource) -> bytes:
    try:
        raw = _latest(source)
    except ClientError as failure:
        raise PolicyUnavailableError(
            f"the policy cannot be read ({code_of(failure)}); framewarden policy publish FILE"
        ) from failure
    except KeyError:  # Powertools has nothing to return where nothing was ever published
        raw = b""
    if not raw.strip():
        raise PolicyUnavailableError("no policy is published: framewarden policy publish FILE")
    return raw


def _latest(source: PolicySource) -> bytes:
    try:
        return _read(source)
    except FramewardenError:
        # The answer may be lost with its poll token, which is good for one call only.
        _provider.cache_clear()
        raise
    except ClientError as failure:
        if code_of(failure) != "BadRequestException":
            raise
        # A poll token that is used or 24 hours old would fail in this worker for ever.
        _provider.cache_clear()
        return _read(source)


def _read(source: PolicySource) -> bytes:
    provider = _provider(source.policy_application, source.policy_environment)
    with unwrapped():
        value = provider.get(source.policy_profile, max_age=MAX_AGE)
    return value if isinstance(value, bytes) else str(value or "").encode()


@cache
def _provider(application: str, environment: str) -> AppConfigProvider:
    """Keep AppConfig's session, and the policy of a moment ago."""
    return AppConfigProvider(
        environment=environment, application=application, boto3_client=client("appconfigdata")
    )


@lru_cache(maxsize=4)
def _parsed(raw: bytes) -> Policy:
    try:
        document = json.loads(raw)
    except ValueError as failure:
        raise PolicyInvalidError([((), f"not JSON: {failure}")]) from failure
    return parse_policy(document)
