"""Say when a function was entered, so that the emulator's own pauses can be measured apart."""

import json
import os
import sys
import time
from typing import Any

import boto3

s3 = boto3.client("s3")


def lambda_handler(event: dict[str, Any], context: object) -> dict[str, Any]:
    """Leave the moment in the output bucket for an event of S3, and return it to a machine."""
    entered = time.time()
    if "detail" in event:
        s3.put_object(
            Bucket=os.environ["OUTPUT_BUCKET"],
            Key=event["detail"]["object"]["key"],
            Body=json.dumps({"entered": entered}).encode(),
        )
    elif event.get("talks"):
        print("a line for the log", file=sys.stderr, flush=True)
    return {"entered": entered, "left": time.time()}
