"""The frames before and after the one under review, on a page of their own."""

import pytest

from tests.unit.console.channel_world import ARN


def frame(world, second, **changes):
    row = {"frame_id": f"f{second}", "channel_arn": ARN, "put_at": world.at(second)}
    return row | {"status": "settled"} | changes


def test_neighbours_are_shown_with_time_severity_and_outcome(world):
    world.add()
    before = [
        frame(world, -3, severity="none", outcome="cleared", reason="severity_none"),
        frame(world, -2, severity="low", outcome="cleared", reason="severity_low"),
        frame(world, 0.2, status="started"),
    ]
    # The ledger learns its severity when the review has ended; the review knows it already.
    own = frame(world, 0, status="started", review_id="r1")
    after = [frame(world, 61, severity="high", status="joined", review_id="r1")]
    after.append(frame(world, 62, outcome="unscreened", reason="image_invalid"))
    world.neighbours = own, before, after
    page = world.get(below="/around")
    assert page.status == 200
    for words in (
        "3 s before 2026-11-22 08:06:28 UTC severity none cleared (severity none)",
        "the same second 2026-11-22 08:06:31 UTC severity not judged on its way",
        "under review 2026-11-22 08:06:31 UTC severity high waits for people",
        "1 min 1 s after 2026-11-22 08:07:32 UTC severity high joined a review",
        "severity not judged unscreened (image invalid)",
    ):
        assert words in page.text
    query = world.query()
    own = f"exp={query['exp']}&amp;sig={query['sig']}"
    assert f'src="../../reviews/r1/blurred?frame=f-3&amp;{own}"' in page.body
    assert f'src="../../reviews/r1/blurred?v=f&amp;{own}"' in page.body
    assert f'href="../../reviews/r1?{own}"' in page.body
    assert "<script" not in page.body
    assert "amazonaws" not in page.body
    assert 'class="frames"' in page.body


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({}, "The frame under review is not in the ledger any more"),
        ({"channel_arn": None}, "A still has no frames before and after it"),
    ],
)
def test_without_neighbours_the_page_says_why(world, changes, words):
    world.add(**changes)
    for person in (world, world.signed_in("engineer")):
        page = person.get(below="/around")
        assert (page.status, words in page.text) == (200, True)


def test_a_still_offers_no_neighbours(world):
    world.add(channel_arn=None)
    assert 'id="around"' not in world.get().body
