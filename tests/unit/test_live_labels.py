"""What people say of a live review's labels is an example, of the picture that they looked at."""

import pytest

from framewarden.aws.dynamo import untyped
from framewarden.live_labels import example
from tests.unit.scenes import CHANNEL, another, state
from tests.unit.waits import (
    CRITICAL,
    HIGH,
    UPLOAD,
    after,
    decide,
    decide_at_desk,
    open_or_join,
    waits,
)
from tests.unit.wire import KilledError

JUDGED = {"confirmed": ["Exposed Female Nipple"], "denied": [], "added": ["Weapons"]}
DENIED = {"confirmed": [], "denied": ["Exposed Female Nipple"], "added": []}
CONFLICT = {"CancellationReasons": [{"Code": "TransactionConflict"}, {"Code": "None"}]}
ADAPTER = "arn:aws:rekognition:us-east-1:111122223333:project/fw/version/v2/1700000000000"


def kept(aws):
    """Return the examples that the index finds."""
    answer = aws.client("dynamodb").query(
        TableName="batches",
        IndexName="by_example",
        KeyConditionExpression="example = :labels",
        ExpressionAttributeValues={":labels": {"S": "labels"}},
    )
    return [untyped(item) for item in answer["Items"]]


def opened_by(document):
    slot = open_or_join(document)
    waits(slot["review_id"])
    return slot["review_id"]


def test_a_decision_with_labels_is_an_example_of_its_frame(aws):
    document = HIGH | {"analysis": HIGH["analysis"] | {"adapter": ADAPTER}}
    review_id = opened_by(document)
    decide_at_desk(review_id, "stop", labels=JUDGED, note="private words")
    [row] = kept(aws)
    frame, review = HIGH["frame"], aws.review(review_id)
    assert row == {
        **{"batch": "live", "item": f"example#{review_id}", "example": "labels"},
        **{name: frame[name] for name in ("bucket", "key", "version_id", "frame_id", "channel")},
        **{"channel_arn": CHANNEL, "review_id": review_id, "decision": "stop"},
        **{"by": "Ada", "account": "ada", "at": "2026-11-22T08:08:32.000Z"},
        "labels": HIGH["verdict"]["labels"],
        "labels_judged": JUDGED,
        "adapter": ADAPTER,
        "expires_at": review["expires_at"],
    }


def test_a_still_has_no_channel_and_a_link_no_account(aws):
    review_id = opened_by(UPLOAD)
    decide(review_id, "block", labels=JUDGED)
    [row] = kept(aws)
    assert (row["channel_arn"], row["account"], row["adapter"]) == (None, None, None)


@pytest.mark.parametrize("labels", [None, {}, {"confirmed": [], "denied": [], "added": []}])
def test_without_a_label_there_is_no_example(aws, opened, labels):
    decide_at_desk(opened["review_id"], "stop", labels=labels)
    assert kept(aws) == []


def test_whoever_passes_it_on_has_judged_and_the_decision_follows(aws, opened):
    review_id = opened["review_id"]
    decide_at_desk(review_id, "escalate", labels=JUDGED)
    [row] = kept(aws)
    assert (row["decision"], row["by"], row["labels_judged"]) == ("escalate", "Ada", JUDGED)
    decide_at_desk(review_id, "stop", by="Bob", account="bob", now=after(minutes=4))
    [later] = kept(aws)
    assert later == row | {"decision": "stop"}, "the labels are still Ada's"


def test_what_is_said_last_counts(aws, opened):
    decide_at_desk(opened["review_id"], "escalate", labels=JUDGED)
    decide_at_desk(opened["review_id"], "allow", by="Bob", labels=DENIED, now=after(minutes=4))
    [row] = kept(aws)
    assert (row["decision"], row["by"], row["labels_judged"]) == ("allow", "Bob", DENIED)


def test_what_was_said_of_another_frame_is_no_example_of_this_one(aws, opened):
    review_id, before = opened["review_id"], HIGH["frame"]["frame_id"]
    open_or_join(another(CRITICAL, 48))
    assert aws.review(review_id)["frame"]["frame_id"] != before
    decide_at_desk(review_id, "stop", labels=JUDGED, frame_id=before)
    row = aws.review(review_id)
    assert (row["decision"], row["labels_judged"]) == ("stop", JUDGED)
    assert kept(aws) == []


def test_nor_is_it_where_the_frame_comes_between_look_and_write(aws, opened):
    review_id, before = opened["review_id"], HIGH["frame"]["frame_id"]
    aws.wire.before("TransactWriteItems", lambda: open_or_join(another(CRITICAL, 48)))
    decide_at_desk(review_id, "stop", labels=JUDGED, frame_id=before)
    assert [row["frame_id"] for row in kept(aws)] == [before]


def test_a_graver_frame_after_it_was_passed_on_leaves_the_example_as_it_was(aws, opened):
    review_id = opened["review_id"]
    decide_at_desk(review_id, "escalate", labels=JUDGED)
    open_or_join(another(CRITICAL, 48), after(minutes=4))
    decide_at_desk(review_id, "stop", now=after(minutes=5))
    [row] = kept(aws)
    assert (row["decision"], row["frame_id"]) == ("escalate", HIGH["frame"]["frame_id"])


@pytest.mark.parametrize("scenario", ["open_review/unscreened", "open_review/list"])
def test_what_no_model_answered_about_and_a_list_are_no_examples(aws, scenario):
    review_id = opened_by(state(scenario))
    decide_at_desk(review_id, "allow", labels=JUDGED)
    assert aws.review(review_id)["labels_judged"] == JUDGED
    assert kept(aws) == []


def test_a_review_from_before_frames_had_ids_makes_none():
    row = {"labels_judged": JUDGED, "frame": {"bucket": "b", "key": "k"}, "category": "Explicit"}
    assert example(row | {"review_id": "r", "labels_said": {"by": "Ada"}}, "stop", "t") == []
    assert example(row | {"review_id": "r"}, "stop", "t") == []


def test_a_review_that_does_not_expire_has_an_example_that_does_not(aws, opened):
    row = aws.review(opened["review_id"])
    said = {"by": "Ada", "account": None, "at": "then", "frame_id": row["frame"]["frame_id"]}
    row |= {"labels_judged": JUDGED, "labels_said": said}
    del row["expires_at"]
    [write] = example(row, "stop", "batches")
    assert "expires_at" not in write["Put"]["Item"]


def test_others_who_count_take_no_example_away(aws, opened):
    failure = "TransactionCanceledException"
    aws.wire.fails("TransactWriteItems", failure, times=2, **CONFLICT)
    assert decide_at_desk(opened["review_id"], "stop", labels=JUDGED).first is True
    assert aws.row("batches", batch="live", item="labels") is None
    assert [row["decision"] for row in kept(aws)] == ["stop"]


def test_a_decision_that_comes_second_or_too_late_changes_no_example(aws, opened):
    decide_at_desk(opened["review_id"], "stop", labels=JUDGED)
    decide_at_desk(opened["review_id"], "allow", labels=DENIED)
    decide_at_desk(opened["review_id"], "allow", labels=DENIED, now=after(hours=1))
    [row] = kept(aws)
    assert (row["decision"], row["labels_judged"]) == ("stop", JUDGED)


@pytest.mark.parametrize("late", [False, True])
@pytest.mark.parametrize("call", range(1, 6))
def test_a_worker_killed_at_any_call_decides_and_keeps_both_or_neither(aws, opened, call, late):
    with aws.wire.killed_at(call, after=late), pytest.raises(KilledError):
        decide_at_desk(opened["review_id"], "stop", labels=JUDGED)
    decided = aws.review(opened["review_id"])["status"] == "decided"
    assert bool(kept(aws)) is decided
