"""Analyse a frame, stop its channel, tell the owners and sort the frame away, all in one Lambda.

The algorithm of "Live content moderation using machine learning" (AWS for M&E Blog), written anew:
any label from ten per cent on stops the one channel that it was deployed for. Its clients are made
once for each worker, which the post does at every call: that favours it.
"""

import os
from datetime import UTC, datetime
from typing import Any

import boto3

rekognition = boto3.client("rekognition")
ivs = boto3.client("ivs")
sns = boto3.client("sns")
s3 = boto3.client("s3")


def lambda_handler(event: dict[str, Any], context: object) -> dict[str, Any]:
    """Take an `Object Created` event of the input bucket."""
    bucket = event["detail"]["bucket"]["name"]
    key = event["detail"]["object"]["key"]
    answer = rekognition.detect_moderation_labels(
        Image={"S3Object": {"Bucket": bucket, "Name": key}}, MinConfidence=10
    )
    finding = "positive" if answer["ModerationLabels"] else "negative"
    sorted_as = f"output/{finding}/{datetime.now(UTC):%Y%m%d%H%M%S}.jpeg"
    if finding == "positive":
        channel = os.environ["CHANNEL_ARN"]
        ivs.stop_stream(channelArn=channel)
        sns.publish(
            TopicArn=os.environ["TOPIC_ARN"],
            Message=f"Channel {channel} was stopped: see {sorted_as}",
        )
    s3.copy_object(
        Bucket=os.environ["OUTPUT_BUCKET"],
        Key=sorted_as,
        CopySource={"Bucket": bucket, "Key": key},
    )
    return {"statusCode": 200, "body": finding}
