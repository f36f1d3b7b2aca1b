"""Make the services throttle, fail, deny or dawdle."""

import time
from collections.abc import Mapping

from moto.core.utils import get_service_model

from local.moto_ext.control import Fault, control
from local.moto_ext.errors import UNMODELLED_STATUS, AwsError
from local.moto_ext.services import SERVICES


def add(
    service: str,
    operation: str,
    error: str | None = None,
    *,
    delay_seconds: float = 0.0,
    times: int = 1,
    channel_arn: str = "",
    key: str = "",
) -> Fault:
    """Make the next ``times`` matching calls fail or wait (-1: until cleared).

    ``operation`` may be ``*``. ``channel_arn`` and ``key`` narrow it to calls one of whose ids
    contains them. A delay without an error slows the call down and lets it through.

    Raises
    ------
    ValueError: an unknown service, operation or error name, or a fault that does nothing.
    """
    if service not in SERVICES:
        raise ValueError(f"unknown service {service!r}: one of {', '.join(SERVICES)}")
    model = get_service_model(service)
    if operation != "*" and operation not in model.operation_names:
        raise ValueError(f"{service} has no operation {operation!r}")
    known = {shape.name for shape in model.error_shapes} | set(UNMODELLED_STATUS)
    if error is not None and error not in known:
        raise ValueError(f"{service} has no error {error!r}: one of {', '.join(sorted(known))}")
    if error is None and delay_seconds <= 0:
        raise ValueError("a fault needs an error or a positive delay_seconds")
    if times == 0 or times < -1 or delay_seconds < 0:
        raise ValueError("times is a positive number or -1, delay_seconds is not negative")
    only = tuple(part for part in (channel_arn, key) if part)
    fault = Fault(service, operation, error, delay_seconds, times, only)
    state = control()
    with state.lock:
        state.faults.append(fault)
    return fault


def clear() -> None:
    """Forget every fault."""
    state = control()
    with state.lock:
        state.faults.clear()


def active() -> list[Fault]:
    """List the faults that can still strike."""
    state = control()
    with state.lock:
        return list(state.faults)


def strike(service: str, operation: str, ids: Mapping[str, str]) -> None:
    """Apply the first fault that matches this call, if there is one.

    Raises
    ------
    AwsError: the fault's error.
    """
    fault = _take(service, operation, ids)
    if fault is None:
        return
    if fault.delay_seconds:
        time.sleep(fault.delay_seconds)
    if fault.error:
        raise AwsError(fault.error, f"{fault.error} was asked for by a fault of this test cloud.")


def _take(service: str, operation: str, ids: Mapping[str, str]) -> Fault | None:
    state = control()
    with state.lock:
        for fault in state.faults:
            if _matches(fault, service, operation, ids):
                if fault.times > 0:
                    fault.times -= 1
                if fault.times == 0:
                    state.faults.remove(fault)
                return fault
    return None


def _matches(fault: Fault, service: str, operation: str, ids: Mapping[str, str]) -> bool:
    return (
        fault.service == service
        and fault.operation in ("*", operation)
        and all(any(part in value for value in ids.values()) for part in fault.only)
    )
