"""Read and write the files of batches, however long, in pieces of a bounded size."""

from collections.abc import Iterator
from contextlib import closing
from functools import cache
from typing import Any, Final

import boto3
from botocore.config import Config
from botocore.exceptions import ClientError

from framewarden.aws.batch_streams import MISSING, refuse, stream, version_of
from framewarden.aws.batch_writer import Writer
from framewarden.aws.clients import client, code_of, store

__all__ = ["Writer", "head", "keys", "put", "read", "signed", "stream"]

SIGNING: Final = Config(signature_version="s3v4", s3={"addressing_style": "virtual"})

Document = dict[str, Any]


def head(bucket: str, key: str, version_id: str | None = None) -> Document | None:
    """Return size, etag and version of an object; None where it is missing or forbidden."""
    try:
        with store():
            answer = client("s3").head_object(Bucket=bucket, Key=key, **version_of(version_id))
    except ClientError as failure:
        if code_of(failure) in MISSING:
            return None
        raise
    return {
        "size": int(answer["ContentLength"]),
        "etag": str(answer["ETag"]).strip('"'),
        "version_id": answer.get("VersionId"),
    }


def keys(bucket: str, prefix: str) -> Iterator[tuple[str, int]]:
    """Return key and size of every object below a prefix, in the order of their names.

    Raises
    ------
    ManifestInvalidError
        There is no such bucket, or it may not be listed.
    """
    asked: Document = {"Bucket": bucket, "Prefix": prefix}
    while True:
        try:
            with store():
                answer = client("s3").list_objects_v2(**asked)
        except ClientError as failure:
            refuse(failure, bucket, prefix)
        for found in answer.get("Contents", ()):
            yield found["Key"], int(found["Size"])
        if not answer.get("IsTruncated"):
            return
        asked["ContinuationToken"] = answer["NextContinuationToken"]


def read(bucket: str, key: str) -> bytes | None:
    """Return a small object's bytes; None where it is missing or forbidden."""
    try:
        with store():
            answer = client("s3").get_object(Bucket=bucket, Key=key)
            with closing(answer["Body"]) as body:
                return bytes(body.read())
    except ClientError as failure:
        if code_of(failure) in MISSING:
            return None
        raise


def put(bucket: str, key: str, data: bytes, kind: str = "application/json") -> None:
    """Write a small object."""
    with store():
        client("s3").put_object(Bucket=bucket, Key=key, Body=data, ContentType=kind)


def signed(bucket: str, key: str, seconds: int, name: str) -> str:
    """Return an address from which a browser may save an object for a while, under a plain name.

    Signing is local, nothing is called for it.
    """
    asked = {
        "Bucket": bucket,
        "Key": key,
        "ResponseContentDisposition": f'attachment; filename="{name}"',
        "ResponseCacheControl": "no-store",
    }
    return str(_signer().generate_presigned_url("get_object", Params=asked, ExpiresIn=seconds))


@cache
def _signer() -> Any:
    return boto3.client("s3", config=SIGNING)
