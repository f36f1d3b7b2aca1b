"""Send a source as a live channel: over one stream, or several where its encoder comes back."""

import math
from collections.abc import Callable, Iterable, Iterator
from contextlib import suppress
from dataclasses import asdict, dataclass, field, replace
from datetime import UTC, datetime
from itertools import count
from typing import Any

from botocore.exceptions import BotoCoreError, ClientError

from framewarden.domain.times import iso
from local.broadcast import Broadcast
from local.encoder import KeyRevokedError
from local.errors import OperatorError
from local.footage import Frame
from local.player import Clock, Played, PlayError, Put, play

Say = Callable[[str], None]


@dataclass(frozen=True)
class Retry:
    """How an encoder that was cut off comes back: every so many seconds, for so many in a row."""

    every: float = 2.0
    give_up_after: float = 60.0

    def __post_init__(self) -> None:
        """Refuse what would never try, or never end."""
        for seconds in (self.every, self.give_up_after):
            if not (math.isfinite(seconds) and seconds > 0):
                raise PlayError(f"To try again for {seconds:g} s makes no sense.", "Give seconds.")


@dataclass(frozen=True)
class Session:
    """One stream with a recording of its own; `ended_by` is `stopped` or `source`."""

    stream_id: str | None
    prefix: str
    frames: int
    ended_by: str

    @classmethod
    def of(cls, broadcast: Broadcast, played: Played) -> "Session":
        """Sum up what was played."""
        ended_by = "stopped" if played.went_offline else "source"
        prefix = broadcast.recording.prefix
        return cls(broadcast.stream_id, prefix, len(played.puts), ended_by)


class Reel:
    """A source whose pictures go to one session after another, numbered from 0 in each.

    A picture that a session asked for and did not put is the first of the next.
    """

    def __init__(self, pictures: Iterable[Frame]) -> None:
        self._pictures = iter(pictures)
        self._waiting: Frame | None = None

    def session(self, limit: int | None = None) -> Iterator[Frame]:
        """Give the pictures of one session: so many, or all that are left."""
        for number in count() if limit is None else range(limit):
            self._waiting = self._waiting or next(self._pictures, None)
            if self._waiting is None:
                return
            yield replace(self._waiting, number=number)
            self._waiting = None


@dataclass
class Sent:
    """What was done."""

    sessions: list[Session] = field(default_factory=list)
    puts: list[Put] = field(default_factory=list)
    refused: list[dict[str, str]] = field(default_factory=list)
    lag_seconds: float = 0.0
    gave_up: bool = False

    def add(self, broadcast: Broadcast, played: Played) -> None:
        """Note one session."""
        self.sessions.append(Session.of(broadcast, played))
        self.puts += played.puts
        self.lag_seconds = max(self.lag_seconds, played.lag_seconds)

    @property
    def went_offline(self) -> bool:
        """Tell whether a stop was the end of it."""
        return self.sessions[-1].ended_by == "stopped"

    def document(self, broadcast: Broadcast) -> dict[str, Any]:
        """Return it for JSON; stream and prefix above are those of the first session."""
        return {
            "channel_arn": broadcast.channel.arn,
            "stream_id": broadcast.stream_id,
            "bucket": broadcast.recording.bucket,
            "prefix": broadcast.recording.prefix,
            **asdict(self),
            "went_offline": self.went_offline,
        }

    def in_words(self) -> str:
        """Sum it up in a line."""
        streams = len(self.sessions)
        over = f"over {streams} streams, the last one's " if streams > 1 else ""
        told = f"{len(self.puts)} frames put {over}under {self.sessions[-1].prefix}"
        if self.went_offline:
            told += "; the stream was stopped, so the rest was not sent"
        return f"{told}; at most {self.lag_seconds:.2f} s behind the pace"


def send(
    broadcast: Broadcast,
    pictures: Iterable[Frame],
    *,
    interval: float,
    speed: float,
    say: Say,
    retry: Retry | None = None,
    clock: Clock | None = None,
) -> dict[str, Any]:
    """Play to the source's end, or to the stop that nobody comes back from; return what was done.

    Raises
    ------
    PlayError, PictureError
        The player or the source broke on the way.
    OperatorError
        The channel is gone, or the laptop cloud is.
    """
    clock, reel, sent = clock or Clock(), Reel(pictures), Sent()
    current: Broadcast | None = broadcast
    give_up_at: float | None = None
    while current:
        played = _session(current, reel, interval, speed, say, clock)
        sent.add(current, played)
        if not (played.went_offline and retry):
            break
        if played.puts or give_up_at is None:  # a stream that carried nothing is no return
            give_up_at = clock.monotonic() + retry.give_up_after
        current = _come_back(current, retry, give_up_at, sent, say, clock)
    say(sent.in_words())
    return sent.document(broadcast)


def _session(
    broadcast: Broadcast, reel: Reel, interval: float, speed: float, say: Say, clock: Clock
) -> Played:
    """Play over one stream, and end it with its recording however that goes."""
    name, stream = broadcast.channel.name or broadcast.channel.arn, broadcast.stream_id
    try:
        say(f"Channel {name} is live, stream {stream}" if stream else f"{name} is offline")
        return play(
            broadcast.recording,
            reel.session(),
            interval=interval,
            speed=speed,
            put=broadcast.recorder.put,
            clock=clock,
            on_air=broadcast.on_air(clock),
            told=lambda put: say(f"frame {put.number} put in {put.ended - put.started:.2f} s"),
        )
    finally:
        # The laptop cloud may have been taken down meanwhile.
        with suppress(OperatorError, BotoCoreError, ClientError):
            broadcast.end()


def _come_back(
    broadcast: Broadcast, retry: Retry, give_up_at: float, sent: Sent, say: Say, clock: Clock
) -> Broadcast | None:
    """Try until the channel takes the stream again; None where it did not in time."""
    say(f"the stream was stopped; trying again every {retry.every:g} s")
    refused = 0
    while (left := give_up_at - clock.monotonic()) > 0:
        clock.sleep(min(retry.every, left))
        try:
            return broadcast.reconnect()
        except KeyRevokedError:
            moment = datetime.fromtimestamp(clock.time(), UTC)
            sent.refused.append({"at": iso(moment), "reason": "stream_key_revoked"})
            if not refused:
                say("locked out: the stream key was revoked")
            refused += 1
    sent.gave_up = True
    say(f"gave up: off the air for {retry.give_up_after:g} s")
    return None
