"""Read images out of S3: moto's own in ``mock_aws``, the neighbour's in the laptop cloud."""

from typing import Any

from moto.core.exceptions import ServiceException
from moto.s3.exceptions import S3ClientError
from moto.s3.models import s3_backends
from moto.utilities.utils import get_partition

from local.moto_ext import neighbour
from local.moto_ext.errors import AwsError

MAX_OBJECT_BYTES = 15 * 1024 * 1024  # Rekognition's limit for an image in S3
NO_METADATA = (
    "Unable to get object metadata from S3. Check object key, region and/or access permissions."
)
_TOO_LARGE = "Image size is too large. The maximum is 15 MB."


def read_object(bucket: str, name: str, version: str | None, *, account: str, region: str) -> bytes:
    """Return the bytes of one object or one version of it.

    Raises
    ------
    AwsError: InvalidS3ObjectException, ImageTooLargeException, InternalServerError.
    """
    if neighbour.endpoint():
        return _read_over_http(neighbour.client("s3", region), bucket, name, version)
    return _read_from_moto(bucket, name, version, account, region)


def _read_from_moto(
    bucket: str, name: str, version: str | None, account: str, region: str
) -> bytes:
    backend = s3_backends[account][get_partition(region)]
    try:
        here = backend.get_bucket(bucket).region_name == region
        found = backend.get_object(bucket, name, version) if here else None
    except (S3ClientError, ServiceException):
        found = None
    if found is None:
        raise AwsError("InvalidS3ObjectException", NO_METADATA)
    if found.size > MAX_OBJECT_BYTES:
        raise AwsError("ImageTooLargeException", _TOO_LARGE)
    return found.value


def _read_over_http(client: Any, bucket: str, name: str, version: str | None) -> bytes:
    from botocore.exceptions import BotoCoreError, ClientError

    which = {"Bucket": bucket, "Key": name} | ({"VersionId": version} if version else {})
    try:
        answer = client.get_object(**which)
        if answer["ContentLength"] > MAX_OBJECT_BYTES:
            answer["Body"].close()
            raise AwsError("ImageTooLargeException", _TOO_LARGE)
        return bytes(answer["Body"].read())
    except ClientError as error:
        # A fault of S3 itself passes; what the caller asked for does not come right by itself.
        if error.response["ResponseMetadata"]["HTTPStatusCode"] >= 500:
            raise AwsError("InternalServerError", "S3 failed.") from error
        raise AwsError("InvalidS3ObjectException", NO_METADATA) from error
    except BotoCoreError as error:
        raise AwsError("InternalServerError", "S3 does not answer.") from error
