"""The player keeps its pace, writes the exact keys, and stops when the stream was stopped."""

import re
import threading
from collections.abc import Iterator
from datetime import UTC, datetime

import pytest

from framewarden.domain.frames import IVS_KEY, frame_id
from local.footage import Frame
from local.player import CATCH_UP, Clock, PlayError, Put, Recording, play

ARN = "arn:aws:ivs:us-east-1:000000000000:channel/AbCdef1G2hij"
STARTED = datetime(2026, 3, 4, 5, 6, 7, tzinfo=UTC)
RECORDING = Recording("frames", ARN, STARTED, "a1B2c3D4e5F6")


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


def pictures(count: int) -> Iterator[Frame]:
    return (Frame(number, float(number), b"jpeg %d" % number) for number in range(count))


def accept(key: str, jpeg: bytes) -> str:
    return f"version of {key}"


def test_the_key_is_the_one_that_ivs_writes() -> None:
    key = RECORDING.key(7)

    assert key == (
        "ivs/v1/000000000000/AbCdef1G2hij/2026/3/4/5/6/a1B2c3D4e5F6/media/thumbnails/thumb7.jpg"
    )
    match = IVS_KEY.match(key)
    assert match
    assert (match["channel"], match["session"], match["number"]) == (
        "AbCdef1G2hij",
        "a1B2c3D4e5F6",
        "7",
    )


def test_a_recording_has_an_id_of_its_own() -> None:
    first, second = (Recording.begin("frames", ARN) for _ in range(2))

    assert re.fullmatch(r"[A-Za-z0-9]{12}", first.recording_id)
    assert first.recording_id != second.recording_id


def test_frame_n_is_put_n_gaps_after_the_start() -> None:
    clock = FakeClock()

    played = play(RECORDING, pictures(5), interval=1.0, speed=10.0, put=accept, clock=clock)

    assert clock.now == pytest.approx(100.4)
    assert [put.number for put in played.puts] == [0, 1, 2, 3, 4]
    assert played.lag_seconds == pytest.approx(0.0)
    assert not played.went_offline


def test_each_put_is_recorded_with_the_id_that_the_ledger_will_use() -> None:
    told: list[Put] = []

    played = play(
        RECORDING, pictures(1), interval=1, speed=1, put=accept, clock=FakeClock(), told=told.append
    )

    [put] = played.puts
    assert told == [put]
    assert put.version_id == f"version of {put.key}"
    assert put.frame_id == frame_id("frames", put.key, put.version_id)
    assert put.started <= put.ended
    assert played.document()["puts"][0]["frame_id"] == put.frame_id


def test_after_a_delay_it_catches_up_at_twice_the_pace_and_reports_the_lag() -> None:
    clock = FakeClock()

    def stalled() -> Iterator[Frame]:
        for frame in pictures(6):
            if frame.number == 1:
                clock.now += 2.5  # the source was slow
            yield frame

    played = play(RECORDING, stalled(), interval=1.0, speed=1.0, put=accept, clock=clock)

    waits = [seconds for seconds in clock.slept if seconds]
    # Late by 1.5 s: frames 2 and 3 follow after half a gap each, then the pace is kept again.
    assert waits == pytest.approx([CATCH_UP, CATCH_UP, 0.5 + 0.0, 1.0])
    assert played.lag_seconds == pytest.approx(1.5)
    assert clock.now == pytest.approx(105.0)


def test_a_slow_put_does_not_hold_the_pace() -> None:
    clock, release = FakeClock(), threading.Event()

    def put(key: str, jpeg: bytes) -> str:
        if key.endswith("thumb0.jpg"):
            assert release.wait(5)
        else:
            release.set()  # a later frame is put while the first still waits
        return "v"

    played = play(RECORDING, pictures(3), interval=1.0, speed=1.0, put=put, clock=clock)

    assert [one.number for one in played.puts] == [0, 1, 2]
    assert played.lag_seconds == pytest.approx(0.0)


def test_the_queue_of_puts_is_bounded() -> None:
    taken: list[int] = []
    release = threading.Event()

    def source() -> Iterator[Frame]:
        for frame in pictures(40):
            taken.append(frame.number)
            yield frame

    def put(key: str, jpeg: bytes) -> str:
        assert release.wait(5)
        return "v"

    clock = FakeClock()
    thread = threading.Thread(
        target=play,
        args=(RECORDING, source()),
        kwargs={"interval": 1.0, "speed": 1.0, "put": put, "clock": clock},
    )
    thread.start()
    thread.join(0.2)
    waiting = len(taken)
    release.set()
    thread.join(5)

    assert waiting == 13  # four at work, eight in the queue, one at its door
    assert len(taken) == 40


def test_it_stops_when_the_stream_is_off_air() -> None:
    answers = iter([True, True, False])

    played = play(
        RECORDING,
        pictures(9),
        interval=1,
        speed=1,
        put=accept,
        clock=FakeClock(),
        on_air=lambda: next(answers),
    )

    assert [put.number for put in played.puts] == [0, 1]
    assert played.went_offline


def test_a_put_that_fails_ends_the_play_with_its_frame() -> None:
    def put(key: str, jpeg: bytes) -> str:
        raise PermissionError("AccessDenied")

    with pytest.raises(PlayError, match="Frame 0 could not be put: AccessDenied"):
        play(RECORDING, pictures(2), interval=1, speed=1, put=put, clock=FakeClock())


@pytest.mark.parametrize(("interval", "speed"), [(1, 0), (1, -2), (0, 1), (1, float("nan"))])
def test_a_pace_that_is_none_is_refused(interval: float, speed: float) -> None:
    with pytest.raises(PlayError, match="no pace"):
        play(RECORDING, pictures(1), interval=interval, speed=speed, put=accept)
