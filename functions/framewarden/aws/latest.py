"""Find the latest frame of a channel in the ledger."""

from framewarden.aws.clients import client, store
from framewarden.aws.dynamo import typed

BY_CHANNEL = "by_channel"


def last_put(frames_table: str, channel_arn: str) -> str | None:
    """Return when the channel's latest frame was put (ISO); None where it never had one."""
    with store():
        answer = client("dynamodb").query(
            TableName=frames_table,
            IndexName=BY_CHANNEL,
            KeyConditionExpression="channel_arn = :channel",
            ProjectionExpression="put_at",
            ExpressionAttributeValues=typed({":channel": channel_arn}),
            ScanIndexForward=False,
            Limit=1,
        )
    return str(answer["Items"][0]["put_at"]["S"]) if answer["Items"] else None
