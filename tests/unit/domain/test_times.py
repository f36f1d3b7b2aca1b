from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from framewarden.domain.times import iso, parse

MOMENT = datetime(2026, 11, 22, 8, 5, 31, 123_456, tzinfo=UTC)


def test_a_moment_has_milliseconds_and_says_that_it_is_utc():
    assert iso(MOMENT) == "2026-11-22T08:05:31.123Z"
    assert iso(MOMENT.astimezone(timezone(timedelta(hours=5, minutes=45)))) == iso(MOMENT)
    assert iso(MOMENT.replace(microsecond=0)) == "2026-11-22T08:05:31.000Z"


@pytest.mark.parametrize(
    "text",
    ["2026-11-22T08:05:31Z", "2026-11-22T08:05:31", "2026-11-22T09:05:31+01:00"],
)
def test_a_text_with_or_without_a_zone_is_the_same_moment(text):
    assert parse(text) == MOMENT.replace(microsecond=0)


@settings(max_examples=40, deadline=None)
@given(st.datetimes(datetime(1970, 1, 2), datetime(2200, 1, 1), timezones=st.just(UTC)))
def test_what_is_written_is_read_to_the_millisecond_and_sorts_as_text(moment):
    assert abs(parse(iso(moment)) - moment) < timedelta(milliseconds=1)
    assert (iso(moment) < iso(MOMENT)) == (parse(iso(moment)) < parse(iso(MOMENT)))


def test_what_is_no_moment_is_refused():
    with pytest.raises(ValueError):
        parse("yesterday")
