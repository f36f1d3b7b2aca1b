"""Read what the desk keeps about a case, and age what a test cannot wait for."""

import time
from typing import Any

from framewarden.aws.dynamo import typed, untyped
from tests.workflow.conftest import Desk

Row = dict[str, Any]


def events(desk: Desk, review_id: str) -> list[Row]:
    """Return the events of a case's record, the oldest first."""
    found = desk.client("dynamodb").get_item(
        TableName=desk.target.output("ReviewsTable"),
        Key=typed({"review_id": f"record#{review_id}"}),
        ConsistentRead=True,
    )
    return list(untyped(found.get("Item", {})).get("events", []))


def fill(desk: Desk, review_id: str, size: int) -> None:
    """Let the record of a case be as large as said."""
    desk.client("dynamodb").put_item(
        TableName=desk.target.output("ReviewsTable"),
        Item=typed({"review_id": f"record#{review_id}", "events": [], "size": size}),
    )


def claimed_until(desk: Desk, review_id: str, seconds: int) -> None:
    """Let the claim of a case end so many seconds from now."""
    desk.client("dynamodb").update_item(
        TableName=desk.target.output("ReviewsTable"),
        Key=typed({"review_id": review_id}),
        UpdateExpression="SET claimed_until = :until",
        ConditionExpression="attribute_exists(claimed_by)",
        ExpressionAttributeValues=typed({":until": int(time.time()) + seconds}),
    )


def forget_token(desk: Desk, review_id: str) -> None:
    """Let nobody wait for a review: AWS forgets the token of a closed execution, ministack not."""
    desk.client("dynamodb").update_item(
        TableName=desk.target.output("ReviewsTable"),
        Key=typed({"review_id": review_id}),
        UpdateExpression="SET task_token = :gone",
        ExpressionAttributeValues=typed({":gone": "of-a-closed-execution"}),
    )
