"""Publish what the services tell EventBridge: at once, late, more than once, or never.

In ``mock_aws`` nothing leaves unless a test gives a sink. The server's sink is the courier.
"""

from dataclasses import replace

from local.moto_ext.control import Delivery, Event, Sink, control

MODES = ("on", "never")
_lasting: list[Sink] = []


def change(*, mode: str = "on", delay_seconds: float = 0.0, copies: int = 1) -> Delivery:
    """Set how the events from now on arrive; what is not given is as usual again.

    Raises
    ------
    ValueError: an unknown mode, a negative delay, or no copy at all.
    """
    if mode not in MODES:
        raise ValueError(f"mode is one of {', '.join(MODES)}")
    if delay_seconds < 0 or int(copies) != copies or copies < 1:
        raise ValueError("delay_seconds is not negative, copies is a number from 1 on")
    control().delivery = Delivery(mode, float(delay_seconds), int(copies))
    return control().delivery


def deliver_to(sink: Sink) -> None:
    """Hand every event from now on to ``sink``, until moto is reset."""
    control().sink = sink


def always_deliver_to(sink: Sink) -> None:
    """Hand this process's events to ``sink`` where no other is set, moto's resets included."""
    _lasting[:] = [sink]


def publish(event: Event) -> None:
    """Hand an event to the sink, which takes it without waiting."""
    state = control()
    sink = state.sink or next(iter(_lasting), None)
    how = state.delivery
    if sink is None or how.mode == "never":
        return
    for _ in range(how.copies):
        sink(replace(event, late_seconds=how.delay_seconds))
