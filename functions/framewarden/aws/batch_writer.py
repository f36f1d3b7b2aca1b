"""Write an object of any length a part at a time, and let S3 copy what it holds already."""

from contextlib import closing, suppress
from tempfile import SpooledTemporaryFile
from types import TracebackType
from typing import Any, Final, Self

from botocore.exceptions import ClientError

from framewarden.aws.batch_streams import stream
from framewarden.aws.clients import client, store
from framewarden.domain.errors import FramewardenError

PART: Final = 5 * 1024 * 1024
"""Bytes that every part of a multipart upload has but the last (S3's limits)."""
LARGER: Final = ((9_000, 25 * 1024 * 1024), (4_000, 2 * PART))
"""Bytes of the parts after so many: an upload has at most 10,000 of them."""
COPIED: Final = 64 * 1024 * 1024
"""Bytes that S3 copies in one call; more would take longer than we wait for an answer."""
IN_MEMORY: Final = 256 * 1024
"""Bytes of a part that are held in memory; what is more of it waits on the function's disk, so that
a batch of a million lines takes no more memory than one of a thousand."""
LINES: Final = "application/x-ndjson"

Document = dict[str, Any]


class Writer:
    """Write an object of unknown length: in one call where it is small, in parts where it is not.

    A context: left without an exception the object is there whole, else there is nothing of it.
    Afterwards `size` is its bytes, `etag` and `version_id` what S3 called it.
    """

    def __init__(self, bucket: str, key: str, kind: str = LINES) -> None:
        self.size = 0
        self.version_id: str | None = None
        self.etag = ""
        self._place: Document = {"Bucket": bucket, "Key": key}
        self._kind = kind
        self._part = SpooledTemporaryFile(IN_MEMORY)  # noqa: SIM115 - closed with the context
        self._held = 0
        self._parts: list[Document] = []
        self._upload: str | None = None

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, _: TracebackType | None
    ) -> None:
        with self._part:
            if kind:
                self._abort()
                return
            try:
                self._end()
            except BaseException:
                self._abort()
                raise

    def write(self, data: bytes) -> None:
        """Append bytes."""
        self.size += len(data)
        self._held += len(data)
        self._part.write(data)
        if self._held >= self._least():
            self._flush()

    def copy(self, bucket: str, key: str, size: int) -> None:
        """Append a whole object; of a large one S3 copies all but what fills up the part begun.

        Raises
        ------
        ManifestInvalidError
            The object is gone.
        """
        # Only the last part may be small, so the one that was begun is filled up first.
        wanted = self._least() - self._held if self._held else 0
        if size - wanted < PART:
            for chunk in stream(bucket, key, None, 0):
                self.write(chunk)
            return
        at = 0
        if wanted:
            with closing(stream(bucket, key, None, 0)) as chunks:
                for chunk in chunks:
                    self.write(chunk[: wanted - at])
                    at += len(chunk[: wanted - at])
                    if at == wanted:
                        break
        while at < size:
            # A rest too small for a part of its own goes with what is before it.
            end = size if size - at < COPIED + PART else at + COPIED
            self._copied({"Bucket": bucket, "Key": key}, at, end)
            at = end

    def _copied(self, source: Document, at: int, end: int) -> None:
        number = self._next()
        with store():
            answer = client("s3").upload_part_copy(
                **self._place,
                UploadId=self._upload,
                PartNumber=number,
                CopySource=source,
                CopySourceRange=f"bytes={at}-{end - 1}",
            )
        self._note(number, answer["CopyPartResult"])
        self.size += end - at

    def _least(self) -> int:
        written = len(self._parts)
        return next((size for after, size in LARGER if written >= after), PART)

    def _flush(self) -> None:
        number = self._next()
        self._part.seek(0)
        with store():
            answer = client("s3").upload_part(
                **self._place,
                UploadId=self._upload,
                PartNumber=number,
                Body=self._part,
                ContentLength=self._held,
            )
        self._note(number, answer)
        self._part.seek(0)
        self._part.truncate()
        self._held = 0

    def _next(self) -> int:
        if self._upload is None:
            with store():
                answer = client("s3").create_multipart_upload(**self._place, ContentType=self._kind)
            self._upload = answer["UploadId"]
        return len(self._parts) + 1

    def _note(self, number: int, answer: Document) -> None:
        # botocore asks for checksums by itself, and then S3 wants each again at the end.
        sums = {name: answer[name] for name in ("ChecksumCRC32",) if name in answer}
        self._parts.append({"PartNumber": number, "ETag": answer["ETag"], **sums})

    def _end(self) -> None:
        if self._upload is None:
            self._part.seek(0)
            with store():
                answer = client("s3").put_object(
                    **self._place, Body=self._part, ContentType=self._kind
                )
        else:
            if self._held:
                self._flush()
            with store():
                answer = client("s3").complete_multipart_upload(
                    **self._place,
                    UploadId=self._upload,
                    MultipartUpload={"Parts": self._parts},
                )
        self.version_id = answer.get("VersionId")
        self.etag = str(answer["ETag"]).strip('"')

    def _abort(self) -> None:
        if self._upload is None:
            return
        # What is left of it anyway the bucket's lifecycle removes after a day.
        with suppress(FramewardenError, ClientError), store():
            client("s3").abort_multipart_upload(**self._place, UploadId=self._upload)
