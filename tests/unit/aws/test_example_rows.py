"""What people said of pictures is read whole, and so is what became of it."""

import pytest

from framewarden.aws import example_rows
from framewarden.aws.dynamo import typed
from framewarden.domain.errors import StoreThrottledError
from tests.unit.judged_pictures import SMOKING, live_row, row
from tests.unit.scenes import CHANNEL
from tests.unit.wire import refused


def act(at, action="reinstate", **changes):
    return {
        "channel": CHANNEL,
        "item": f"act#{at}#execution",
        "action": action,
        "via": "desk",
        "at": at,
        "status": "done",
        "result": "reinstated",
        **changes,
    }


def test_only_pictures_of_which_a_label_was_judged_are_examples(aws):
    aws.put("batches", row((SMOKING,), at="2026-11-22T09:00:00.000Z"))
    unjudged = row(item="image#0000001#a")
    del unjudged["example"]
    aws.put("batches", unjudged)
    aws.put("batches", live_row("rev-1", (SMOKING,), at="2026-11-22T08:00:00.000Z"))
    found = example_rows.examples("batches")
    assert [one["batch"] for one in found] == ["live", row()["batch"]]
    assert found[1] == row((SMOKING,), at="2026-11-22T09:00:00.000Z")


def test_every_page_is_read(wire):
    first = {"batch": "live", "item": "example#1"}
    pages = [
        {"Items": [typed({"item": "1"})], "LastEvaluatedKey": typed(first)},
        {"Items": [typed({"item": "2"})]},
    ]
    wire.serves("Query", lambda asked: pages["ExclusiveStartKey" in asked])
    assert [one["item"] for one in example_rows.examples("batches")] == ["1", "2"]


def test_a_throttle_is_named(wire):
    wire.serves("Query", lambda asked: refused("ProvisionedThroughputExceededException"))
    with pytest.raises(StoreThrottledError):
        example_rows.examples("batches")


def test_decisions_are_read_a_hundred_at_a_time(aws):
    for number in range(130):
        decided = {"decision": "stop", "decided_at": f"at {number}", "note": "not ours to read"}
        aws.put("reviews", {"review_id": f"rev-{number}", "status": "decided", **decided})
    found = example_rows.decisions("reviews", [f"rev-{number}" for number in range(150)])
    assert len(found) == 130
    assert found["rev-7"] == {"review_id": "rev-7", "decision": "stop", "decided_at": "at 7"}
    assert [
        len(call["RequestItems"]["reviews"]["Keys"]) for call in aws.wire.made("BatchGetItem")
    ] == [100, 50]
    assert example_rows.decisions("reviews", []) == {}


def test_reinstatements_are_acts_that_gave_the_channel_back(aws):
    aws.put("channels", {"channel": CHANNEL, "item": "ban", "status": "lifted"})
    for one in (
        act("2026-11-22T09:00:00.000Z"),
        act("2026-11-22T08:00:00.000Z"),
        act("2026-11-22T07:00:00.000Z", "stop"),
        act("2026-11-22T07:10:00.000Z", result="not_banned"),
        act("2026-11-22T07:20:00.000Z", status="failed", result=None),
        act("2026-11-22T07:30:00.000Z", channel="another"),
    ):
        aws.put("channels", one)
    found = example_rows.reinstatements("channels", CHANNEL)
    assert [one["at"] for one in found] == ["2026-11-22T08:00:00.000Z", "2026-11-22T09:00:00.000Z"]
