"""The queue in its order, and a channel's past: what is read, and how much of it."""

from datetime import UTC, datetime

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from moto.dynamodb.models import dynamodb_backends

from framewarden.aws.dynamo import typed
from framewarden.aws.review_queue import Page, ReviewQueue
from framewarden.aws.reviews import Reviews
from framewarden.domain.incidents import lane, place
from framewarden.domain.times import iso
from tests.unit.scenes import ACCOUNT, REGION

QUEUE = ReviewQueue("reviews")
SEVERITIES = ("critical", "high", "medium", "low")
BASE = 1_795_000_000  # a deadline


def review(number, severity="high", deadline=None, **more):
    """Return a row of as many bytes as a review of one frame has."""
    deadline = BASE + number if deadline is None else deadline
    row = {
        "review_id": f"{number:020x}",
        "status": "pending",
        "severity": severity,
        "deadline": deadline,
        "open": "review",
        "place": place(severity, deadline),
        "channel": f"channel-{number % 7}",
        "channel_arn": "arn:aws:ivs:us-east-1:111122223333:channel/AbCdef1G2hij",
        "opened_at": iso(datetime.fromtimestamp(BASE + number, UTC)),
        "frames": 1,
        "rung": 0,
        "labels": [{"name": "Explicit", "parent": "", "level": 1, "confidence": 92.3}],
        "samples": [{"key": "k" * 200, "version_id": "v" * 32, "at": "now", "confidence": 92.3}],
        "task_token": "secret" * 100,
    } | more
    if row["status"] != "pending":
        del row["open"], row["place"]
    return row


@pytest.fixture
def stored(aws):
    """A thousand reviews, of which three hundred are open."""
    rows = [
        review(number, SEVERITIES[number % 3 + 1])
        if number % 10 < 3
        else review(number, status="decided")
        for number in range(1_000)
    ]
    rows.append({"review_id": "record#1", "events": [], "size": 0})
    rows.append({"review_id": "incident#1", "current": "1"})
    for row in rows:  # not through HTTP, which takes ten times as long
        dynamodb_backends[ACCOUNT][REGION].put_item("reviews", typed(row))
    return aws


def numbers(rows):
    return [int(row["review_id"], 16) for row in rows]


def in_order(severity=None):
    """Return the numbers of the open ones as the queue has them."""
    of = [number for number in range(1_000) if number % 10 < 3]
    of = [number for number in of if severity in (None, SEVERITIES[number % 3 + 1])]
    return sorted(of, key=lambda number: (number % 3, number))


def test_a_page_of_the_queue_is_one_query_that_reads_no_more_than_it_shows(stored):
    asked = stored.client("dynamodb")._make_api_call
    page = QUEUE.open_page(60)
    assert numbers(page.rows) == in_order()[:60]
    [call] = stored.wire.calls
    assert (call.operation, call.asked["Limit"]) == ("Query", 60)
    assert "FilterExpression" not in call.asked
    answer = asked("Query", call.asked | {"ReturnConsumedCapacity": "TOTAL"})
    assert answer["ScannedCount"] == answer["Count"] == 60
    # Sixty cards of less than 600 bytes, read without consistency: half a unit for each 4 KB.
    assert answer["ConsumedCapacity"]["CapacityUnits"] <= 60
    assert sum(len(str(row)) for row in page.rows) < 60 * 600


@pytest.mark.parametrize(
    ("limit", "severity"), [(50, None), (300, None), (30, "high"), (7, "low"), (50, "critical")]
)
def test_pages_follow_each_other_to_the_end_without_a_gap(stored, limit, severity):
    found, after, pages = [], None, 0
    while after or not pages:
        page = QUEUE.open_page(limit, severity, after)
        assert len(page.rows) <= limit
        found, after, pages = found + numbers(page.rows), page.after, pages + 1
    assert found == in_order(severity)
    assert len(stored.wire.made("Query")) == pages <= len(found) // limit + 1


def test_what_is_decided_meanwhile_leaves_no_gap_behind(stored):
    first = QUEUE.open_page(10)
    last = f"{numbers(first.rows)[-1]:020x}"
    Reviews("reviews").expire(last, {"status": "expired"})
    second = QUEUE.open_page(10, after=first.after)
    assert numbers(first.rows + second.rows) == in_order()[:20]


def test_a_card_has_what_its_index_has_and_no_token(stored):
    [row] = QUEUE.open_page(1).rows
    assert row["labels"][0]["name"] == "Explicit"
    assert not {"task_token", "samples", "status"} & set(row)


def test_an_empty_queue_is_one_empty_page(aws):
    assert QUEUE.open_page(50) == Page([], None)
    assert QUEUE.open_page(50, "medium") == Page([], None)


@pytest.mark.parametrize(
    ("severity", "after"),
    [
        (None, "x"),
        (None, "@"),
        (None, "1#1795000001"),
        (None, "1#1795000001@"),
        (None, "1#1795000001@a b"),
        (None, "1#179500000@a"),
        (None, "1#1795000001@a\n"),
        (None, "1#\N{ARABIC-INDIC DIGIT ONE}795000001@a"),
        (None, "1#1795000001@record#a"),
        (None, "1#1795000001@" + "a" * 65),
        ("critical", "1#1795000001@a"),
        ("medium", "1#1795000001@a"),
        ("severe", None),
        ("severe", "1#1795000001@a"),
    ],
)
def test_a_place_that_is_none_is_refused_before_the_store_is_asked(aws, severity, after):
    with pytest.raises(ValueError):
        QUEUE.open_page(10, severity, after)
    assert aws.wire.calls == []


def test_the_sweep_reads_them_all(stored):
    assert numbers(QUEUE.open_rows()) == in_order()
    assert {call.operation for call in stored.wire.calls} == {"Query"}


def test_a_channels_past_is_one_query_the_latest_first(stored):
    rows = QUEUE.of_channel("channel-3", 11)
    expected = [number for number in range(1_000) if number % 7 == 3][::-1][:11]
    assert numbers(rows) == expected
    [call] = stored.wire.calls
    assert (call.operation, call.asked["Limit"]) == ("Query", 11)
    assert {row["status"] for row in rows} == {"pending", "decided"}
    assert not {"task_token", "samples"} & set(rows[0])
    assert QUEUE.of_channel("nobody", 11) == []


def test_what_a_sweep_counted_is_kept_until_the_next(aws):
    assert QUEUE.counts() is None
    counts = dict.fromkeys(SEVERITIES, 0) | {"counted_at": "2026-11-22T08:05:32.000Z"}
    reviews = Reviews("reviews")
    reviews.keep_counts(counts | {"high": 3})
    reviews.keep_counts(counts | {"high": 2})
    assert QUEUE.counts() == {"review_id": "counts", **counts, "high": 2}
    assert reviews.get("counts") is None
    assert QUEUE.open_rows() == []


SHARED = HealthCheck.function_scoped_fixture  # each example begins with an empty table
PLACES = st.tuples(st.sampled_from(SEVERITIES), st.integers(0, 9_999_999_999))


@given(PLACES, PLACES)
def test_places_sort_by_severity_and_then_deadline(one, other):
    def key(severity, deadline):
        return SEVERITIES.index(severity), deadline

    assert (place(*one) < place(*other)) == (key(*one) < key(*other))


@given(PLACES)
def test_a_place_lies_in_the_lane_of_its_severity_only(one):
    lanes = [severity for severity in SEVERITIES if place(*one).startswith(lane(severity))]
    assert lanes == [one[0]]


@settings(max_examples=20, deadline=None, suppress_health_check=[SHARED])
@given(rows=st.lists(PLACES, max_size=9), limit=st.integers(1, 4))
def test_whatever_waits_is_paged_in_order(aws, rows, limit):
    aws.wipe()
    for number, (severity, deadline) in enumerate(rows):
        aws.put("reviews", review(number, severity, deadline))
    found, page = [], Page([], "")
    while page.after is not None:
        page = QUEUE.open_page(limit, after=page.after or None)
        found += page.rows
    assert [row["place"] for row in found] == sorted(place(*row) for row in rows)
    assert len({row["review_id"] for row in found}) == len(rows)
