"""Stand on the wire between our gateways and AWS: record every call, answer or fail some."""

from collections import defaultdict, deque
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from itertools import count
from threading import local
from types import SimpleNamespace
from typing import Any

from botocore.exceptions import ConnectionClosedError

Answer = Callable[[dict[str, Any]], Any]


class KilledError(BaseException):
    """The worker dies here; nothing of ours can catch it."""


@dataclass(frozen=True)
class Call:
    """One call of a gateway, as it was asked."""

    service: str
    operation: str
    asked: dict[str, Any]


@dataclass
class Wire:
    """What one test says to its clients; operations are named as AWS names them, say `PutItem`."""

    calls: list[Call] = field(default_factory=list)
    _once: dict[str, deque[Answer]] = field(default_factory=lambda: defaultdict(deque))
    _always: dict[str, Answer] = field(default_factory=dict)
    _lost: dict[str, int] = field(default_factory=lambda: defaultdict(int))
    _kill: tuple[int, bool] | None = None
    _numbers: Iterator[int] = field(default_factory=count)
    # The number of the call that a thread is at: several threads of a worker may call at once.
    _now: local = field(default_factory=local)

    def made(self, operation: str) -> list[dict[str, Any]]:
        """Return what was asked of an operation, in order."""
        return [call.asked for call in self.calls if call.operation == operation]

    def forget(self) -> None:
        """Forget the calls so far."""
        self.calls.clear()

    def fails(
        self, operation: str, code: str, *, times: int = 1, status: int = 400, **more: Any
    ) -> None:
        """Let the next calls of an operation fail with AWS's name of an error."""

        def refuse(asked: dict[str, Any]) -> Any:
            parsed = {
                "Error": {"Code": code, "Message": "injected"},
                "ResponseMetadata": {"HTTPStatusCode": status},
                **more,
            }
            return SimpleNamespace(status_code=status, headers={}), parsed

        self._once[operation].extend([refuse] * times)

    def raises(self, operation: str, error: BaseException) -> None:
        """Let the next call of an operation raise before it is sent."""

        def refuse(asked: dict[str, Any]) -> Any:
            raise error

        self._once[operation].append(refuse)

    def before(self, operation: str, do: Callable[[], Any]) -> None:
        """Do something just before the next call of an operation: another worker is faster."""

        def meanwhile(asked: dict[str, Any]) -> None:
            do()

        self._once[operation].append(meanwhile)

    def loses(self, operation: str, times: int = 1) -> None:
        """Let the next calls of an operation take effect, and lose their answers."""
        self._lost[operation] += times

    def serves(self, operation: str, answer: Answer) -> None:
        """Answer an operation that moto does not have."""
        self._always[operation] = answer

    @contextmanager
    def killed_at(self, call: int, *, after: bool) -> Iterator[None]:
        """Kill the worker before its n-th call is sent, or after it has taken effect."""
        self._numbers, self._kill = count(1), (call, after)
        try:
            yield
        finally:
            self._kill = None

    def send(self, service: str, operation: str, asked: dict[str, Any]) -> Any:
        """Hear of a call before it is sent; an answer returned here is the answer."""
        self._now.number = next(self._numbers)
        if self._kill == (self._now.number, False):
            raise KilledError
        self.calls.append(Call(service, operation, asked))
        if self._once[operation]:
            answer = self._once[operation].popleft()(asked)
            if answer is not None:
                return answer
        if operation in self._always:
            answer = self._always[operation](asked)
            return answer if isinstance(answer, tuple) else _answered(answer)
        return None

    def receive(self, operation: str, status: int) -> None:
        """Hear of a call that took effect, or failed."""
        if self._lost[operation] and status < 300:
            self._lost[operation] -= 1
            raise ConnectionClosedError(endpoint_url="https://example.invalid")
        if self._kill == (self._now.number, True):
            raise KilledError


class Hub:
    """Listen to every client of a session, for the wire of the test that runs."""

    def __init__(self, session: Any) -> None:
        self.wire: Wire | None = None
        session.events.register("before-parameter-build", self._note)
        session.events.register("before-call", self._send)
        session.events.register("after-call", self._receive)

    def _note(self, params: Any, context: dict[str, Any], **_: Any) -> None:
        context["asked"] = params

    def _send(self, event_name: str, context: dict[str, Any], **_: Any) -> Any:
        _, service, operation = event_name.split(".")
        return self.wire.send(service, operation, context["asked"]) if self.wire else None

    def _receive(self, event_name: str, http_response: Any, **_: Any) -> None:
        if self.wire:
            self.wire.receive(event_name.split(".")[2], http_response.status_code)


def refused(code: str, status: int = 400) -> Any:
    """Return an error for `serves`."""
    error = {"Error": {"Code": code, "Message": "injected"}}
    answer = error | {"ResponseMetadata": {"HTTPStatusCode": status}}
    return SimpleNamespace(status_code=status, headers={}), answer


def _answered(parsed: dict[str, Any]) -> Any:
    return SimpleNamespace(status_code=200, headers={}), {"ResponseMetadata": {}, **parsed}
