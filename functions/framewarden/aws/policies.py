"""Read the published policy from AppConfig; without a valid one nothing is judged."""

import json
from functools import lru_cache

from aws_lambda_powertools.utilities.parameters import get_app_config
from aws_lambda_powertools.utilities.parameters.exceptions import GetParameterError

from framewarden.domain.errors import PolicyInvalidError, PolicyUnavailableError
from framewarden.domain.policy import Policy, parse_policy
from framewarden.settings import PolicySource

# Seconds between looks at AppConfig: a new policy is everywhere within this.
MAX_AGE = 10


def current_policy(source: PolicySource) -> Policy:
    """Return the published policy, at most `MAX_AGE` seconds old.

    Raises
    ------
    PolicyUnavailableError
        None is published, or AppConfig cannot be read.
    PolicyInvalidError
        What is published breaks the policy's rules.
    """
    try:
        raw = get_app_config(
            name=source.policy_profile,
            environment=source.policy_environment,
            application=source.policy_application,
            max_age=MAX_AGE,
        )
    except GetParameterError as failure:
        raise PolicyUnavailableError(
            "the policy cannot be read; publish one: framewarden policy publish FILE"
        ) from failure
    text = raw.decode() if isinstance(raw, bytes) else str(raw or "")
    if not text.strip():
        raise PolicyUnavailableError("no policy is published: framewarden policy publish FILE")
    return _parsed(text)


@lru_cache(maxsize=4)
def _parsed(text: str) -> Policy:
    try:
        document = json.loads(text)
    except ValueError as failure:
        raise PolicyInvalidError([((), f"not JSON: {failure}")]) from failure
    return parse_policy(document)
