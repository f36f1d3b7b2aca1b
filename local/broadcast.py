"""Put a channel on air: on a laptop as its broadcaster and recorder, elsewhere as the latter."""

from collections.abc import Callable, Iterable
from contextlib import suppress
from dataclasses import dataclass
from typing import Any

from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError

from local.encoder import (
    Channel,
    Encoder,
    live_stream,
    made_channel,
    moderated_channel,
    on_air,
    recording_into,
)
from local.errors import OperatorError
from local.footage import Frame
from local.laptop.connection import Cloud, unconfigured_session
from local.laptop.loopback import require_loopback
from local.player import Played, play
from local.recording import Recorder, Recording, recorder_credentials
from local.target import Target


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
        """Ask IVS whether the channel is off air."""
        return live_stream(self.ivs, self.channel.arn) is None

    def end(self) -> None:
        """End the recording, and the stream where it is ours and nobody stopped it."""
        if self.encoder is None:
            return
        self.recorder.ended()
        if not self.is_offline:
            self.encoder.stop()


def go_live(cloud: Cloud, target: Target, name: str) -> Broadcast:
    """Make a channel of the laptop cloud go live, and begin its recording."""
    ivs, bucket = target.client("ivs"), target.output("FramesBucket")
    channel = made_channel(ivs, name, recording_into(ivs, bucket))
    s3 = recorder_client(cloud, bucket)
    encoder = Encoder(cloud.moto_endpoint, channel)
    stream_id = encoder.start()
    recorder = Recorder(s3, Recording.begin(bucket, channel.arn))
    try:
        recorder.started()
    except BaseException:
        encoder.stop()
        raise
    return Broadcast(ivs, channel, recorder, stream_id, encoder)


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


def send(
    broadcast: Broadcast,
    pictures: Iterable[Frame],
    *,
    interval: float,
    speed: float,
    say: Callable[[str], None],
) -> dict[str, Any]:
    """Play to the end or to the stop, then end the broadcast; return what was done, for JSON."""
    live = broadcast.stream_id is not None
    name = broadcast.channel.name or broadcast.channel.arn
    say(f"Channel {name} is live, stream {broadcast.stream_id}" if live else f"{name} is offline")
    try:
        played = play(
            broadcast.recording,
            pictures,
            interval=interval,
            speed=speed,
            put=broadcast.recorder.put,
            told=lambda put: say(f"frame {put.number} put in {put.ended - put.started:.2f} s"),
            on_air=on_air(broadcast.ivs, broadcast.channel.arn) if live else lambda: True,
        )
    finally:
        # The laptop cloud may have been taken down meanwhile.
        with suppress(OperatorError, BotoCoreError, ClientError):
            broadcast.end()
    say(_in_words(played, broadcast))
    return {
        "channel_arn": broadcast.channel.arn,
        "stream_id": broadcast.stream_id,
        "bucket": broadcast.recording.bucket,
        "prefix": broadcast.recording.prefix,
        **played.document(),
    }


def _in_words(played: Played, broadcast: Broadcast) -> str:
    told = f"{len(played.puts)} frames put under {broadcast.recording.prefix}"
    if played.went_offline:
        told += "; the stream was stopped, so the rest was not sent"
    return f"{told}; at most {played.lag_seconds:.2f} s behind the pace"
