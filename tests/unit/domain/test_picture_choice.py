"""Of many pictures a few stand for all, from the first to the last."""

import pytest

from framewarden.domain.pictures import spread


@pytest.mark.parametrize(
    ("many", "most", "shown"),
    [
        (0, 6, []),
        (1, 6, [0]),
        (6, 6, [0, 1, 2, 3, 4, 5]),
        (7, 6, [0, 1, 2, 3, 4, 6]),
        (12, 6, [0, 2, 4, 6, 8, 11]),
        (100, 2, [0, 99]),
        (600, 6, [0, 119, 239, 359, 479, 599]),
    ],
)
def test_a_few_are_spread_evenly_over_all(many, most, shown):
    assert spread(range(many), most) == shown
