"""Lend a frame's picture to a browser for a minute."""

from collections.abc import Mapping
from functools import cache
from typing import Any

import boto3
from botocore.config import Config
from botocore.exceptions import ClientError

from framewarden.aws.clients import client, store

SECONDS = 60

# The bucket's own regional name: the global one answers with a redirect to another origin, which
# the page's content security policy would refuse.
SIGNING = Config(signature_version="s3v4", s3={"addressing_style": "virtual"})


@cache
def _signer() -> Any:
    return boto3.client("s3", config=SIGNING)


class FrameLinks:
    """Presigned addresses of one bucket's frames; signing is local, nothing is called for it."""

    def __init__(self, bucket: str) -> None:
        self._bucket = bucket

    def url(self, frame: Mapping[str, Any]) -> str | None:
        """Return an address that shows exactly this version; None for another bucket's frame."""
        if frame["bucket"] != self._bucket:
            return None
        kind = "image/png" if str(frame["key"]).lower().endswith(".png") else "image/jpeg"
        asked = {
            "Bucket": self._bucket,
            "Key": frame["key"],
            # Whatever was uploaded, and as whatever type, a browser treats it as a picture only.
            "ResponseContentType": kind,
            "ResponseCacheControl": "no-store",
        }
        if frame.get("version_id"):
            asked["VersionId"] = frame["version_id"]
        return str(_signer().generate_presigned_url("get_object", Params=asked, ExpiresIn=SECONDS))

    def lies_there(self, frame: Mapping[str, Any]) -> bool:
        """Tell whether this version of a frame lies in the bucket: its first byte is asked for."""
        if frame["bucket"] != self._bucket:
            return False
        version = {"VersionId": frame["version_id"]} if frame.get("version_id") else {}
        try:
            with store():
                answer = client("s3").get_object(
                    Bucket=self._bucket, Key=frame["key"], Range="bytes=0-0", **version
                )
        except ClientError:
            # Gone, empty, or not ours to read: whatever S3 calls it, a browser would be told so.
            return False
        answer["Body"].close()
        return True
