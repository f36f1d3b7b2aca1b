"""Read an object in pieces of a bounded size, and say in words why it cannot be read."""

from collections.abc import Generator
from contextlib import closing
from typing import Any, Final, NoReturn

from botocore.exceptions import ClientError

from framewarden.aws.clients import client, code_of, store
from framewarden.aws.evidence import GONE
from framewarden.domain.errors import ManifestInvalidError

CHUNK: Final = 64 * 1024
# An object that is gone; without permission to list its bucket S3 answers as for a forbidden one.
MISSING: Final = GONE | {"AccessDenied", "403", "301", "400", "PermanentRedirect"}
CHANGED: Final = frozenset({"PreconditionFailed", "412"})

Document = dict[str, Any]


def stream(
    bucket: str, key: str, version_id: str | None, first_byte: int, etag: str | None = None
) -> Generator[bytes]:
    """Read an object from one of its bytes on, 64 KiB at a time; nothing where it is shorter.

    Closing the generator ends the transfer: what lies behind a range is not fetched.

    Raises
    ------
    ManifestInvalidError
        The object is gone, may not be read, or is not the one of this etag any more.
    StoreThrottledError
        S3 throttled the call or failed inside, or the transfer broke off; try again.
    """
    asked: Document = {"Bucket": bucket, "Key": key, **version_of(version_id)}
    asked |= {"Range": f"bytes={first_byte}-"}
    asked |= {"IfMatch": f'"{etag}"'} if etag else {}
    try:
        with store():
            answer = client("s3").get_object(**asked)
    except ClientError as failure:
        if code_of(failure) in {"InvalidRange", "416"}:
            return
        refuse(failure, bucket, key)
    # A server may answer a range with the whole (RFC 9110, 14.2): then its beginning is let pass.
    passing = 0 if "ContentRange" in answer else first_byte
    with closing(answer["Body"]) as body:
        while chunk := _chunk(body):
            if len(chunk) > passing:
                yield chunk[passing:]
            passing = max(0, passing - len(chunk))


def version_of(version_id: str | None) -> Document:
    """Word which version of an object is meant."""
    return {"VersionId": version_id} if version_id else {}


def _chunk(body: Any) -> bytes:
    with store():
        return bytes(body.read(CHUNK))


def refuse(failure: ClientError, bucket: str, key: str) -> NoReturn:
    """Say why S3 does not show an object.

    Raises
    ------
    ManifestInvalidError
        It is gone, withheld from us, or was changed.
    botocore.exceptions.ClientError
        For any other reason, in S3's own words.
    """
    place = f"s3://{bucket}/{key}"
    if code_of(failure) in MISSING:
        raise ManifestInvalidError(f"{place} is missing, or may not be read") from failure
    if code_of(failure) in CHANGED:
        why = f"{place} was changed meanwhile; start a batch of it anew"
        raise ManifestInvalidError(why) from failure
    raise failure
