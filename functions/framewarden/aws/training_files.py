"""Keep the pictures and manifests of adapters in one bucket: Rekognition trains from one only."""

import json
from collections.abc import Collection, Iterable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from hashlib import sha256
from pathlib import PurePosixPath
from typing import Any, Final

from botocore.exceptions import ClientError

from framewarden.aws import batch_files
from framewarden.aws.batch_streams import MISSING, version_of
from framewarden.aws.clients import client, code_of, store
from framewarden.domain.annotations import Annotated

IMAGES: Final = "adapters/images/"
THREADS: Final = 8
"""Copies at a time: boto3 keeps ten connections, and S3 does the copying."""
SUFFIXES: Final = frozenset({".jpg", ".jpeg", ".png"})
# What S3 says of an object that lies in an archive, beside those of one that is not there.
UNREADABLE: Final = MISSING | {"InvalidObjectState"}

Document = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Place:
    """One object, of one version where that is known."""

    bucket: str
    key: str
    version_id: str | None


def copy_of(image: Annotated) -> str:
    """Return the key of a picture's copy, the same for every adapter.

    Its versions differ in the second half only: a hold is of all of them.
    """
    version = sha256((image.version_id or "").encode()).hexdigest()[:16]
    suffix = PurePosixPath(image.key).suffix.lower()
    return f"{_of_object(image.ref)}-{version}{suffix if suffix in SUFFIXES else ''}"


class TrainingFiles:
    """Copies and manifests below `adapters/` of a bucket."""

    def __init__(self, bucket: str) -> None:
        self.bucket = bucket

    def copies(self) -> set[str]:
        """Return the keys of the copies that are there."""
        return {key for key, _ in batch_files.keys(self.bucket, IMAGES)}

    def forget(self, held: Collection[str], there: Iterable[str]) -> set[str]:
        """Delete the copies of pictures (`s3://bucket/key`) on hold; return those that stay."""
        ours = tuple(map(_of_object, held))
        kept = set(there)
        for key in [key for key in kept if key.startswith(ours)]:
            with store():
                client("s3").delete_object(Bucket=self.bucket, Key=key)
            kept.discard(key)
        return kept

    def copy_each(self, wanted: Mapping[str, Place]) -> set[str]:
        """Copy an object to each key, several at a time; return the keys of those that are gone.

        Raises
        ------
        StoreThrottledError
            S3 throttled a copy or failed inside; try again with those that are not there yet.
        """
        client("s3")  # made before the threads begin: boto3 makes clients in one thread only
        pool = ThreadPoolExecutor(max_workers=THREADS)
        try:
            done = pool.map(lambda key: self._copied(key, wanted[key]), wanted)
            return {key for key, is_there in zip(wanted, done, strict=True) if not is_there}
        finally:
            pool.shutdown(cancel_futures=True)

    def write(self, folder: str, manifests: Mapping[str, Sequence[Document]]) -> Document:
        """Write manifests, and return key and number of images of each.

        Their folder is named by what they say: a try that comes late replaces nothing that
        Rekognition reads already.
        """
        texts = {name: _lines(lines) for name, lines in manifests.items()}
        said = sha256(b"".join(texts.values())).hexdigest()[:12]
        written = {}
        for name, text in texts.items():
            key = f"{folder}/{said}/{name}.jsonl"
            batch_files.put(self.bucket, key, text, "application/jsonl")
            written[name] = {"key": key, "images": len(manifests[name])}
        return written

    def _copied(self, key: str, source: Place) -> bool:
        named = {"Bucket": source.bucket, "Key": source.key, **version_of(source.version_id)}
        try:
            with store():
                # Tags stay behind: reading them is a permission of its own.
                client("s3").copy_object(
                    Bucket=self.bucket, Key=key, CopySource=named, TaggingDirective="REPLACE"
                )
        except ClientError as failure:
            if code_of(failure) in UNREADABLE:
                return False
            raise
        return True


def _of_object(ref: str) -> str:
    return IMAGES + sha256(ref.encode()).hexdigest()


def _lines(lines: Sequence[Document]) -> bytes:
    return "".join(json.dumps(line, ensure_ascii=False) + "\n" for line in lines).encode()
