"""Read the lines of a manifest that begin in a byte range, whatever they hold.

A manifest is JSON Lines of `{"source-ref": "s3://bucket/key"}`, the bulk job's own format; its
results are such lines with the answers in them.
"""

import json
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any, Final

MOST_BYTES: Final = 64 * 1024
"""Ours: a bucket and a key of 1,024 characters, each spelt \\u00e9, are 7 KB."""
BYTE_ORDER_MARK: Final = b"\xef\xbb\xbf"
SCHEME: Final = "s3://"
# Rekognition's own shapes of a bucket and an object's name (API reference, S3Object).
BUCKET: Final = re.compile(r"[0-9A-Za-z.\-_]{3,255}", re.ASCII)
MOST_KEY: Final = 1024
TOO_LONG: Final = f"The line exceeds {MOST_BYTES} bytes."
ANSWER: Final = "detect-moderation-labels"


@dataclass(frozen=True, slots=True)
class Line:
    """One physical line; `number` counts from 1 at the range's first, blank lines included.

    It names an image, or `code` and `message` say why it does not; a blank line does neither.
    `answer` is what a line of results brings along.
    """

    number: int
    ref: str | None = None
    bucket: str = ""
    key: str = ""
    code: str | None = None
    message: str = ""
    answer: dict[str, Any] | None = None

    @property
    def is_blank(self) -> bool:
        """Say whether there is nothing on it: it is numbered, and counts as nothing else."""
        return not self.bucket and not self.code


def lines(
    chunks: Iterable[bytes], start: int, end: int, *, answered: bool = False
) -> Iterator[Line]:
    """Return the lines that begin in `[start, end)`; the last of them may end behind it.

    `chunks` are the object's bytes from `max(start - 1, 0)` on; no more of them is taken than is
    needed. Only where `answered` is an answer read from a line: a manifest could claim any.
    """
    for number, content in enumerate(_contents(chunks, start, end), start=1):
        if content is None:
            yield Line(number, code="LINE_TOO_LONG", message=TOO_LONG)
            continue
        if start == 0 and number == 1:
            content = content.removeprefix(BYTE_ORDER_MARK)
        yield _read(number, content, answered) if content.strip() else Line(number)


def _contents(chunks: Iterable[bytes], start: int, end: int) -> Iterator[bytes | None]:
    """Return each line without its newline, None for one that is too long to be held."""
    at = max(start - 1, 0)
    before = start > 0  # this is the end of a line of the range before
    held, is_long = b"", False
    for chunk in chunks:
        first = 0
        while (cut := chunk.find(b"\n", first)) >= 0:
            if not before:
                fits = not is_long and len(held) + cut - first <= MOST_BYTES
                yield held + chunk[first:cut] if fits else None
            before, held, is_long = False, b"", False
            first = cut + 1
            if at + first >= end:
                return
        if not before and not is_long:
            is_long = len(held) + len(chunk) - first > MOST_BYTES
            held = b"" if is_long else held + chunk[first:]
        at += len(chunk)
        if at >= end and (before or is_long):
            break  # wherever this line ends, the next one does not begin in the range
    if is_long or held:
        yield None if is_long else held


def _read(number: int, content: bytes, answered: bool) -> Line:
    try:
        entry = json.loads(content.decode("utf-8"))
    except (ValueError, RecursionError):
        return Line(number, code="INVALID_JSON_LINE", message="The line is not JSON.")
    if not isinstance(entry, dict):
        return Line(number, code="INVALID_JSON_LINE", message="The line is not a JSON object.")
    if "source-ref" not in entry:
        return Line(number, code="MISSING_SOURCE_REF", message="The line has no source-ref.")
    ref = entry["source-ref"]
    if not isinstance(ref, str):
        return Line(number, code="INVALID_SOURCE_REF", message="The source-ref is not a text.")
    bucket, _, key = ref.removeprefix(SCHEME).partition("/")
    if not ref.startswith(SCHEME) or not BUCKET.fullmatch(bucket) or not _is_key(key):
        message = "The source-ref is not s3://bucket/key."
        return Line(number, ref, code="INVALID_SOURCE_REF", message=message)
    answer = entry.get(ANSWER) if answered else None
    if answered and not isinstance(answer, dict):
        message = "The bulk job gave no answer on this line."
        return Line(number, ref, code="INTERNAL_SERVER_ERROR", message=message)
    return Line(number, ref, bucket, key, answer=answer)


def _is_key(key: str) -> bool:
    """Say whether an object may be called so; no key has a lone surrogate, which JSON can spell."""
    return 0 < len(key) <= MOST_KEY and key.encode("utf-8", "ignore").decode() == key
