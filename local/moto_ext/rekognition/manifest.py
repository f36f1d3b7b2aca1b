"""Read a manifest line by line: JSON Lines of ``{"source-ref": "s3://bucket/key"}``."""

import json
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import IO, Any

from moto.core.utils import get_service_model

from local.moto_ext.constraints import violations

# Ours: a bucket and a key of 1,024 characters, each spelt \u00e9, are 7 KB.
MAX_LINE_BYTES = 64 * 1024
_SCHEME = "s3://"
_BYTE_ORDER_MARK = b"\xef\xbb\xbf"


@dataclass(frozen=True)
class Image:
    """An image that a line names."""

    number: int
    source_ref: str
    bucket: str
    name: str
    # The whole line: what a training reads of it beside the image.
    entry: dict[str, Any] = field(default_factory=dict, compare=False, repr=False)


@dataclass(frozen=True)
class BadLine:
    """A line that gives no result, and why; ``source_ref`` where it could be read."""

    number: int
    code: str
    message: str
    source_ref: str | None = None


def lines(manifest: IO[bytes]) -> Iterator[Image | BadLine]:
    """Yield every line that is not blank, numbered from 1 with the blank ones counted."""
    for number, line in enumerate(_raw_lines(manifest), start=1):
        content = line.removeprefix(_BYTE_ORDER_MARK) if number == 1 else line
        if len(content) > MAX_LINE_BYTES:
            yield BadLine(number, "INVALID_JSON_LINE", f"The line exceeds {MAX_LINE_BYTES} bytes.")
        elif content.strip():
            yield _read(number, content)


def _raw_lines(manifest: IO[bytes]) -> Iterator[bytes]:
    """Yield lines, of an endless one only so much that its length is seen."""
    while line := manifest.readline(MAX_LINE_BYTES + len(_BYTE_ORDER_MARK) + 1):
        yield line
        while not line.endswith(b"\n") and (line := manifest.readline(MAX_LINE_BYTES)):
            pass


def _read(number: int, content: bytes) -> Image | BadLine:
    try:
        entry = json.loads(content.decode("utf-8"))
    except (ValueError, RecursionError):
        return BadLine(number, "INVALID_JSON_LINE", "The JSON line format is invalid.")
    if not isinstance(entry, dict):
        return BadLine(number, "INVALID_JSON_LINE", "The JSON line is not an object.")
    if "source-ref" not in entry:
        return BadLine(number, "MISSING_SOURCE_REF", "The source-ref key is missing.")
    source_ref = entry["source-ref"]
    if not isinstance(source_ref, str):
        return BadLine(number, "INVALID_SOURCE_REF", "The source-ref value is not a string.")
    bucket, _, name = source_ref.removeprefix(_SCHEME).partition("/")
    if not source_ref.startswith(_SCHEME) or not _can_be(bucket, name):
        message = "The source-ref value is not s3://bucket/key."
        return BadLine(number, "INVALID_SOURCE_REF", message, source_ref)
    return Image(number, source_ref, bucket, name, entry)


def _can_be(bucket: str, name: str) -> bool:
    shape = get_service_model("rekognition").shape_for("S3Object")
    # A lone surrogate, which JSON can spell, is in no key.
    spelt = name.encode("utf-8", "ignore").decode() == name
    return spelt and not any(violations({"Bucket": bucket, "Name": name}, shape))
