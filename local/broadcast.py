"""Put a channel on air: on a laptop as its broadcaster and recorder, elsewhere as the latter."""

from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, replace
from typing import Any

from botocore.config import Config

from local.encoder import (
    Channel,
    Encoder,
    KeyRevokedError,
    live_stream,
    made_channel,
    moderated_channel,
    recording_into,
)
from local.errors import OperatorError
from local.laptop.connection import Cloud, unconfigured_session
from local.laptop.loopback import require_loopback
from local.player import Clock
from local.recording import Recorder, Recording, recorder_credentials
from local.target import Target

# A connection that is cut is noticed at once; the control endpoint has no quota.
NOTICED_AFTER_SECONDS = 0.1
# GetStream has a quota of five calls a second in an account, which the functions need.
GET_STREAM_EVERY_SECONDS = 1.0


@dataclass
class Broadcast:
    """A channel and the recorder of its frames; `encoder` is there where we made it go live."""

    ivs: Any
    channel: Channel
    recorder: Recorder
    stream_id: str | None
    encoder: Encoder | None = None

    @property
    def recording(self) -> Recording:
        """Return the recording that is being written."""
        return self.recorder.recording

    @property
    def is_offline(self) -> bool:
        """Ask IVS whether this stream is off air."""
        live = live_stream(self.ivs, self.channel.arn)
        return live is None or live != self.stream_id

    def on_air(self, clock: Clock | None = None) -> Callable[[], bool]:
        """Return the player's question: does the stream still run? Yes where there was none."""
        if self.encoder:
            return until_no(self.encoder.is_connected, NOTICED_AFTER_SECONDS, clock)
        if self.stream_id is None:
            return lambda: True
        return until_no(lambda: not self.is_offline, GET_STREAM_EVERY_SECONDS, clock)

    def end(self) -> None:
        """End the recording, and the stream where it is ours and nobody stopped it."""
        if self.encoder is None:
            return
        self.recorder.ended()
        if self.encoder.is_connected():
            self.encoder.stop()

    def reconnect(self) -> "Broadcast":
        """Go live again with the key that the encoder has; stream and recording are new ones.

        Raises
        ------
        KeyRevokedError
            The key lets nobody in any more.
        OperatorError
            The encoder is somebody else's.
        """
        if self.encoder is None:
            raise OperatorError(
                f"The encoder of {self.channel.name} is not ours to reconnect.",
                "Only the laptop cloud plays the broadcaster.",
            )
        return _live(self, self.encoder)


def go_live(cloud: Cloud, target: Target, name: str) -> Broadcast:
    """Make a channel of the laptop cloud go live, and begin its recording."""
    ivs, bucket = target.client("ivs"), target.output("FramesBucket")
    channel = made_channel(ivs, name, recording_into(ivs, bucket))
    recorder = Recorder(recorder_client(cloud, bucket), Recording.begin(bucket, channel.arn))
    encoder = Encoder(cloud.moto_endpoint, channel)
    return _live(Broadcast(ivs, channel, recorder, None, encoder), encoder)


def _live(broadcast: Broadcast, encoder: Encoder) -> Broadcast:
    """Start stream and recording; where the second fails, or somebody interrupts, neither runs."""
    try:
        stream_id = encoder.start()
        recorder = broadcast.recorder.anew(encoder.recording_prefix)
        recorder.started()
    except KeyRevokedError:  # what may be live there is another encoder's
        raise
    except BaseException:
        with suppress(OperatorError):
            if encoder.is_connected():
                encoder.stop()
        raise
    return replace(broadcast, stream_id=stream_id, recorder=recorder)


def join(target: Target, wanted: str) -> Broadcast:
    """Take a moderated channel of a deployed stack's account and region as it is.

    Raises
    ------
    OperatorError
        There is no such channel, or it is not under this stack's moderation.
    """
    ivs = target.client("ivs")
    channel = moderated_channel(ivs, wanted)
    home = target.output("StateMachineArn").split(":")[3:5]
    if channel.arn.split(":")[3:5] != home:
        raise OperatorError(
            f"{channel.arn} is not in the stack's region and account ({' '.join(home)}).",
            "Frames of another account are refused; name a channel of this one.",
        )
    recording = Recording.begin(target.output("FramesBucket"), channel.arn)
    stream_id = live_stream(ivs, channel.arn)
    return Broadcast(ivs, channel, Recorder(target.client("s3"), recording), stream_id)


def recorder_client(cloud: Cloud, bucket: str) -> Any:
    """Make the S3 client of the laptop's IVS recorder."""
    made = recorder_credentials(cloud.client("iam"), cloud.client("sts"), bucket, cloud.account)
    return unconfigured_session().client(
        "s3",
        region_name=cloud.region,
        endpoint_url=require_loopback(cloud.endpoint),
        aws_access_key_id=made.access_key,
        aws_secret_access_key=made.secret_key,
        aws_session_token=made.token,
        config=Config(proxies={}),
    )


def until_no(
    question: Callable[[], bool], every: float, clock: Clock | None = None
) -> Callable[[], bool]:
    """Pass a question on once in `every` seconds, and no more once the answer was no."""
    clock = clock or Clock()
    answer = True
    look_at = clock.monotonic()

    def ask() -> bool:
        nonlocal answer, look_at
        now = clock.monotonic()
        if answer and now >= look_at:
            look_at = now + every
            answer = question()
        return answer

    return ask
