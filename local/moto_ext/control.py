"""Hold what steers the extension: faults, delays, quotas, events, answers and the log of calls.

The state lives in a backend of moto, so moto's reset (each ``mock_aws``) clears it.
"""

import os
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field
from threading import Lock
from typing import Any

from moto.core.base_backend import BackendDict, BaseBackend
from moto.core.models import DEFAULT_ACCOUNT_ID

KEPT_CALLS = 10_000


@dataclass(frozen=True)
class Delays:
    """How long the services take, in seconds."""

    stream_stop_seconds: float = 0.3
    medialive_seconds: float = 0.3


@dataclass(frozen=True)
class Event:
    """What a service tells EventBridge about one resource.

    It happens ``after_seconds`` from now, and is told ``late_seconds`` later than that.
    """

    source: str
    detail_type: str
    resource: str
    detail: dict[str, Any]
    after_seconds: float = 0.0
    late_seconds: float = 0.0


Sink = Callable[[Event], None]


@dataclass(frozen=True)
class Delivery:
    """Whether, how late and how often an event arrives."""

    mode: str = "on"
    delay_seconds: float = 0.0
    copies: int = 1


@dataclass
class Bucket:
    """The tokens of one operation's quota, as of a moment of the monotonic clock."""

    tokens: float
    filled_at: float


@dataclass(frozen=True)
class Call:
    """One call that reached a service: names and ids, never payloads."""

    service: str
    operation: str
    at: str
    params: dict[str, str]
    error: str | None
    seconds: float


@dataclass
class Fault:
    """What to do to matching calls, and how often: ``times`` counts down, -1 is for good."""

    service: str
    operation: str
    error: str | None = None
    delay_seconds: float = 0.0
    times: int = 1
    only: tuple[str, ...] = field(default=())


class ControlBackend(BaseBackend):
    """Keep the steering state of one process."""

    def __init__(self, region_name: str, account_id: str) -> None:
        super().__init__(region_name, account_id)
        self.lock = Lock()
        self.faults: list[Fault] = []
        self.calls: deque[Call] = deque(maxlen=KEPT_CALLS)
        self.delays = _delays_of_environment()
        self.recorded: dict[str, dict[str, Any]] | None = None
        self.training = "normal"
        self.calls_per_second = _quota_of_environment()
        self.buckets: dict[tuple[str, ...], Bucket] = {}
        self.delivery = Delivery()
        self.sink: Sink | None = None


def _delays_of_environment() -> Delays:
    return Delays(
        stream_stop_seconds=float(os.environ.get("FRAMEWARDEN_STREAM_STOP_SECONDS", "0.3")),
        medialive_seconds=float(os.environ.get("FRAMEWARDEN_MEDIALIVE_SECONDS", "0.3")),
    )


def _quota_of_environment() -> float | None:
    given = os.environ.get("FRAMEWARDEN_IVS_CALLS_PER_SECOND", "none")
    return None if given == "none" else float(given)


control_backends: BackendDict[ControlBackend] = BackendDict(
    ControlBackend, "framewarden", use_boto3_regions=False, additional_regions=["aws"]
)


def control() -> ControlBackend:
    """Return the steering state."""
    return control_backends[DEFAULT_ACCOUNT_ID]["aws"]
