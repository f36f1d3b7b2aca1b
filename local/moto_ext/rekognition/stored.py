"""Read images out of S3: moto's own in ``mock_aws``, an endpoint's in the laptop cloud."""

import os
from threading import Lock
from typing import Any

from moto.core.exceptions import ServiceException
from moto.s3.exceptions import S3ClientError
from moto.s3.models import s3_backends
from moto.utilities.utils import get_partition

from local.moto_ext.errors import AwsError

MAX_OBJECT_BYTES = 15 * 1024 * 1024  # Rekognition's limit for an image in S3
NO_METADATA = (
    "Unable to get object metadata from S3. Check object key, region and/or access permissions."
)
_TOO_LARGE = "Image size is too large. The maximum is 15 MB."
_lock = Lock()
_clients: dict[str, Any] = {}


def read_object(bucket: str, name: str, version: str | None, *, account: str, region: str) -> bytes:
    """Return the bytes of one object or one version of it.

    Raises
    ------
    AwsError: InvalidS3ObjectException, ImageTooLargeException, InternalServerError.
    """
    endpoint = os.environ.get("FRAMEWARDEN_S3_ENDPOINT")
    if endpoint:
        return _read_over_http(_client(endpoint, region), bucket, name, version)
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


def _client(endpoint: str, region: str) -> Any:
    """Make the one S3 client of this process and endpoint."""
    with _lock:
        if endpoint not in _clients:
            import boto3
            from botocore.config import Config

            _clients[endpoint] = boto3.client(
                "s3",
                endpoint_url=endpoint,
                region_name=region,
                aws_access_key_id=os.environ.get("FRAMEWARDEN_S3_ACCESS_KEY", "test"),
                aws_secret_access_key=os.environ.get("FRAMEWARDEN_S3_SECRET_KEY", "test"),
                config=Config(
                    s3={"addressing_style": "path"},
                    max_pool_connections=32,
                    connect_timeout=2,
                    read_timeout=10,
                    retries={"total_max_attempts": 2, "mode": "standard"},
                ),
            )
        return _clients[endpoint]


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
