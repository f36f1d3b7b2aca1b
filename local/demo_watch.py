"""Watch a stack work: the rows of the frames that were put, and the notices that people get."""

import json
import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from local.demo_snapshot import Row, Snapshot
from local.tables import BATCH, fetch
from local.target import Target

LINK = re.compile(r"https?://\S+/reviews/(?P<review_id>[^/?\s]+)\?\S+")


class Watcher:
    """Read what became of some frames of one channel; what has ended is not read again."""

    def __init__(self, target: Target, channel_arn: str) -> None:
        self._dynamodb = target.client("dynamodb")
        self._tables = {
            name: target.output(f"{name}Table") for name in ("Frames", "Reviews", "Channels")
        }
        self._channel_arn = channel_arn
        self._frames: dict[str, Row] = {}
        self._reviews: dict[str, Row] = {}
        self._stops: dict[str, Row] = {}

    def look(self, frame_ids: Iterable[str]) -> Snapshot:
        """Return the rows as they are now."""
        seen = Snapshot(self._frames, self._reviews)
        waiting = [one for one in frame_ids if seen.outcome(one) is None]
        for start in range(0, len(waiting), BATCH):
            some = waiting[start : start + BATCH]
            self._frames |= fetch(self._dynamodb, self._tables["Frames"], "frame_id", some)
        known = {row["review_id"] for row in self._frames.values() if row.get("review_id")}
        unfinished = [one for one in known if not self._reviews.get(one, {}).get("outcome")]
        for start in range(0, len(unfinished), BATCH):
            some = unfinished[start : start + BATCH]
            self._reviews |= fetch(self._dynamodb, self._tables["Reviews"], "review_id", some)
        channel = {row["item"]: row for row in self._channel()}
        for item, row in channel.items():
            if item.startswith("stop#"):
                # A reinstate takes moments of the stop away, which are told at the end.
                self._stops[item] = self._stops.get(item, {}) | row
        stops = list(self._stops.values())
        return Snapshot(dict(self._frames), dict(self._reviews), stops, channel.get("ban"))

    def _channel(self) -> list[Row]:
        from framewarden.aws.dynamo import typed, untyped

        pages = self._dynamodb.get_paginator("query").paginate(
            TableName=self._tables["Channels"],
            KeyConditionExpression="channel = :channel",
            ExpressionAttributeValues=typed({":channel": self._channel_arn}),
            ConsistentRead=True,
        )
        return [untyped(item) for page in pages for item in page["Items"]]


@dataclass
class Mailbox:
    """Receive the notices beside their subscribers: a laptop delivers no e-mail.

    `links` holds the link that each review's notice carried.
    """

    target: Target
    name: str
    links: dict[str, str] = field(default_factory=dict)
    _queue_url: str = ""
    _subscription: str = ""

    def open(self) -> None:
        """Subscribe a queue to the topic."""
        sqs, topic = self.target.client("sqs"), self.target.output("NoticeTopicArn")
        self._queue_url = sqs.create_queue(QueueName=self.name)["QueueUrl"]
        answer = sqs.get_queue_attributes(QueueUrl=self._queue_url, AttributeNames=["QueueArn"])
        arn = answer["Attributes"]["QueueArn"]
        allow = {
            "Effect": "Allow",
            "Principal": {"Service": "sns.amazonaws.com"},
            "Action": "sqs:SendMessage",
            "Resource": arn,
            "Condition": {"ArnEquals": {"aws:SourceArn": topic}},
        }
        policy = json.dumps({"Version": "2012-10-17", "Statement": [allow]})
        sqs.set_queue_attributes(QueueUrl=self._queue_url, Attributes={"Policy": policy})
        self._subscription = self.target.client("sns").subscribe(
            TopicArn=topic, Protocol="sqs", Endpoint=arn, ReturnSubscriptionArn=True
        )["SubscriptionArn"]

    def read(self) -> list[str]:
        """Return the subjects of the notices that came since, and remember their links."""
        sqs = self.target.client("sqs")
        answer = sqs.receive_message(QueueUrl=self._queue_url, MaxNumberOfMessages=10)
        subjects = []
        for message in answer.get("Messages", []):
            sqs.delete_message(QueueUrl=self._queue_url, ReceiptHandle=message["ReceiptHandle"])
            notice: dict[str, Any] = json.loads(message["Body"])
            subjects.append(str(notice.get("Subject") or "(no subject)"))
            for link in LINK.finditer(notice.get("Message", "")):
                self.links[link["review_id"]] = link[0]
        return subjects

    def close(self) -> None:
        """Take the queue and its subscription away."""
        if self._subscription:
            self.target.client("sns").unsubscribe(SubscriptionArn=self._subscription)
        if self._queue_url:
            self.target.client("sqs").delete_queue(QueueUrl=self._queue_url)
