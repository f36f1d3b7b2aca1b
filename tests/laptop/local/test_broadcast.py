"""A deployed stack's channel is only joined, never started, and a broadcast always ends."""

from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

import pytest
from botocore.exceptions import ClientError

from local.broadcast import Broadcast, join, send
from local.encoder import MODERATED, Channel
from local.errors import OperatorError
from local.footage import Frame
from local.player import PlayError
from local.recording import Recorder, Recording
from local.target import Target

ARN = "arn:aws:ivs:eu-west-1:111122223333:channel/AbCdef1G2hij"
MACHINE = "arn:aws:states:eu-west-1:111122223333:stateMachine:moderate"


@dataclass
class FakeIvs:
    """One channel, and the streams that it sends: one for each question."""

    tags: dict[str, str] = field(default_factory=lambda: dict(MODERATED))
    arn: str = ARN
    streams: list[str | None] = field(default_factory=list)

    def get_channel(self, arn: str) -> dict[str, Any]:
        return {"channel": {"arn": self.arn, "name": "stage", "tags": self.tags}}

    def get_stream(self, channelArn: str) -> dict[str, Any]:  # noqa: N803 botocore's name
        stream = self.streams.pop(0) if self.streams else None
        if stream is None:
            raise ClientError({"Error": {"Code": "ChannelNotBroadcasting"}}, "GetStream")
        return {"stream": {"streamId": stream, "state": "LIVE"}}


@dataclass
class FakeS3:
    """Remember the keys; deny them where told so."""

    keys: list[str] = field(default_factory=list)
    denies: bool = False

    def put_object(self, **arguments: Any) -> dict[str, Any]:
        if self.denies:
            raise ClientError({"Error": {"Code": "AccessDenied", "Message": "no"}}, "PutObject")
        self.keys.append(arguments["Key"])
        return {"VersionId": f"v{len(self.keys)}"}


@dataclass
class FakeEncoder:
    """Count the ends."""

    ends: int = 0

    def stop(self) -> None:
        self.ends += 1


def deployed(ivs: FakeIvs, s3: FakeS3) -> Target:
    clients: dict[str, Any] = {"ivs": ivs, "s3": s3}
    outputs = {"FramesBucket": "frames", "StateMachineArn": MACHINE}
    return Target("framewarden", "eu-west-1", outputs, clients.__getitem__)


def on_laptop(ivs: FakeIvs, s3: FakeS3) -> tuple[Broadcast, FakeEncoder]:
    encoder = FakeEncoder()
    recording = Recording("frames", ARN, datetime(2026, 1, 2, tzinfo=UTC), "a1B2c3D4e5F6")
    channel = Channel(ARN, "stage", dict(MODERATED))
    made = Broadcast(ivs, channel, Recorder(s3, recording), "st-1", encoder)  # type: ignore[arg-type]
    return made, encoder


def pictures(count: int) -> list[Frame]:
    return [Frame(number, float(number), b"jpeg") for number in range(count)]


def test_frames_of_a_deployed_stack_are_put_and_nothing_else_is_done() -> None:
    s3, said = FakeS3(), list[str]()
    broadcast = join(deployed(FakeIvs(), s3), ARN)

    told = send(broadcast, pictures(2), interval=0.01, speed=1, say=said.append)

    assert s3.keys == [broadcast.recording.key(0), broadcast.recording.key(1)]
    assert s3.keys[0].startswith("ivs/v1/111122223333/AbCdef1G2hij/")
    assert told["stream_id"] is None
    assert said[0] == "stage is offline"


def test_a_channel_outside_the_stacks_account_and_region_is_refused() -> None:
    foreign = FakeIvs(arn=ARN.replace("111122223333", "999999999999"))

    with pytest.raises(OperatorError, match="not in the stack's region and account"):
        join(deployed(foreign, FakeS3()), foreign.arn)


def test_a_channel_without_the_tag_is_refused() -> None:
    with pytest.raises(OperatorError, match="framewarden=moderated"):
        join(deployed(FakeIvs(tags={}), FakeS3()), ARN)


def test_what_went_live_is_ended_and_its_recording_too() -> None:
    s3 = FakeS3()
    broadcast, encoder = on_laptop(FakeIvs(streams=["st-1"] * 9), s3)

    told = send(broadcast, pictures(1), interval=0.01, speed=1, say=lambda line: None)

    assert encoder.ends == 1
    assert s3.keys[-1].endswith("/events/recording-ended.json")
    assert [one["number"] for one in told["puts"]] == [0]


def test_a_stream_that_was_stopped_is_not_ended_again_and_the_player_says_so() -> None:
    said = list[str]()
    broadcast, encoder = on_laptop(FakeIvs(streams=[None]), FakeS3())

    told = send(broadcast, pictures(3), interval=0.01, speed=1, say=said.append)

    assert told["went_offline"]
    assert told["puts"] == []
    assert encoder.ends == 0
    assert "the stream was stopped" in said[-1]


def test_a_broadcast_ends_also_where_a_frame_could_not_be_put() -> None:
    broadcast, _ = on_laptop(FakeIvs(streams=["st-1"] * 9), FakeS3(denies=True))

    with pytest.raises(PlayError, match="AccessDenied"):
        send(broadcast, pictures(1), interval=0.01, speed=1, say=lambda line: None)
