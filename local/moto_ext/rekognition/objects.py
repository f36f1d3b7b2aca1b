"""Move files of any size between this machine and S3: moto's own, or the neighbour's."""

from collections.abc import Iterator
from contextlib import contextmanager
from io import BytesIO
from shutil import copyfileobj
from typing import IO, Any

from moto.core.exceptions import ServiceException
from moto.s3.exceptions import S3ClientError
from moto.s3.models import s3_backends
from moto.utilities.utils import get_partition

from local.moto_ext import neighbour
from local.moto_ext.errors import AwsError
from local.moto_ext.rekognition.stored import NO_METADATA

CHUNK_BYTES = 1024 * 1024


class Objects:
    """The objects that an account's jobs in one region read and write."""

    def __init__(self, account: str, region: str) -> None:
        self._account, self._region = account, region

    def require(self, where: dict[str, Any]) -> None:
        """Look whether an object, ``{Bucket, Name, Version}``, is there.

        Raises
        ------
        AwsError: InvalidS3ObjectException, InternalServerError.
        """
        with _refusals():
            if neighbour.endpoint():
                neighbour.client("s3", self._region).head_object(**_named(where))
            else:
                self._found(where)

    def require_bucket(self, bucket: str) -> None:
        """Look whether a bucket is there.

        Raises
        ------
        AwsError: InvalidS3ObjectException, InternalServerError.
        """
        with _refusals():
            if neighbour.endpoint():
                neighbour.client("s3", self._region).head_bucket(Bucket=bucket)
            else:
                self._bucket(bucket)

    def download(self, where: dict[str, Any], into: IO[bytes]) -> None:
        """Copy an object into a file, which is then at its beginning.

        Raises
        ------
        AwsError: InvalidS3ObjectException, InternalServerError.
        """
        with _refusals():
            if neighbour.endpoint():
                answer = neighbour.client("s3", self._region).get_object(**_named(where))
                copyfileobj(answer["Body"], into, CHUNK_BYTES)
            else:
                copyfileobj(BytesIO(self._found(where).value), into, CHUNK_BYTES)
        into.seek(0)

    def upload(self, bucket: str, name: str, data: IO[bytes]) -> None:
        """Write a file's content, from its beginning, as an object.

        Raises
        ------
        AwsError: InvalidS3ObjectException, InternalServerError.
        """
        data.seek(0)
        with _refusals():
            if neighbour.endpoint():
                from boto3.s3.transfer import TransferConfig

                # One part at a time: ten threads would hold ten parts.
                neighbour.client("s3", self._region).upload_fileobj(
                    data, bucket, name, Config=TransferConfig(use_threads=False)
                )
            else:
                self._bucket(bucket)
                self._backend().put_object(bucket, name, data.read())

    def _backend(self) -> Any:
        return s3_backends[self._account][get_partition(self._region)]

    def _bucket(self, bucket: str) -> None:
        if self._backend().get_bucket(bucket).region_name != self._region:
            raise AwsError("InvalidS3ObjectException", NO_METADATA)

    def _found(self, where: dict[str, Any]) -> Any:
        self._bucket(where["Bucket"])
        found = self._backend().get_object(where["Bucket"], where["Name"], where.get("Version"))
        if found is None:
            raise AwsError("InvalidS3ObjectException", NO_METADATA)
        return found


def _named(where: dict[str, Any]) -> dict[str, str]:
    version = where.get("Version")
    named = {"Bucket": where["Bucket"], "Key": where["Name"]}
    return named | ({"VersionId": version} if version else {})


@contextmanager
def _refusals() -> Iterator[None]:
    """Tell every refusal of S3 in Rekognition's words."""
    from boto3.exceptions import S3UploadFailedError
    from botocore.exceptions import BotoCoreError, ClientError

    try:
        yield
    except AwsError:
        raise
    except ClientError as error:
        # A fault of S3 itself passes; what the caller asked for does not come right by itself.
        if error.response["ResponseMetadata"]["HTTPStatusCode"] >= 500:
            raise AwsError("InternalServerError", "S3 failed.") from error
        raise AwsError("InvalidS3ObjectException", NO_METADATA) from error
    except (S3ClientError, ServiceException) as error:
        raise AwsError("InvalidS3ObjectException", NO_METADATA) from error
    except (BotoCoreError, S3UploadFailedError) as error:
        raise AwsError("InternalServerError", "S3 does not answer.") from error
