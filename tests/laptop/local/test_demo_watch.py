"""The watcher reads what is still under way, and the mailbox gets what people get."""

from collections.abc import Iterator
from typing import Any

import boto3
import pytest
from demo_rows import ARN, put
from moto import mock_aws

from framewarden.aws.dynamo import typed
from local.demo_watch import Mailbox, Watcher
from local.target import Target

LINK = "http://127.0.0.1:4566/live/reviews/r1?exp=1800000000&sig=abc-_x"


@pytest.fixture
def target(monkeypatch: pytest.MonkeyPatch) -> Iterator[Target]:
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
        monkeypatch.setenv(name, "test")
    monkeypatch.delenv("AWS_PROFILE", raising=False)
    with mock_aws():
        tables = {"Frames": ["frame_id"], "Reviews": ["review_id"], "Channels": ["channel", "item"]}

        def connect(service: str) -> Any:
            return boto3.client(service, region_name="us-east-1")

        for name, keys in tables.items():
            connect("dynamodb").create_table(
                TableName=name.lower(),
                KeySchema=[
                    {"AttributeName": key, "KeyType": kind}
                    for key, kind in zip(keys, ("HASH", "RANGE"), strict=False)
                ],
                AttributeDefinitions=[{"AttributeName": key, "AttributeType": "S"} for key in keys],
                BillingMode="PAY_PER_REQUEST",
            )
        topic = connect("sns").create_topic(Name="notices")["TopicArn"]
        outputs = {f"{name}Table": name.lower() for name in tables} | {"NoticeTopicArn": topic}
        yield Target("framewarden", "us-east-1", outputs, connect, is_laptop=True)


def write(target: Target, table: str, **row: Any) -> None:
    target.client("dynamodb").put_item(TableName=table, Item=typed(row))


def test_rows_of_frames_reviews_and_stops_are_read(target: Target) -> None:
    opener = put(30).frame_id
    write(target, "frames", frame_id=opener, status="started", review_id="r1")
    write(target, "frames", frame_id="of somebody else", status="started")
    write(target, "reviews", review_id="r1", status="pending", frames=2)
    write(target, "channels", channel=ARN, item="stop#st-1", status="stopping")
    write(target, "channels", channel=ARN, item="ban", status="standing")
    write(target, "channels", channel=ARN, item="act#2027#x", status="done")
    write(target, "channels", channel="another", item="stop#st-2", status="stopped")

    seen = Watcher(target, ARN).look([opener, "not admitted yet"])

    assert list(seen.frames) == [opener]
    assert seen.reviews["r1"]["frames"] == 2
    assert [stop["item"] for stop in seen.stops] == ["stop#st-1"]
    assert seen.is_banned
    write(target, "channels", channel=ARN, item="ban", status="lifting")
    assert Watcher(target, ARN).look([]).is_banned
    write(target, "channels", channel=ARN, item="ban", status="lifted")
    assert not Watcher(target, ARN).look([]).is_banned


def test_what_a_reinstate_takes_away_from_a_stop_is_remembered(target: Target) -> None:
    watcher = Watcher(target, ARN)
    row = {"channel": ARN, "item": "stop#st-1", "accepted_at": "2027-01-15T08:00:05.410Z"}
    assert watcher.look([]).stops == []
    assert not watcher.look([]).is_banned
    write(target, "channels", **row, status="stopped")
    watcher.look([])
    del row["accepted_at"]
    write(target, "channels", **row, status="reinstated")

    [stop] = watcher.look([]).stops

    assert (stop["status"], stop["accepted_at"]) == ("reinstated", "2027-01-15T08:00:05.410Z")


def test_what_has_ended_is_not_read_again(target: Target) -> None:
    ids = [put(number).frame_id for number in range(3)]
    write(target, "frames", frame_id=ids[0], status="settled", outcome="cleared")
    write(target, "frames", frame_id=ids[1], status="joined", review_id="r1")
    write(target, "reviews", review_id="r1", status="decided", outcome="reviewed")
    write(target, "frames", frame_id=ids[2], status="started")
    watcher = Watcher(target, ARN)
    watcher.look(ids)
    for one in ids:
        write(target, "frames", frame_id=one, status="settled", outcome="unscreened")
    write(target, "reviews", review_id="r1", status="decided", outcome="unscreened")

    seen = watcher.look(ids)

    assert [seen.outcome(one) for one in ids] == ["cleared", "reviewed", "unscreened"]


def test_a_notice_is_shown_by_its_subject_and_its_link_is_kept(target: Target) -> None:
    mailbox = Mailbox(target, "demo-notices")
    mailbox.open()
    text = f"A person is asked to decide.\n\nLook and decide:\n{LINK}"
    target.client("sns").publish(
        TopicArn=target.output("NoticeTopicArn"),
        Subject="medium: Explicit 68.5 % on AbCdef1G2hij",
        Message=text,
    )

    assert mailbox.read() == ["medium: Explicit 68.5 % on AbCdef1G2hij"]
    assert mailbox.links == {"r1": LINK}
    assert mailbox.read() == []


def test_a_closed_mailbox_leaves_nothing_behind(target: Target) -> None:
    mailbox = Mailbox(target, "demo-notices")
    mailbox.open()

    mailbox.close()

    assert not target.client("sqs").list_queues().get("QueueUrls")
    assert not target.client("sns").list_subscriptions()["Subscriptions"]
