"""Make each boto3 client once per worker, and name its failures."""

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from functools import cache
from typing import Any

import boto3
from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError

from framewarden.domain.errors import FramewardenError, StoreConflictError, StoreThrottledError

# A step has 15 s; two tries of 4 s leave time to fail by name.
ORDINARY = Config(
    connect_timeout=2, read_timeout=4, retries={"mode": "standard", "total_max_attempts": 2}
)
# Retries that the ASL makes by name, with jitter, are not made twice.
SINGLE = Config(connect_timeout=2, read_timeout=6, retries={"total_max_attempts": 1})
RETRIED_BY_THE_ASL = frozenset({"rekognition", "ivs", "medialive"})
# A list of many pages, at five calls a second, is waited for: nobody's stream depends on it.
PATIENT = Config(
    connect_timeout=2, read_timeout=6, retries={"mode": "adaptive", "total_max_attempts": 8}
)

Codes = Mapping[str, type[FramewardenError]]

STORE_FAILURES: Codes = dict.fromkeys(
    (
        "ThrottlingException",
        "Throttling",
        "ThrottledException",
        "TooManyRequestsException",
        "ProvisionedThroughputExceededException",
        "RequestLimitExceeded",
        "InternalServerError",
        "InternalServerException",
        "InternalError",
        "InternalFailure",
        "ServiceUnavailable",
        "SlowDown",
        "503",
    ),
    StoreThrottledError,
) | dict.fromkeys(
    (
        "TransactionConflictException",
        "TransactionInProgressException",
        "ConditionalRequestConflict",
    ),
    StoreConflictError,
)


_brought: list[Callable[[str], Any]] = []


@cache
def client(service: str, patient: bool = False) -> Any:
    """Return the worker's client of a service; a patient one retries throttles by itself."""
    if _brought:
        return _brought[-1](service)
    config = SINGLE if service in RETRIED_BY_THE_ASL else ORDINARY
    config = PATIENT if patient else config
    make: Any = boto3.client  # its stubs know each service by a literal only
    return make(service, config=config)


@contextmanager
def brought(connect: Callable[[str], Any]) -> Iterator[None]:
    """Let whoever is no function, a terminal, work with clients of its own for a while."""
    _brought.append(connect)
    client.cache_clear()
    try:
        yield
    finally:
        _brought.pop()
        client.cache_clear()


def code_of(failure: ClientError) -> str:
    """Return AWS's name of a failure."""
    return str(failure.response.get("Error", {}).get("Code", ""))


@contextmanager
def named(codes: Codes, unreachable: type[FramewardenError]) -> Iterator[None]:
    """Turn AWS's failures into ours by name; what is not named passes as it is.

    A throttle wrapped in a generic exception is never retried: each keeps a leaf of its own. A
    failure inside AWS (5xx) is `unreachable` whatever it is called.
    """
    try:
        yield
    except ClientError as failure:
        inside = failure.response.get("ResponseMetadata", {}).get("HTTPStatusCode", 0) >= 500
        ours = codes.get(code_of(failure)) or (unreachable if inside else None)
        if ours is None:
            raise
        raise ours(f"{failure.operation_name}: {code_of(failure)}") from failure
    except BotoCoreError as failure:
        raise unreachable(type(failure).__name__) from failure


@contextmanager
def store() -> Iterator[None]:
    """Name the failures of DynamoDB, S3, SNS and the rest of our own stores."""
    with named(STORE_FAILURES, StoreThrottledError):
        yield
