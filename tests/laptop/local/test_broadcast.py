"""A deployed stack's channel is only joined, never started, and a broadcast always ends."""

import pytest
from botocore.exceptions import ClientError
from stream_fakes import (
    ARN,
    LOCKED_OUT,
    FakeClock,
    FakeEncoder,
    FakeIvs,
    FakeS3,
    deployed,
    on_laptop,
)

from local.broadcast import GET_STREAM_EVERY_SECONDS, NOTICED_AFTER_SECONDS, join, until_no
from local.errors import OperatorError


def test_a_channel_outside_the_stacks_account_and_region_is_refused() -> None:
    foreign = FakeIvs(arn=ARN.replace("111122223333", "999999999999"))

    with pytest.raises(OperatorError, match="not in the stack's region and account"):
        join(deployed(foreign, FakeS3()), foreign.arn)


def test_a_channel_without_the_tag_is_refused() -> None:
    with pytest.raises(OperatorError, match="framewarden=moderated"):
        join(deployed(FakeIvs(tags={}), FakeS3()), ARN)


def test_the_laptops_encoder_is_asked_itself_and_getstream_never() -> None:
    ivs, clock, encoder = FakeIvs(), FakeClock(), FakeEncoder(lasts=[1])
    ask = on_laptop(encoder, FakeS3(), ivs).on_air(clock)

    assert ask()
    clock.now += NOTICED_AFTER_SECONDS
    assert not ask()
    assert ivs.asked == 0


def test_a_deployed_stream_is_asked_for_once_a_second() -> None:
    ivs, clock = FakeIvs(streams=["st-1"] * 9), FakeClock()
    ask = join(deployed(ivs, FakeS3()), ARN).on_air(clock)
    joining, ivs.asked = ivs.asked, 0

    for _ in range(30):
        assert ask()
        clock.now += 0.1

    assert (joining, GET_STREAM_EVERY_SECONDS) == (1, 1.0)
    assert ivs.asked == 3


def test_another_stream_of_a_deployed_channel_is_not_the_one_that_was_joined() -> None:
    ivs = FakeIvs(streams=["st-1", "st-1", "st-2", "st-2"])
    broadcast, clock = join(deployed(ivs, FakeS3()), ARN), FakeClock()
    ask = broadcast.on_air(clock)

    assert ask()
    clock.now += GET_STREAM_EVERY_SECONDS
    assert not ask()
    assert broadcast.is_offline


def test_a_channel_that_was_off_air_is_not_waited_for() -> None:
    ivs = FakeIvs()
    ask = join(deployed(ivs, FakeS3()), ARN).on_air()

    assert [ask(), ask()] == [True, True]
    assert ivs.asked == 1


def test_after_the_first_no_nobody_is_asked_again() -> None:
    clock, asked = FakeClock(), list[int]()
    ask = until_no(lambda: bool(asked.append(1)), 1.0, clock)

    for _ in range(3):
        assert not ask()
        clock.now += 5
    assert len(asked) == 1


def test_a_reconnect_is_a_new_stream_with_a_recording_where_ivs_says() -> None:
    s3, encoder = FakeS3(), FakeEncoder(connected=False)
    first = on_laptop(encoder, s3)

    second = first.reconnect()
    third = second.reconnect()

    assert [one.stream_id for one in (first, second, third)] == ["st-1", "st-2", "st-3"]
    assert second.recording.prefix == "ivs/v1/of-stream-2"
    assert third.recording.key(0) == "ivs/v1/of-stream-3/media/thumbnails/thumb0.jpg"
    assert s3.keys == [f"ivs/v1/of-stream-{n}/events/recording-started.json" for n in (2, 3)]


def test_a_recording_that_may_not_begin_leaves_no_stream_behind() -> None:
    encoder = FakeEncoder(connected=False)

    with pytest.raises(OperatorError, match="may not write recordings"):
        on_laptop(encoder, FakeS3(denied="")).reconnect()
    assert (encoder.ends, encoder.connected) == (1, False)


def test_who_interrupts_a_reconnect_leaves_no_stream_behind() -> None:
    class Interrupted(FakeS3):
        def put_object(self, **_: object) -> dict[str, object]:
            raise KeyboardInterrupt

    encoder = FakeEncoder(connected=False)

    with pytest.raises(KeyboardInterrupt):
        on_laptop(encoder, Interrupted()).reconnect()
    assert not encoder.connected


def test_who_is_locked_out_ends_nobody_elses_stream() -> None:
    encoder = FakeEncoder(refusals=[LOCKED_OUT])

    with pytest.raises(type(LOCKED_OUT)):
        on_laptop(encoder, FakeS3()).reconnect()
    assert encoder.ends == 0


def test_a_deployed_channels_encoder_is_not_ours_to_reconnect() -> None:
    with pytest.raises(OperatorError, match="not ours to reconnect"):
        join(deployed(FakeIvs(), FakeS3()), ARN).reconnect()


def test_a_broadcast_ends_once() -> None:
    s3, encoder = FakeS3(), FakeEncoder()
    broadcast = on_laptop(encoder, s3)

    broadcast.end()
    broadcast.end()

    assert encoder.ends == 1
    assert [key.rpartition("/")[2] for key in s3.keys] == ["recording-ended.json"]


def test_another_failure_of_getstream_is_no_answer() -> None:
    class Denied(FakeIvs):
        def get_stream(self, channelArn: str) -> dict[str, object]:  # noqa: N803 botocore's name
            raise ClientError({"Error": {"Code": "AccessDeniedException"}}, "GetStream")

    with pytest.raises(ClientError):
        _ = on_laptop(FakeEncoder(), FakeS3(), Denied()).is_offline
