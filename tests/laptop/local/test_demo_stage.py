"""What the demo's channel sends is played on a thread that somebody else watches."""

import time

import pytest
from stream_fakes import FakeEncoder, FakeS3, on_laptop, pictures

from local.demo_stage import CLEAN_PICTURES, Performance, clean
from local.errors import OperatorError


def ended(performance: Performance) -> None:
    end = time.monotonic() + 10
    while not performance.has_ended:
        assert time.monotonic() < end
        time.sleep(0.005)


def test_a_performance_sums_up_what_it_sent() -> None:
    performance = Performance(on_laptop(FakeEncoder(), FakeS3()), 1000.0, pictures(3))

    performance.start()
    ended(performance)

    assert len(performance.fresh()) == 3
    assert (performance.session.frames, performance.session.ended_by) == (3, "source")
    assert not performance.went_offline


def test_a_performance_ends_where_its_encoder_is_disconnected() -> None:
    performance = Performance(on_laptop(FakeEncoder(lasts=[1]), FakeS3()), 5.0, pictures(9))

    assert not performance.went_offline
    performance.start()
    ended(performance)

    assert performance.went_offline
    assert performance.session.ended_by == "stopped"
    assert performance.session.frames == 1


def test_a_halted_performance_puts_nothing_more() -> None:
    performance = Performance(on_laptop(FakeEncoder(), FakeS3()), 1.0, pictures(9))

    performance.start()
    performance.halt()

    assert performance.has_ended
    assert performance.session.frames <= 2


def test_a_player_that_broke_is_told_to_who_watches() -> None:
    performance = Performance(on_laptop(FakeEncoder(), FakeS3(denied="")), 1000.0, pictures(1))

    performance.start()
    with pytest.raises(OperatorError, match="could not be put"):
        ended(performance)


def test_the_comeback_shows_the_films_beginning() -> None:
    numbers = [picture.number for picture in clean().session()]

    # From picture 30 on the film is flagged (samples/README.md).
    assert numbers == list(range(CLEAN_PICTURES))
    assert CLEAN_PICTURES < 30
