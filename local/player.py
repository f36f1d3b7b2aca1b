"""Play pictures as a live stream: put each, on time, under the key that Amazon IVS would write."""

import math
import threading
import time
from collections.abc import Callable, Iterable
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import asdict, dataclass, field
from typing import Any

from framewarden.domain.frames import frame_id
from local.errors import OperatorError
from local.footage import Frame, PictureError, frames, size_of, still
from local.recording import Recording

__all__ = [
    "Clock",
    "Frame",
    "PictureError",
    "PlayError",
    "Played",
    "Put",
    "Recording",
    "frames",
    "pace",
    "play",
    "size_of",
    "still",
]

PUTTING_AT_ONCE = 4
# Puts waiting for a thread; when it is full the stream waits, so that memory stays bounded.
QUEUED_PUTS = 8
# After a delay the player catches up, but never faster than twice the pace.
CATCH_UP = 0.5

Putter = Callable[[str, bytes], str | None]


class PlayError(OperatorError):
    """The pace makes no sense, or a frame could not be put."""


class Clock:
    """The clock that paces the player."""

    def monotonic(self) -> float:
        """Return seconds from an arbitrary moment, never backwards."""
        return time.monotonic()

    def time(self) -> float:
        """Return seconds of the epoch."""
        return time.time()

    def sleep(self, seconds: float) -> None:
        """Wait."""
        time.sleep(seconds)


@dataclass(frozen=True)
class Put:
    """One frame that was put; times in seconds of the epoch."""

    number: int
    key: str
    version_id: str | None
    frame_id: str
    started: float
    ended: float


@dataclass
class Played:
    """What the player did; lag in seconds behind the pace at its worst."""

    puts: list[Put] = field(default_factory=list)
    lag_seconds: float = 0.0
    went_offline: bool = False

    def document(self) -> dict[str, Any]:
        """Return it for JSON."""
        return asdict(self)


def pace(interval: float, speed: float) -> float:
    """Return the seconds between two frames.

    Raises
    ------
    PlayError
        The two make no pace.
    """
    gap = interval / speed if speed > 0 else math.nan
    if not (math.isfinite(gap) and gap > 0):
        raise PlayError(
            f"Interval {interval:g} at speed {speed:g} is no pace.", "Give two numbers above 0."
        )
    return gap


def play(
    recording: Recording,
    pictures: Iterable[Frame],
    *,
    interval: float,
    speed: float,
    put: Putter,
    clock: Clock | None = None,
    on_air: Callable[[], bool] = lambda: True,
    told: Callable[[Put], None] = lambda put: None,
) -> Played:
    """Put frame n at `n * interval / speed` seconds after the start, until the stream goes off air.

    Raises
    ------
    PlayError
        The pace makes no sense, or a frame could not be put.
    PictureError
        The source breaks on the way.
    """
    gap = pace(interval, speed)
    clock = clock or Clock()
    played = Played()
    with _Line(recording, put, clock, told, played) as line:
        start, last = clock.monotonic(), -math.inf
        for picture in pictures:
            due = start + picture.number * gap
            clock.sleep(max(0.0, max(due, last + gap * CATCH_UP) - clock.monotonic()))
            if not on_air():
                played.went_offline = True
                break
            line.take(picture)
            last = clock.monotonic()
            played.lag_seconds = max(played.lag_seconds, last - due)
    played.puts.sort(key=lambda one: one.number)
    return played


class _Line:
    """Put frames on a few threads, so that one slow put does not hold the pace."""

    def __init__(
        self,
        recording: Recording,
        put: Putter,
        clock: Clock,
        told: Callable[[Put], None],
        played: Played,
    ) -> None:
        self._recording, self._put, self._clock = recording, put, clock
        self._told, self._played = told, played
        self._pool = ThreadPoolExecutor(PUTTING_AT_ONCE, thread_name_prefix="put")
        self._room = threading.BoundedSemaphore(PUTTING_AT_ONCE + QUEUED_PUTS)
        self._record = threading.Lock()
        self._failed: list[str] = []

    def __enter__(self) -> "_Line":
        return self

    def __exit__(self, kind: type[BaseException] | None, *rest: object) -> None:
        self._pool.shutdown(wait=True, cancel_futures=kind is not None)
        if kind is None:
            self._raise_failure()

    def take(self, picture: Frame) -> None:
        """Queue a frame; waits while the queue is full."""
        self._room.acquire()
        self._raise_failure()
        self._pool.submit(self._put_one, picture).add_done_callback(self._done)

    def _done(self, _: Future[None]) -> None:
        self._room.release()

    def _put_one(self, picture: Frame) -> None:
        key = self._recording.key(picture.number)
        started = self._clock.time()
        try:
            version = self._put(key, picture.jpeg)
        except Exception as failure:  # whatever it is, the thread that plays must hear of it
            self._failed.append(f"Frame {picture.number} could not be put: {failure}")
            return
        identity = frame_id(self._recording.bucket, key, version)
        one = Put(picture.number, key, version, identity, started, self._clock.time())
        with self._record:
            self._played.puts.append(one)
            self._told(one)

    def _raise_failure(self) -> None:
        if self._failed:
            raise PlayError(self._failed[0])
