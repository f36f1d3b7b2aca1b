"""Read what waits for somebody: open rows, messages, dead letters; a bounded part, nothing more.

Functions, and no class that could write as well: whoever reads here may change nothing.
"""

from collections.abc import Iterable

from framewarden.aws.clients import client, store
from framewarden.aws.dynamo import Row, typed, untyped
from framewarden.aws.ledger import UNSCREENED

# A callback holds its execution's task token, a notice its text: neither is even read.
MESSAGE = ("id", "kind", "attempts", "last_error", "due", "given_up_at", "expires_at")


def open_rows(channels_table: str, kind: str, most: int) -> tuple[list[Row], bool]:
    """Return the oldest open rows of a kind (`ban`, `stop`, `unseen`), and whether there are more.

    One call.
    """
    with store():
        answer = client("dynamodb").query(
            TableName=channels_table,
            IndexName="open",
            KeyConditionExpression="#open = :kind",
            ExpressionAttributeNames={"#open": "open"},
            ExpressionAttributeValues=typed({":kind": kind}),
            Limit=most,
        )
    return [untyped(item) for item in answer["Items"]], "LastEvaluatedKey" in answer


def messages(outbox_table: str, most: int) -> tuple[list[Row], bool]:
    """Return what is not delivered, whose turn is next first, and whether there are more.

    A scan, as the sweep's own: the table is as long as what is wrong.
    """
    with store():
        answer = client("dynamodb").scan(
            TableName=outbox_table,
            Select="SPECIFIC_ATTRIBUTES",  # which the role's statement asks for
            ProjectionExpression=", ".join(f"#{name}" for name in MESSAGE),
            ExpressionAttributeNames={f"#{name}": name for name in MESSAGE},
            ConsistentRead=True,
            Limit=most,
        )
    rows = [untyped(item) for item in answer["Items"]]
    return sorted(rows, key=lambda row: int(row["due"])), "LastEvaluatedKey" in answer


def unscreened(frames_table: str, most: int) -> int:
    """Count the frames that nobody has looked at, as far as `most`; one call."""
    with store():
        answer = client("dynamodb").query(
            TableName=frames_table,
            IndexName="unscreened",
            KeyConditionExpression="unscreened = :frame",
            ExpressionAttributeValues=typed({":frame": UNSCREENED}),
            Select="COUNT",
            Limit=most,
        )
    return int(answer["Count"])


def dead_letters(queue_urls: Iterable[str]) -> int:
    """Count the messages of some queues, roughly, as SQS does."""
    found = 0
    for url in queue_urls:
        with store():
            answer = client("sqs").get_queue_attributes(
                QueueUrl=url, AttributeNames=["ApproximateNumberOfMessages"]
            )
        found += int(answer["Attributes"]["ApproximateNumberOfMessages"])
    return found
