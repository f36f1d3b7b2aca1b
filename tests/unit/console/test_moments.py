from datetime import UTC, datetime, timedelta

import pytest

from framewarden.console.moments import moment, span

NOW = datetime(2026, 11, 22, 8, 5, 31, tzinfo=UTC)


@pytest.mark.parametrize(
    ("seconds", "spelt"),
    [
        (0, "0 s"),
        (59, "59 s"),
        (60, "1 min"),
        (252, "4 min 12 s"),
        (3600, "1 h"),
        (3605, "1 h"),
        (5400, "1 h 30 min"),
        (90_061, "1 d 1 h"),
        (86_400 * 7, "7 d"),
    ],
)
def test_a_duration_has_its_two_largest_units(seconds, spelt):
    assert span(seconds) == spelt


@pytest.mark.parametrize(
    ("seconds", "spelt"),
    [
        (-1.4, "just now"),
        (0, "just now"),
        (1.4, "just now"),
        (-90, "1 min 30 s ago"),
        (2, "in 2 s"),
    ],
)
def test_a_moment_is_seen_from_now(seconds, spelt):
    assert moment(NOW + timedelta(seconds=seconds), NOW).relative == spelt


def test_a_moment_is_absolute_too():
    seen = moment(NOW, NOW)
    assert (seen.iso, seen.absolute) == ("2026-11-22T08:05:31.000Z", "2026-11-22 08:05:31 UTC")
