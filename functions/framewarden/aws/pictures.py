"""Read frames as they were judged, several at a time, from the one bucket that holds frames."""

from collections.abc import Mapping, Sequence
from contextlib import closing
from typing import Any

from botocore.exceptions import ClientError

from framewarden.aws.clients import client, code_of, store
from framewarden.domain.errors import FramewardenError
from framewarden.domain.pictures import MOST_BYTES, UnreadableError

Place = Mapping[str, Any]


class Pictures:
    """The objects of one bucket; a place names a key and its version."""

    def __init__(self, bucket: str) -> None:
        self.bucket = bucket

    def read(self, place: Place) -> bytes:
        """Return the bytes of exactly this version.

        Raises
        ------
        UnreadableError
            It is gone, is withheld from us, or is larger than any frame.
        StoreThrottledError
            S3 throttled the call or failed inside; try again.
        """
        asked = {"Bucket": self.bucket, "Key": place["key"]}
        if place.get("version_id"):
            asked["VersionId"] = place["version_id"]
        try:
            with store():
                answer = client("s3").get_object(**asked)
                with closing(answer["Body"]) as body:
                    # Known before the first byte comes.
                    if answer["ContentLength"] > MOST_BYTES:
                        raise UnreadableError("TooLarge")
                    return bytes(body.read())
        except ClientError as failure:
            raise UnreadableError(code_of(failure)) from None

    def read_each(self, places: Sequence[Place]) -> list[bytes | UnreadableError]:
        """Return the bytes of each, or why they could not be had; all are asked for at once."""
        # With the first strip of pictures.
        from concurrent.futures import ThreadPoolExecutor

        # Made before the threads begin: boto3 makes clients in one thread only.
        client("s3")
        with ThreadPoolExecutor(max_workers=len(places)) as pool:
            return list(pool.map(self._tried, places))

    def _tried(self, place: Place) -> bytes | UnreadableError:
        try:
            return self.read(place)
        except UnreadableError as failure:
            return failure
        except FramewardenError as failure:
            return UnreadableError(type(failure).__name__)
