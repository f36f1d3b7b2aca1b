"""Copy a frame to the evidence bucket, and commit its story beside it."""

import json
from typing import Any

from botocore.exceptions import ClientError

from framewarden.aws.clients import client, code_of, store

GONE = frozenset({"NoSuchKey", "NoSuchVersion", "NoSuchBucket", "404", "MethodNotAllowed"})


def copy(frame: dict[str, Any], bucket: str, key: str) -> bool:
    """Copy the very version that was judged; False where it is gone."""
    source = {"Bucket": frame["bucket"], "Key": frame["key"]}
    if frame["version_id"]:
        source["VersionId"] = frame["version_id"]
    try:
        with store():
            client("s3").copy_object(Bucket=bucket, Key=key, CopySource=source)
    except ClientError as failure:
        if code_of(failure) in GONE:
            return False
        raise
    return True


def read(bucket: str, key: str) -> dict[str, Any] | None:
    """Return a frame's story; None where there is none (any more)."""
    try:
        with store():
            answer = client("s3").get_object(Bucket=bucket, Key=key)
    except ClientError as failure:
        # Without permission to list the bucket, what is gone is answered as forbidden.
        if code_of(failure) in GONE | {"AccessDenied", "403"}:
            return None
        raise
    story: dict[str, Any] = json.loads(answer["Body"].read())
    return story


def commit(bucket: str, key: str, story: dict[str, Any]) -> bool:
    """Write the story once; False where an earlier attempt of the same execution wrote it."""
    body = json.dumps(story, ensure_ascii=False, indent=1, sort_keys=True).encode()
    try:
        with store():
            client("s3").put_object(
                Bucket=bucket,
                Key=key,
                Body=body,
                ContentType="application/json",
                IfNoneMatch="*",
            )
    except ClientError as failure:
        if code_of(failure) in {"PreconditionFailed", "412"}:
            return False
        raise
    return True
