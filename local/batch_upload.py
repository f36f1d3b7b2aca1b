"""Send files side by side, in order, and none that lies there already."""

from __future__ import annotations

import hashlib
import os
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

from botocore.exceptions import ClientError

AT_ONCE = 8
# Files that are under way or wait for the one before them: what is kept in memory.
WINDOW = 4 * AT_ONCE
SENT, THERE, UNSENT = "sent", "there", "unsent"
ABSENT = frozenset({"404", "403", "NoSuchKey", "NotFound", "AccessDenied"})

Known = tuple[int, str]
"""Size and ETag of an object."""


@dataclass(frozen=True)
class Line:
    """A line of a manifest; `how` is what was done with its file, if it has one."""

    content: bytes
    how: str | None = None


Work = Callable[[], Line]


def in_order(work: Iterable[Line | Work]) -> Iterator[Line]:
    """Do the work in threads, and yield every line in the order in which it was given."""
    waiting: deque[Line | Future[Line]] = deque()
    pool = ThreadPoolExecutor(AT_ONCE)
    try:
        for one in work:
            waiting.append(one if isinstance(one, Line) else pool.submit(one))
            while waiting and (len(waiting) >= WINDOW or isinstance(waiting[0], Line)):
                yield _settled(waiting.popleft())
        while waiting:
            yield _settled(waiting.popleft())
    finally:
        pool.shutdown(cancel_futures=True)


def _settled(one: Line | Future[Line]) -> Line:
    return one if isinstance(one, Line) else one.result()


def send(s3: Any, bucket: str, key: str, path: Path, known: Known | None) -> str:
    """Send a file unless the same lies there; one that cannot be read is not sent."""
    try:
        with path.open("rb") as body:
            if known and os.fstat(body.fileno()).st_size == known[0] and _digest(body) == known[1]:
                return THERE
            body.seek(0)
            s3.put_object(Bucket=bucket, Key=key, Body=body)
    except OSError:
        return UNSENT
    return SENT


def known_object(s3: Any, bucket: str, key: str) -> Known | None:
    """Ask what lies at a key."""
    try:
        found = s3.head_object(Bucket=bucket, Key=key)
    except ClientError as failure:
        if failure.response["Error"]["Code"] not in ABSENT:
            raise
        return None
    return found["ContentLength"], found["ETag"].strip('"')


class Below:
    """What lies below a prefix, asked for in the order of keys: nothing of it is kept."""

    def __init__(self, s3: Any, bucket: str, prefix: str) -> None:
        pages = s3.get_paginator("list_objects_v2").paginate(Bucket=bucket, Prefix=prefix)
        self._found = (entry for page in pages for entry in page.get("Contents", ()))
        self._next: Any = next(self._found, None)

    def known(self, key: str) -> Known | None:
        """Tell what lies at a key; one that is asked for out of order counts as absent."""
        wanted = key.encode()
        while self._next and self._next["Key"].encode() < wanted:
            self._next = next(self._found, None)
        if self._next and self._next["Key"] == key:
            return self._next["Size"], self._next["ETag"].strip('"')
        return None


def _digest(body: Any) -> str:
    """Return what S3 calls the ETag of an object that was put in one piece."""
    return hashlib.file_digest(body, partial(hashlib.md5, usedforsecurity=False)).hexdigest()
