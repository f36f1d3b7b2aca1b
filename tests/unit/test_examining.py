"""Every example there is, without what is on hold and what was taken back."""

import pytest

from framewarden import settings
from framewarden.aws.adapters import Adapters
from framewarden.examining import examine
from tests.unit.judged_pictures import SMOKING, live_row, row
from tests.unit.scenes import CHANNEL

OWN = settings.Examples(
    {
        "adapters_table": "adapters",
        "batches_table": "batches",
        "reviews_table": "reviews",
        "channels_table": "channels",
    }
)
JUDGED = "2026-11-22T08:00:00.000Z"


def reinstated(aws, at, via="desk"):
    act = {"channel": CHANNEL, "item": f"act#{at}#execution", "action": "reinstate", "via": via}
    aws.put("channels", act | {"at": at, "status": "done", "result": "reinstated"})


def review(aws, decision, decided_at=JUDGED):
    decided = {"status": "decided", "decision": decision, "decided_at": decided_at}
    aws.put("reviews", {"review_id": "rev-1", **decided})


def judged(aws, **changes):
    aws.put("batches", live_row("rev-1", (SMOKING,), at=JUDGED, **changes))


def codes():
    return [one.code for one in examine(OWN)[0].left_out]


def test_nothing_judged_is_not_ready(aws):
    readiness, parts = examine(OWN)
    assert (readiness.ready, parts, readiness.images) == (False, None, 0)


def test_examples_are_read_annotated_and_split(aws):
    for number in range(60):
        item = {"key": f"shop-{number % 6}/{number}.jpg", "item": f"image#{number:07d}#a"}
        aws.put("batches", row((), (SMOKING,), **item))
    held = "s3://example-photos/shop-0/0.jpg"
    Adapters("adapters").hold(held, {"reason": "a court asked for it"})
    readiness, parts = examine(OWN, labels=[SMOKING])
    assert (readiness.ready, readiness.images, readiness.training) == (True, 59, (SMOKING,))
    assert [(one.ref, one.code) for one in readiness.left_out] == [(held, "hold")]
    assert len(parts.train) + len(parts.test) == 59
    assert not examine(OWN, threshold=95.0)[0].ready


@pytest.mark.parametrize("decision", ["stop", "uphold"])
def test_a_stop_that_a_person_took_back_leaves(aws, decision):
    judged(aws)
    review(aws, decision)
    assert codes() == []
    reinstated(aws, "2026-11-22T09:00:00.000Z")
    assert codes() == ["overturned"]


def test_a_ban_that_ran_out_takes_nothing_back(aws):
    judged(aws)
    review(aws, "stop")
    reinstated(aws, "2026-11-22T09:00:00.000Z", via="policy")
    reinstated(aws, "2026-11-22T10:00:00.000Z")
    assert codes() == []


def test_what_was_given_back_before_the_decision_is_of_another_stop(aws):
    judged(aws, decision="escalate")
    review(aws, "stop", decided_at="2026-11-22T08:30:00.000Z")
    reinstated(aws, "2026-11-22T08:10:00.000Z")
    assert codes() == []
    reinstated(aws, "2026-11-22T08:40:00.000Z")
    assert codes() == ["overturned"]


@pytest.mark.parametrize("decision", ["allow", "reinstate"])
def test_a_decision_that_stopped_nothing_cannot_be_taken_back(aws, decision):
    judged(aws, decision="escalate")
    review(aws, decision)
    reinstated(aws, "2026-11-22T09:00:00.000Z")
    assert codes() == []
    assert aws.wire.made("Query")  # of the examples and the holds, and of no channel
    assert {call["TableName"] for call in aws.wire.made("Query")} == {"batches", "adapters"}


def test_a_review_that_is_gone_was_decided_as_its_example_says(aws):
    judged(aws)
    reinstated(aws, "2026-11-22T09:00:00.000Z")
    assert codes() == ["overturned"]


def test_a_still_stops_nothing_and_its_review_is_not_read(aws):
    judged(aws, channel_arn=None, key="uploads/1.jpg")
    examine(OWN)
    assert not aws.wire.made("BatchGetItem")


def test_a_channel_is_read_once_for_all_its_reviews(aws):
    for number in range(3):
        aws.put("batches", live_row(f"rev-{number}", (SMOKING,), at=JUDGED, version_id=f"{number}"))
    reinstated(aws, "2026-11-22T09:00:00.000Z")
    assert codes() == ["overturned"] * 3
    asked = [call for call in aws.wire.made("Query") if call["TableName"] == "channels"]
    assert len(asked) == 1
