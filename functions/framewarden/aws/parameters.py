"""Read where the moderators' pages are served, and keep the names of what fails in Powertools."""

from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache

from aws_lambda_powertools.utilities.parameters import SSMProvider
from aws_lambda_powertools.utilities.parameters.exceptions import GetParameterError

from framewarden.aws.clients import client, store

# Seconds; `framewarden up` and owners of a custom domain overwrite the parameter.
MAX_AGE = 60


@contextmanager
def unwrapped() -> Iterator[None]:
    """Raise what Powertools wraps: a throttle must keep its name to be retried."""
    with store():
        try:
            yield
        except GetParameterError as failure:
            raise failure.__context__ or failure from None


def console_url(name: str) -> str:
    """Return the pages' base URL, without a slash at its end.

    Raises
    ------
    StoreThrottledError
        Try again.
    """
    with unwrapped():
        return str(_provider().get(name, max_age=MAX_AGE)).rstrip("/")


@cache
def _provider() -> SSMProvider:
    return SSMProvider(boto3_client=client("ssm"))
