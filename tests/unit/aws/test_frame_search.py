"""Frames by key, channel, review and time: whole, in order, and in a bounded number of calls."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from moto.dynamodb.models import dynamodb_backends

from framewarden.aws import frame_search
from framewarden.aws.batches import rows_by
from framewarden.aws.dynamo import typed
from framewarden.aws.frame_search import FrameSearch, Span, came_to
from framewarden.aws.review_queue import ReviewQueue
from framewarden.domain.errors import StoreThrottledError
from framewarden.domain.times import iso
from tests.unit.scenes import ACCOUNT, CHANNEL, MEDIALIVE, REGION

SEARCH = FrameSearch("frames")
NOON = datetime(2026, 11, 22, 12, tzinfo=UTC)
EVER = Span(datetime(1970, 1, 1, tzinfo=UTC), datetime(9999, 12, 31, tzinfo=UTC))


def frame(number, at=NOON, **more):
    """Write a row straight into the table: through HTTP it takes ten times as long."""
    row = {
        "frame_id": f"{number:064x}",
        "key": f"uploads/{number}.jpg",
        "put_at": iso(at),
        "day": iso(at)[:10],
        "channel_arn": CHANNEL,
        "status": "settled",
        **more,
    }
    row = {name: value for name, value in row.items() if value is not None}
    dynamodb_backends[ACCOUNT][REGION].put_item("frames", typed(row))
    return row["frame_id"]


def ids(page):
    return [row["frame_id"] for row in page.rows]


def walk(ask, most=200):
    """Return the ids of every page, one after the other."""
    found, after = [], None
    for _ in range(most):
        page = ask(after)
        found += ids(page)
        if (after := page.after) is None:
            return found
    raise AssertionError("the pages do not end")


def test_many_rows_are_one_call_and_each_is_asked_for_once(aws):
    known = [frame(number) for number in range(3)]
    rows = SEARCH.many([*known, *known, "f" * 64])
    assert list(rows) == known
    assert rows[known[0]]["key"] == "uploads/0.jpg"
    [call] = aws.wire.made("BatchGetItem")
    assert len(call["RequestItems"]["frames"]["Keys"]) == 4
    assert SEARCH.get(known[1])["frame_id"] == known[1]
    assert SEARCH.get("e" * 64) is None


def test_no_rows_are_no_call(aws):
    assert SEARCH.many([]) == {}
    assert aws.wire.calls == []


def left_out(times):
    """Answer with one row, and leave the others out so many times."""
    calls = []

    def answer(asked):
        calls.append(asked)
        keys = asked["RequestItems"]["frames"]["Keys"]
        rest = keys[1:] if len(calls) <= times else []
        given = keys[:1] if rest else keys
        left = {"frames": {"Keys": rest}} if rest else {}
        return {"Responses": {"frames": given}, "UnprocessedKeys": left}

    return answer


@pytest.mark.parametrize("times", [0, 1, 2])
def test_what_is_left_out_is_asked_for_again(aws, times):
    aws.wire.serves("BatchGetItem", left_out(times))
    wanted = [f"{number:064x}" for number in range(4)]
    assert sorted(SEARCH.many(wanted)) == wanted
    assert len(aws.wire.made("BatchGetItem")) == times + 1


def test_what_stays_out_is_named(aws):
    aws.wire.serves("BatchGetItem", left_out(9))
    with pytest.raises(StoreThrottledError):
        SEARCH.many([f"{number:064x}" for number in range(9)])
    assert len(aws.wire.made("BatchGetItem")) == 3


def test_some_attributes_may_be_enough(aws):
    aws.put("reviews", {"review_id": "r", "outcome": "stopped", "task_token": "secret"})
    aws.put("reviews", {"review_id": "s", "status": "pending", "task_token": "secret"})
    ended = {"review_id": "r", "outcome": "stopped"}
    asked = ReviewQueue("reviews").outcomes(["r", "s", "t"])
    assert asked == {"r": ended, "s": {"review_id": "s"}}
    assert rows_by("reviews", "review_id", ["r"])["r"]["task_token"] == "secret"


def test_every_version_of_a_key_is_found(aws):
    older = frame(1, NOON, key="uploads/a b.jpg")
    newer = frame(2, NOON + timedelta(seconds=1), key="uploads/a b.jpg", day=None)
    frame(3, key="uploads/a+b.jpg")
    page = SEARCH.of_key("uploads/a b.jpg", 10)
    assert ids(page) == [newer, older]
    assert page.rows[0]["status"] == "settled", "the index has keys only"
    assert [call.operation for call in aws.wire.calls] == ["Query", "BatchGetItem"]
    assert walk(lambda after: SEARCH.of_key("uploads/a b.jpg", 1, after)) == [newer, older]


def test_a_row_that_went_meanwhile_is_left_out(aws):
    kept = frame(1, key="uploads/a.jpg")
    gone = frame(2, NOON + timedelta(seconds=1), key="uploads/a.jpg")
    delete, key = aws.client("dynamodb").delete_item, typed({"frame_id": gone})
    aws.wire.before("BatchGetItem", lambda: delete(TableName="frames", Key=key))
    assert ids(SEARCH.of_key("uploads/a.jpg", 10)) == [kept]


def test_a_channel_is_one_call_and_a_span_of_it_too(aws):
    of = [frame(number, NOON + timedelta(seconds=number)) for number in range(9)]
    frame(99, channel_arn=MEDIALIVE)
    assert ids(SEARCH.of_channel(CHANNEL, 4)) == of[:4:-1]
    assert len(aws.wire.calls) == 1
    assert walk(lambda after: SEARCH.of_channel(CHANNEL, 4, None, after)) == of[::-1]
    span = Span(NOON + timedelta(seconds=2), NOON + timedelta(seconds=5))
    assert ids(SEARCH.of_channel(CHANNEL, 9, span)) == of[5:1:-1], "both ends are in it"
    assert walk(lambda after: SEARCH.of_channel(CHANNEL, 1, span, after)) == of[5:1:-1]


@pytest.mark.parametrize(
    "after",
    [
        "cut",
        f"2026-11-22T12:00:00Z@{'f' * 63}",
        f"2026-11-21T12:00:00Z@{'f' * 64}",  # before the span
        f"2026-11-24T12:00:00Z@{'f' * 64}",  # and after it
        f"2026-99-22T12:00:00Z@{'f' * 64}",
    ],
)
def test_a_place_that_is_none_of_the_spans_is_refused_before_it_is_asked(aws, after):
    span = Span(NOON, NOON + timedelta(days=1))
    for ask in (
        lambda: SEARCH.of_channel(CHANNEL, 5, span, after),
        lambda: SEARCH.of_time(span, 5, after),
    ):
        with pytest.raises(ValueError, match=r"place|month"):
            ask()
    assert aws.wire.calls == []


def review(**changes):
    return {
        "review_id": "r1",
        "channel_arn": CHANNEL,
        "frame": {"frame_id": f"{1:064x}"},
        "samples": [{"at": iso(NOON)}],
        "opened_at": iso(NOON + timedelta(seconds=1)),
        "last_seen_at": iso(NOON + timedelta(minutes=9)),
        **changes,
    }


def test_a_reviews_frames_are_those_of_its_channel_that_say_so(aws):
    opener = frame(1, review_id="r1")
    joined = frame(2, NOON + timedelta(minutes=9), review_id="r1")
    frame(3, NOON + timedelta(minutes=1))
    frame(4, NOON + timedelta(minutes=1), review_id="r2")
    frame(5, NOON + timedelta(minutes=1), review_id="r1", channel_arn=MEDIALIVE)
    frame(6, NOON + timedelta(minutes=30), review_id="r1")  # it cannot be: the review had ended
    assert ids(SEARCH.of_review(review(), 10)) == [joined, opener]
    assert len(aws.wire.calls) == 1
    assert walk(lambda after: SEARCH.of_review(review(), 1, after)) == [joined, opener]
    alone = review(samples=[], last_seen_at=None, opened_at=iso(NOON))
    assert ids(SEARCH.of_review(alone, 10)) == [opener]
    del alone["samples"]
    assert ids(SEARCH.of_review(alone, 10)) == [opener]


def test_a_long_reviews_pages_go_on_where_nothing_was_found(aws, monkeypatch):
    monkeypatch.setattr(frame_search, "READ_OF_REVIEW", 3)
    of = [
        frame(n, NOON + timedelta(seconds=n), review_id="r1" if n % 5 == 0 else None)
        for n in range(23)
    ]
    wanted = [of[n] for n in (20, 15, 10, 5, 0)]
    assert walk(lambda after: SEARCH.of_review(review(), 2, after)) == wanted
    monkeypatch.setattr(frame_search, "READ_OF_REVIEW", 100)
    for limit in (1, 2, 5, 9):
        assert walk(lambda after, limit=limit: SEARCH.of_review(review(), limit, after)) == wanted


def test_a_stills_review_is_of_that_still(aws):
    still = frame(1, channel_arn=None, review_id="r1")
    assert ids(SEARCH.of_review(review(channel_arn=None), 10)) == [still]
    nobody = review(channel_arn=None, frame={"frame_id": "e" * 64})
    assert SEARCH.of_review(nobody, 10).rows == []


def test_a_time_is_searched_day_by_day(aws):
    today, yesterday, before = (frame(n, NOON - timedelta(days=n)) for n in range(3))
    frame(9, NOON, day=None)  # of an older version: it is in no day
    span = Span(NOON - timedelta(days=1), NOON)
    page = SEARCH.of_time(span, 10)
    assert ids(page) == [today, yesterday]
    assert page.after is None
    assert [call.operation for call in aws.wire.calls] == ["Query", "Query", "BatchGetItem"]
    longer = Span(NOON - timedelta(days=2), NOON)
    assert walk(lambda after: SEARCH.of_time(longer, 1, after)) == [today, yesterday, before]


def test_a_search_by_time_stops_after_some_days_and_says_where(aws):
    last = frame(1, NOON - timedelta(days=20))
    span = Span(NOON - timedelta(days=30), NOON)
    page = SEARCH.of_time(span, 10)
    assert page.rows == []
    assert len(aws.wire.made("Query")) == 14
    assert f"{came_to(page.after)}" == "2026-11-08"
    aws.wire.forget()
    following = SEARCH.of_time(span, 10, page.after)
    assert ids(following) == [last]
    # A place is of the first day only: DynamoDB refuses it for another.
    starts = ["ExclusiveStartKey" in asked for asked in aws.wire.made("Query")]
    assert starts == [True] + [False] * (len(starts) - 1)
    assert walk(lambda after: SEARCH.of_time(span, 10, after)) == [last]


def test_the_last_millisecond_of_a_day_is_not_lost_between_two_pages(aws):
    midnight = NOON.replace(hour=23, minute=59, second=59, microsecond=999_000)
    of = [frame(n, midnight - timedelta(days=n)) for n in range(4)]
    span = Span(NOON - timedelta(days=9), NOON + timedelta(days=1))
    assert walk(lambda after: SEARCH.of_time(span, 1, after)) == of


@settings(
    max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(
    moments=st.lists(st.integers(0, 40 * 24), max_size=12, unique=True),
    start=st.integers(0, 40 * 24),
    hours=st.integers(0, 40 * 24),
    limit=st.integers(1, 6),
)
def test_pages_of_a_time_give_every_frame_once_and_in_order(aws, moments, start, hours, limit):
    aws.wipe()
    for number, hour in enumerate(moments):
        frame(number, NOON - timedelta(hours=hour))
    span = Span(NOON - timedelta(hours=start + hours), NOON - timedelta(hours=start))
    inside = sorted(
        (hour, number) for number, hour in enumerate(moments) if start <= hour <= start + hours
    )

    def ask(after):
        page = SEARCH.of_time(span, limit, after)
        assert len(page.rows) <= limit
        return page

    found = walk(ask)
    assert found == [f"{number:064x}" for _, number in inside]


def test_what_nobody_has_looked_at_is_found(aws):
    of = [frame(n, NOON + timedelta(seconds=n), unscreened="frame") for n in range(5)]
    frame(9)
    assert walk(lambda after: SEARCH.unscreened(2, after)) == of[::-1]


def test_a_search_of_everything_ends(aws):
    one = frame(1)
    assert ids(SEARCH.of_channel(CHANNEL, 5, EVER)) == [one]
    page = SEARCH.of_time(Span(EVER.start, NOON), 5)
    assert ids(page) == [one]
    assert page.after


def test_a_page_of_several_days_is_no_longer_than_it_may_be(aws):
    of = [frame(n, NOON - timedelta(days=n // 2, seconds=n)) for n in range(8)]
    span = Span(NOON - timedelta(days=5), NOON)
    page = SEARCH.of_time(span, 3)
    assert ids(page) == of[:3]
    assert walk(lambda after: SEARCH.of_time(span, 3, after)) == of
