"""A source is sent over one stream, or over several where its encoder comes back after a stop."""

import json
from collections.abc import Iterator
from typing import Any

import pytest
from stream_fakes import (
    ARN,
    LOCKED_OUT,
    FakeClock,
    FakeEncoder,
    FakeIvs,
    FakeS3,
    deployed,
    on_laptop,
    pictures,
)

from local.broadcast import Broadcast, join
from local.errors import OperatorError
from local.footage import Frame
from local.player import PlayError
from local.sending import Reel, Retry, send

RETRY = Retry(every=2.0, give_up_after=10.0)


def play(
    broadcast: Broadcast,
    source: Any,
    retry: Retry | None = None,
    clock: FakeClock | None = None,
) -> tuple[dict[str, Any], list[str]]:
    said = list[str]()
    told = send(
        broadcast,
        source,
        interval=1.0,
        speed=1.0,
        say=said.append,
        retry=retry,
        clock=clock or FakeClock(),
    )
    return json.loads(json.dumps(told)), said


def numbers(keys: list[str], prefix: str) -> list[str]:
    found = (key for key in keys if key.startswith(f"{prefix}/media/"))
    return sorted(key.rpartition("/")[2] for key in found)


def test_frames_of_a_deployed_stack_are_put_and_nothing_else_is_done() -> None:
    s3 = FakeS3()
    broadcast = join(deployed(FakeIvs(), s3), ARN)

    told, said = play(broadcast, pictures(2))

    assert sorted(s3.keys) == [broadcast.recording.key(0), broadcast.recording.key(1)]
    assert s3.keys[0].startswith("ivs/v1/111122223333/AbCdef1G2hij/")
    assert told["stream_id"] is None
    assert said[0] == "stage is offline"


def test_what_went_live_is_ended_and_its_recording_too() -> None:
    s3, encoder = FakeS3(), FakeEncoder()
    broadcast = on_laptop(encoder, s3)

    told, _ = play(broadcast, pictures(1))

    assert encoder.ends == 1
    assert s3.keys[-1].endswith("/events/recording-ended.json")
    assert [one["number"] for one in told["puts"]] == [0]
    assert told["sessions"] == [
        {
            "stream_id": "st-1",
            "prefix": broadcast.recording.prefix,
            "frames": 1,
            "ended_by": "source",
        }
    ]
    assert (told["went_offline"], told["refused"], told["gave_up"]) == (False, [], False)


def test_a_stream_that_was_stopped_is_not_ended_again_and_the_player_says_so() -> None:
    encoder = FakeEncoder(lasts=[0])

    told, said = play(on_laptop(encoder, FakeS3()), pictures(3))

    assert told["went_offline"]
    assert told["puts"] == []
    assert encoder.ends == encoder.tries == 0  # nobody asked it to come back
    assert "the stream was stopped" in said[-1]


def test_a_broadcast_ends_also_where_a_frame_could_not_be_put() -> None:
    encoder = FakeEncoder()

    with pytest.raises(PlayError, match="AccessDenied"):
        play(on_laptop(encoder, FakeS3(denied="thumb")), pictures(1))
    assert encoder.ends == 1


def test_a_stopped_encoder_comes_back_with_a_new_recording_and_the_next_picture() -> None:
    s3, encoder, clock = FakeS3(), FakeEncoder(lasts=[2, 3]), FakeClock()
    broadcast = on_laptop(encoder, s3)

    told, said = play(broadcast, pictures(9), RETRY, clock)

    first, second, third = told["sessions"]
    assert [one["stream_id"] for one in told["sessions"]] == ["st-1", "st-2", "st-3"]
    assert [one["frames"] for one in told["sessions"]] == [2, 3, 4]
    assert [one["ended_by"] for one in told["sessions"]] == ["stopped", "stopped", "source"]
    assert first["prefix"] == told["prefix"] == broadcast.recording.prefix
    assert second["prefix"] != third["prefix"]
    assert numbers(s3.keys, second["prefix"]) == ["thumb0.jpg", "thumb1.jpg", "thumb2.jpg"]
    assert numbers(s3.keys, third["prefix"]) == [f"thumb{number}.jpg" for number in range(4)]
    ends = [key for key in s3.keys if key.endswith("recording-ended.json")]
    assert [end.removesuffix("/events/recording-ended.json") for end in ends] == [
        one["prefix"] for one in told["sessions"]
    ]
    assert encoder.ends == 1  # the last one; the others were stopped
    assert not told["went_offline"]
    assert f"9 frames put over 3 streams, the last one's under {third['prefix']};" in said[-1]


def test_no_picture_is_lost_or_sent_twice() -> None:
    sent = list[bytes]()

    class Noting(FakeS3):
        def put_object(self, **arguments: Any) -> dict[str, Any]:
            if "/thumbnails/" in arguments["Key"]:
                sent.append(arguments["Body"])
            return super().put_object(**arguments)

    play(on_laptop(FakeEncoder(lasts=[1, 0, 2]), Noting()), pictures(8), RETRY)

    assert sorted(sent) == [picture.jpeg for picture in pictures(8)]


def test_it_tries_every_so_many_seconds() -> None:
    clock = FakeClock()
    encoder = FakeEncoder(lasts=[1], refusals=[LOCKED_OUT, LOCKED_OUT, None])

    told, said = play(on_laptop(encoder, FakeS3()), pictures(2), RETRY, clock)

    assert clock.slept.count(2.0) == 3
    assert [one["reason"] for one in told["refused"]] == ["stream_key_revoked"] * 2
    # Frame 1 was due at 101 s.
    assert [one["at"][-10:] for one in told["refused"]] == ["01:43.000Z", "01:45.000Z"]
    assert [one["stream_id"] for one in told["sessions"]] == ["st-1", "st-2"]
    assert said.count("locked out: the stream key was revoked") == 1
    assert not told["gave_up"]


def test_who_is_locked_out_for_good_gives_up() -> None:
    clock, encoder = FakeClock(), FakeEncoder(lasts=[1], refusals=[LOCKED_OUT] * 99)

    told, said = play(on_laptop(encoder, FakeS3()), pictures(9), RETRY, clock)

    assert encoder.tries == 5  # every 2 s for 10 s
    assert len(told["refused"]) == 5
    assert (told["gave_up"], told["went_offline"]) == (True, True)
    assert said.count("locked out: the stream key was revoked") == 1
    assert "gave up: off the air for 10 s" in said
    assert clock.now == pytest.approx(111.0)


def test_streams_that_carry_nothing_do_not_keep_it_trying() -> None:
    encoder = FakeEncoder(lasts=[1, *[0] * 99])

    told, _ = play(on_laptop(encoder, FakeS3()), pictures(9), RETRY)

    assert [one["frames"] for one in told["sessions"]] == [1, 0, 0, 0, 0, 0]
    assert told["gave_up"]


def test_a_stream_that_never_carried_anything_is_tried_again_too() -> None:
    encoder = FakeEncoder(lasts=[0])

    told, _ = play(on_laptop(encoder, FakeS3()), pictures(2), RETRY)

    assert [one["frames"] for one in told["sessions"]] == [0, 2]


def test_a_channel_that_is_gone_is_not_tried_again() -> None:
    gone = OperatorError("The laptop's IVS refuses to start stage.")
    encoder = FakeEncoder(lasts=[1], refusals=[gone])

    with pytest.raises(OperatorError, match="refuses to start"):
        play(on_laptop(encoder, FakeS3()), pictures(9), RETRY)
    assert encoder.tries == 1


def test_who_interrupts_the_wait_leaves_nothing_behind() -> None:
    class Impatient(FakeClock):
        def sleep(self, seconds: float) -> None:
            if seconds == RETRY.every:
                raise KeyboardInterrupt
            super().sleep(seconds)

    s3, encoder = FakeS3(), FakeEncoder(lasts=[1])

    with pytest.raises(KeyboardInterrupt):
        play(on_laptop(encoder, s3), pictures(9), RETRY, Impatient())
    assert not encoder.connected
    assert s3.keys[-1].endswith("/events/recording-ended.json")


def test_who_interrupts_the_play_leaves_nothing_behind() -> None:
    def source() -> Iterator[Frame]:
        yield pictures(1)[0]
        raise KeyboardInterrupt

    s3, encoder = FakeS3(), FakeEncoder()

    with pytest.raises(KeyboardInterrupt):
        play(on_laptop(encoder, s3), source(), RETRY)
    assert not encoder.connected
    assert s3.keys[-1].endswith("/events/recording-ended.json")


@pytest.mark.parametrize(
    ("every", "give_up_after"),
    [(0, 60), (-1, 60), (float("nan"), 60), (2, 0), (2, float("inf")), (2, float("nan"))],
)
def test_a_retry_that_would_never_try_or_never_end_is_refused(
    every: float, give_up_after: float
) -> None:
    with pytest.raises(PlayError, match="makes no sense"):
        Retry(every, give_up_after)


def test_a_session_may_take_some_of_the_pictures_only() -> None:
    reel = Reel(pictures(5))

    first, second = list(reel.session(2)), list(reel.session())

    assert [(one.number, one.jpeg) for one in first] == [(0, b"jpeg 0"), (1, b"jpeg 1")]
    assert [(one.number, one.jpeg) for one in second] == [
        (0, b"jpeg 2"),
        (1, b"jpeg 3"),
        (2, b"jpeg 4"),
    ]
    assert list(reel.session()) == []
