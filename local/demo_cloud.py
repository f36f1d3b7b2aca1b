"""Bring the laptop cloud up for the demo, and take it down however the demo ends."""

import signal
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from types import FrameType

from local.laptop import cloud
from local.laptop.connection import Cloud


@dataclass
class Timing:
    """Seconds of each stage; `began` is the epoch second of the command's start."""

    began: float = field(default_factory=time.time)
    seconds: dict[str, float] = field(default_factory=dict)

    @contextmanager
    def of(self, name: str) -> Iterator[None]:
        """Measure one stage."""
        start = time.monotonic()
        try:
            yield
        finally:
            self.seconds[name] = time.monotonic() - start


@contextmanager
def terminable() -> Iterator[None]:
    """Let `kill` end the demo as Ctrl-C does: with nothing left behind."""

    def interrupt(_: int, __: FrameType | None) -> None:
        raise KeyboardInterrupt

    with _handled((signal.SIGTERM, signal.SIGHUP), interrupt):
        yield


@contextmanager
def laptop_cloud(
    port: int | None, keep: bool, timing: Timing, say: Callable[[str], None]
) -> Iterator[Cloud]:
    """Bring the laptop cloud up, and down again where it was not up before."""
    found = cloud.current() is not None
    with timing.of("cloud_up"):
        running = cloud.up(port=port, progress=say)  # a failed one tidies up after itself
    try:
        yield running
    finally:
        if found or keep:
            say("The laptop cloud stays up; end it with: framewarden down")
        else:
            # A second Ctrl-C must not leave a half-ended cloud behind.
            with _handled((signal.SIGINT, signal.SIGTERM, signal.SIGHUP), signal.SIG_IGN):
                cloud.down(progress=say)


@contextmanager
def _handled(names: tuple[signal.Signals, ...], handler: "signal._HANDLER") -> Iterator[None]:
    """Handle some signals in another way for a while."""
    before = [signal.signal(name, handler) for name in names]
    try:
        yield
    finally:
        for name, former in zip(names, before, strict=True):
            signal.signal(name, former)
