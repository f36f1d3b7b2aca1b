"""Stage the demo: what its channel sends, played while somebody watches."""

import queue
import threading
from collections.abc import Iterable, Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime
from itertools import islice

from local.broadcast import Broadcast
from local.errors import OperatorError
from local.footage import Frame, frames, size_of, still
from local.laptop.home import REPOSITORY
from local.player import Played, Put, play
from local.sending import Reel, Session

CLIP = REPOSITORY / "samples" / "big-buck-bunny-trailer-360p.mp4"
POSITIVE = REPOSITORY / "samples" / "positive-abstract.png"
INTERVAL_SECONDS = 1.0
# The film's first pictures are clean: see samples/README.md.
CLEAN_PICTURES = 28


def programme() -> Iterator[Frame]:
    """Give what the demo's channel sends: the clip, and at its end the abstract positive."""
    last = None
    for last in frames(CLIP, INTERVAL_SECONDS):
        yield last
    if last:
        picture = still(POSITIVE, size_of(last.jpeg))
        yield Frame(last.number + 1, last.seconds + INTERVAL_SECONDS, picture)


def clean() -> Reel:
    """Give what the encoder sends when it comes back: the beginning of the clip."""
    return Reel(islice(frames(CLIP, INTERVAL_SECONDS), CLEAN_PICTURES))


def channel_name() -> str:
    """Name a channel of this run: another run's reviews and stops are none of its business."""
    return f"demo-{datetime.now(UTC):%Y%m%d-%H%M%S}"


@dataclass
class Performance:
    """Pictures being played, on a thread of its own, so that somebody can watch meanwhile."""

    broadcast: Broadcast
    speed: float
    pictures: Iterable[Frame] = field(default_factory=programme)
    played: Played | None = None
    _failure: BaseException | None = None
    _fresh: "queue.SimpleQueue[Put]" = field(default_factory=queue.SimpleQueue)
    _halted: threading.Event = field(default_factory=threading.Event)
    _thread: threading.Thread | None = None

    def start(self) -> None:
        """Begin to play."""
        self._thread = threading.Thread(target=self._play, name="player", daemon=True)
        self._thread.start()

    def halt(self) -> None:
        """Stop playing, and wait until the last put has ended."""
        self._halted.set()
        if self._thread:
            self._thread.join()

    @property
    def has_ended(self) -> bool:
        """Tell whether the last frame was put.

        Raises
        ------
        OperatorError
            The player gave up.
        """
        if self._thread is None or self._thread.is_alive():
            return False
        if isinstance(self._failure, OperatorError):
            raise self._failure
        if self._failure:
            raise OperatorError(f"The player gave up: {self._failure}.") from self._failure
        return True

    @property
    def went_offline(self) -> bool:
        """Tell whether the stream was cut before the pictures were at their end."""
        return self.played is not None and self.played.went_offline

    @property
    def session(self) -> Session:
        """Sum up what was sent, once it has ended."""
        return Session.of(self.broadcast, self.played or Played())

    def fresh(self) -> list[Put]:
        """Return the frames that were put since the last call."""
        puts = []
        with suppress(queue.Empty):
            while True:
                puts.append(self._fresh.get_nowait())
        return puts

    def _play(self) -> None:
        live = self.broadcast.on_air()
        try:
            self.played = play(
                self.broadcast.recording,
                self.pictures,
                interval=INTERVAL_SECONDS,
                speed=self.speed,
                put=self.broadcast.recorder.put,
                on_air=lambda: not self._halted.is_set() and live(),
                told=self._fresh.put,
            )
        except Exception as failure:  # the thread that watches tells it
            self._failure = failure
