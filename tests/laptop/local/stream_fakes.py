"""An encoder, its channel and the frames bucket, as far as a broadcast touches them."""

from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from botocore.exceptions import ClientError

from local.broadcast import Broadcast
from local.encoder import MODERATED, Channel, KeyRevokedError
from local.footage import Frame
from local.player import Clock
from local.recording import Recorder, Recording
from local.target import Target

ARN = "arn:aws:ivs:eu-west-1:111122223333:channel/AbCdef1G2hij"
MACHINE = "arn:aws:states:eu-west-1:111122223333:stateMachine:moderate"


class FakeClock(Clock):
    """Time passes by sleeping only."""

    def __init__(self) -> None:
        self.now = 100.0
        self.slept: list[float] = []

    def monotonic(self) -> float:
        return self.now

    def time(self) -> float:
        return 1_800_000_000 + self.now

    def sleep(self, seconds: float) -> None:
        self.slept.append(seconds)
        self.now += seconds


@dataclass
class FakeIvs:
    """One channel, and the streams that it sends: one for each question."""

    tags: dict[str, str] = field(default_factory=lambda: dict(MODERATED))
    arn: str = ARN
    streams: list[str | None] = field(default_factory=list)
    asked: int = 0

    def get_channel(self, arn: str) -> dict[str, Any]:
        return {"channel": {"arn": self.arn, "name": "stage", "tags": self.tags}}

    def get_stream(self, channelArn: str) -> dict[str, Any]:  # noqa: N803 botocore's name
        self.asked += 1
        stream = self.streams.pop(0) if self.streams else None
        if stream is None:
            raise ClientError({"Error": {"Code": "ChannelNotBroadcasting"}}, "GetStream")
        return {"stream": {"streamId": stream, "state": "LIVE"}}


@dataclass
class FakeS3:
    """Remember the keys; deny those that hold `denied`."""

    keys: list[str] = field(default_factory=list)
    denied: str | None = None

    def put_object(self, **arguments: Any) -> dict[str, Any]:
        if self.denied is not None and self.denied in arguments["Key"]:
            raise ClientError({"Error": {"Code": "AccessDenied", "Message": "no"}}, "PutObject")
        self.keys.append(arguments["Key"])
        return {"VersionId": f"v{len(self.keys)}"}


@dataclass
class FakeEncoder:
    """Lasts for so many questions on each stream, and is refused where told so."""

    lasts: list[int] = field(default_factory=list)
    refusals: list[Exception | None] = field(default_factory=list)
    starts: int = 1
    tries: int = 0
    ends: int = 0
    connected: bool = True
    recording_prefix: str | None = None

    def start(self) -> str:
        self.tries += 1
        refusal = self.refusals.pop(0) if self.refusals else None
        if refusal:
            raise refusal
        self.starts, self.connected = self.starts + 1, True
        self.recording_prefix = f"ivs/v1/of-stream-{self.starts}"
        return f"st-{self.starts}"

    def stop(self) -> None:
        self.ends, self.connected = self.ends + 1, False

    def is_connected(self) -> bool:
        if self.connected and self.lasts:
            self.lasts[0] -= 1
            if self.lasts[0] < 0:
                self.lasts.pop(0)
                self.connected = False
        return self.connected


LOCKED_OUT = KeyRevokedError("stage")


def deployed(ivs: FakeIvs, s3: FakeS3) -> Target:
    clients: dict[str, Any] = {"ivs": ivs, "s3": s3}
    outputs = {"FramesBucket": "frames", "StateMachineArn": MACHINE}
    return Target("framewarden", "eu-west-1", outputs, clients.__getitem__)


def on_laptop(encoder: FakeEncoder, s3: FakeS3, ivs: FakeIvs | None = None) -> Broadcast:
    recording = Recording("frames", ARN, datetime(2026, 1, 2, tzinfo=UTC), "a1B2c3D4e5F6")
    channel = Channel(ARN, "stage", dict(MODERATED))
    recorder = Recorder(s3, recording)
    return Broadcast(ivs or FakeIvs(), channel, recorder, "st-1", encoder)  # type: ignore[arg-type]


def pictures(count: int) -> list[Frame]:
    return [Frame(number, float(number), b"jpeg %d" % number) for number in range(count)]
