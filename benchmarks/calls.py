"""Read when the laptop's video and image services were called, from the extension's own log."""

import json
from dataclasses import dataclass
from http.client import HTTPConnection
from typing import Any
from urllib.parse import SplitResult, urlsplit

from framewarden.domain.times import parse


@dataclass(frozen=True)
class ServiceCall:
    """One call: when it arrived (seconds of the epoch), and how long the service took."""

    operation: str
    arrived: float
    seconds: float
    params: dict[str, str]
    error: str | None

    @property
    def accepted(self) -> float:
        """Return when the service had answered."""
        return self.arrived + self.seconds


class CallLog:
    """The extension's log of calls."""

    def __init__(self, moto_endpoint: str) -> None:
        self._endpoint = urlsplit(moto_endpoint)

    def read(self) -> list[ServiceCall]:
        """Return the calls since the log was cleared, oldest first."""
        return [
            ServiceCall(
                one["operation"],
                parse(one["at"]).timestamp(),
                one["seconds"],
                one["params"],
                one["error"],
            )
            for one in self._ask("GET")
        ]

    def clear(self) -> None:
        """Forget every call."""
        self._ask("DELETE")

    def accepted_stop(self, channel_arn: str) -> ServiceCall | None:
        """Return the first call of StopStream for a channel that was accepted."""
        stops = (one for one in self.read() if one.operation == "StopStream" and not one.error)
        return next((one for one in stops if one.params.get("channelArn") == channel_arn), None)

    def _ask(self, method: str) -> Any:
        return _control(self._endpoint, method, "calls", None)


def control(moto_endpoint: str, what: str, **body: Any) -> Any:
    """Tell the extension something."""
    return _control(urlsplit(moto_endpoint), "POST", what, json.dumps(body))


def inference(moto_endpoint: str) -> dict[str, float]:
    """Return how many images the model has looked at, and for how long, since the cloud began."""
    told: dict[str, float] = _control(urlsplit(moto_endpoint), "GET", "inference", None)
    return told


def _control(endpoint: SplitResult, method: str, what: str, body: str | None) -> Any:
    # Not urllib: it would send a call to this machine through the proxy of the environment.
    connection = HTTPConnection(endpoint.hostname or "", endpoint.port, timeout=10)
    try:
        connection.request(method, f"/_framewarden/{what}", body)
        return json.loads(connection.getresponse().read() or b"null")
    finally:
        connection.close()
