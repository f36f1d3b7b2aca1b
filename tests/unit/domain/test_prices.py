"""What Rekognition asks for, by the tiers of its price page."""

import pytest

from framewarden.domain import prices


@pytest.mark.parametrize(
    ("images", "dollars"),
    [
        (0, 0),
        (1, 0.001),
        (1_000_000, 1_000),
        (2_678_400, 2_342.72),
        (5_000_000, 4_200),
        (35_000_000, 22_200),
        (100_000_000, 38_450),
    ],
)
def test_images_are_paid_by_tier(images: int, dollars: float) -> None:
    assert prices.rekognition(images) == pytest.approx(dollars)


def test_what_came_before_in_the_month_uses_up_the_dear_tiers() -> None:
    assert prices.rekognition(10, before=1_000_000) == pytest.approx(10 * 0.0008)
    assert prices.rekognition(2, before=999_999) == pytest.approx(0.001 + 0.0008)
    assert prices.rekognition(1_000, before=50_000_000) == pytest.approx(0.25)
