"""Set how long the services take to stop a stream or to change a channel's state."""

from dataclasses import replace

from local.moto_ext.control import Delays, control


def current() -> Delays:
    """Return the delays in force."""
    return control().delays


def change(
    *, stream_stop_seconds: float | None = None, medialive_seconds: float | None = None
) -> Delays:
    """Change one delay or both, in seconds, for the transitions that begin from now on.

    Raises
    ------
    ValueError: a negative delay.
    """
    wanted = {
        "stream_stop_seconds": stream_stop_seconds,
        "medialive_seconds": medialive_seconds,
    }
    given = {name: float(value) for name, value in wanted.items() if value is not None}
    if any(value < 0 for value in given.values()):
        raise ValueError("a delay is not negative")
    control().delays = replace(control().delays, **given)
    return control().delays
