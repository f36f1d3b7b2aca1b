"""All batches together ask no more than their share, and less after a throttle."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from framewarden.domain import pace, quotas
from framewarden.domain.pace import Pace

NOW = 1_795_000_000.0


@given(
    st.floats(0.05, 60),
    st.lists(st.tuples(st.integers(1, 25), st.floats(0, 20)), min_size=1, max_size=30),
)
def test_turns_never_come_faster_than_the_rate_and_never_overlap(ceiling, takes):
    known, now, ended = pace.first(ceiling), NOW, 0.0
    for turns, later in takes:
        now += later
        known, begins, between = pace.take(known, turns, now, ceiling)
        assert begins >= max(now, ended - 1e-3)
        assert between == pytest.approx(1 / ceiling)
        ended = begins + turns * between
    assert known.next_at == pytest.approx(ended)
    assert known.rev == len(takes)


def test_a_throttle_halves_the_rate_once_and_it_grows_back_by_a_tenth_every_ten_seconds():
    halved = pace.throttled(pace.first(30), NOW, 30)
    assert (halved.rate, halved.halved_at, halved.rev) == (15, NOW, 1)
    assert pace.throttled(halved, NOW + 4.9, 30) is halved
    rates = [pace.rate(halved, NOW + seconds, 30) for seconds in (0, 9.9, 10, 20, 79.9, 80)]
    assert rates == pytest.approx([15, 15, 16.5, 18.15, 15 * 1.1**7, 30])
    again = pace.throttled(halved, NOW + 10, 30)
    assert again.rate == pytest.approx(8.25)


def test_a_rate_is_neither_halved_to_nothing_nor_above_a_ceiling_that_sank():
    known, now = pace.first(30), NOW
    for _ in range(40):
        now += 5
        known = pace.throttled(known, now, 30)
    assert known.rate == pace.LEAST
    assert pace.throttled(pace.first(0.05), NOW, 0.05).rate == 0.05, "a ceiling below the floor"
    assert pace.rate(pace.first(30), NOW, 3) == 3
    assert pace.rate(Pace(0, 1e-3, 0, 1), NOW, 30) == pytest.approx(1e-3 * 1.1**100)
    assert pace.rate(Pace(0, 15, NOW, 1), NOW - 60, 30) == 15, "a clock that runs behind"


@pytest.mark.parametrize(
    ("rate", "turns"), [(0.05, 1), (0.4, 1), (1.5, 3), (3, 6), (12, 24), (30, 25), (500, 25)]
)
def test_a_worker_takes_two_seconds_worth_of_turns(rate, turns):
    assert pace.turns(rate) == turns


@pytest.mark.parametrize(
    ("share", "tps", "region", "rate"),
    [
        (60, 0, "us-east-1", 30),
        (60, 0, "eu-west-1", 30),
        (60, 0, "eu-central-1", 3),
        (1, 0, "us-gov-west-1", 0.05),
        (60, 200, "eu-central-1", 120),
    ],
)
def test_batches_have_a_share_of_the_accounts_quota(share, tps, region, rate):
    assert quotas.batch_rate(share, tps, region) == pytest.approx(rate)
