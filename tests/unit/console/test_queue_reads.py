"""What a look at the queue reads of a table with many reviews, on moto and through our gateway."""

import re

import pytest

from framewarden.aws.dynamo import typed
from framewarden.aws.review_queue import ReviewQueue
from framewarden.domain.incidents import place
from tests.unit.console.queue_world import KINDS, Queue, at, row

OPEN, STORED, BATCH = 300, 1000, 25
COUNTS = {"critical": 75, "high": 75, "medium": 75, "low": 75, "counted_at": at(-30)}


def stored(number):
    """Return a row of the table: an open review, or one that was decided long ago."""
    one = row(f"r{number:04}", KINDS[number % 4], 300 + number, channel=f"c{number % 40}")
    kept = {"samples": [], "task_token": "THE-TOKEN", "status": "pending"}
    if number >= OPEN:
        return one | kept | {"status": "decided"}
    return one | kept | {"open": "review", "place": place(one["severity"], one["deadline"])}


@pytest.fixture
def queue(aws):
    writes = [{"PutRequest": {"Item": typed(stored(n))}} for n in range(STORED)]
    for first in range(0, STORED, BATCH):
        batch = {"reviews": writes[first : first + BATCH]}
        aws.client("dynamodb").batch_write_item(RequestItems=batch)
    aws.put("reviews", {"review_id": "counts", **COUNTS})
    queue, store = Queue(), ReviewQueue("reviews")
    queue.page, queue.count = store.open_page, store.counts
    aws.wire.forget()
    return queue


def test_every_look_reads_one_query_of_fifty_and_one_item(queue, aws):
    seen, address, pages = [], {}, 0
    while address is not None:
        reply = queue.ask(**address)
        assert reply.status == 200
        assert "THE-TOKEN" not in reply.body
        assert [call.operation for call in aws.wire.calls] == ["Query", "GetItem"]
        [query] = aws.wire.made("Query")
        assert (query["IndexName"], query["Limit"]) == ("open", 50)
        assert "FilterExpression" not in query
        aws.wire.forget()
        seen += re.findall(r'data-review="(\w+)"', reply.body)
        more = re.search(r'href="queue\?after=([^"]+)" rel="next"', reply.body)
        address = more and {"after": more[1].replace("%23", "#").replace("%40", "@")}
        pages += 1
    assert seen == [f"r{n:04}" for kind in range(4) for n in range(kind, OPEN, 4)]
    assert pages in (6, 7)  # a store may learn only from an empty page that it was the last


@pytest.mark.parametrize("path", ["/queue", "/queue/cards"])
def test_a_tab_with_filters_reads_no_more(queue, aws, path):
    reply = queue.ask(path=path, severity="high", who="free", channel="c1")
    assert [call.operation for call in aws.wire.calls] == ["Query", "GetItem"]
    assert aws.wire.made("Query")[0]["Limit"] == 50
    shown = re.findall(r'data-review="r(\w+)"', reply.body)
    assert shown
    assert all(int(number) % 4 == 1 and str(int(number) % 40)[0] == "1" for number in shown)
    assert f"{len(shown)} shown of the 50 high cases with the nearest deadlines." in reply.text
    assert "300 all" in reply.text


@pytest.mark.parametrize(
    "after", ["0#0000000301@r0001@x", "1#0000000301", "0#1", "0#1795335031@r0000"]
)
def test_a_place_that_the_store_refuses_begins_anew(queue, after):
    reply = queue.ask(after=after, severity="high")
    assert reply.status == 200
    assert "This is its beginning." in reply.text
