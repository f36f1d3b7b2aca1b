from datetime import UTC, datetime, timedelta

import pytest

from framewarden.domain.bans import stands

NOW = datetime(2026, 11, 22, 8, 5, 32, tzinfo=UTC)


@pytest.mark.parametrize(
    ("status", "ends", "standing"),
    [
        ("standing", None, True),
        ("standing", 1, True),
        ("standing", 0, False),
        ("standing", -1, False),
        ("lifting", None, False),
        ("lifted", None, False),
    ],
)
def test_a_ban_stands_until_it_is_lifted_or_its_time_is_over(status, ends, standing):
    until = None if ends is None else int((NOW + timedelta(seconds=ends)).timestamp())
    assert stands({"status": status, "until": until}, NOW) is standing


def test_no_ban_stands_nowhere():
    assert stands(None, NOW) is False
