"""Find the images that a person names: files, folders, objects in S3, and what is piped in."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from local.errors import OperatorError

SUFFIXES = frozenset(
    {".jpg", ".jpeg", ".png", ".gif", ".webp", ".bmp", ".tif", ".tiff", ".heic", ".avif"}
)
MAGIC = (b"\xff\xd8\xff", b"\x89PNG\r\n\x1a\n", b"GIF87a", b"GIF89a", b"BM", b"II*\0", b"MM\0*")
# ISO base media files (HEIC, AVIF) and RIFF (WebP) tell what they are after four bytes of length.
BRANDS = (b"ftypheic", b"ftypheix", b"ftypmif1", b"ftypavif")


@dataclass(frozen=True)
class Image:
    """One thing to moderate: a file, an object of a bucket, or bytes."""

    name: str
    path: Path | None = None
    bucket: str = ""
    key: str = ""
    content: bytes | None = None


@dataclass
class Choice:
    """What will be sent, and what of a folder was left out."""

    images: list[Image] = field(default_factory=list)
    skipped: list[str] = field(default_factory=list)


def find(arguments: Iterable[str], s3: Any) -> Choice:
    """Collect what the arguments name; a file that is named itself is always sent.

    Raises
    ------
    OperatorError
        An argument names nothing, or nothing that looks like an image.
    """
    choice = Choice()
    for argument in arguments:
        before = len(choice.images)
        if argument == "-":
            choice.images.append(Image("stdin", content=sys.stdin.buffer.read()))
        elif argument.startswith("s3://"):
            _find_objects(argument, s3, choice)
        else:
            _find_files(Path(argument).expanduser(), choice)
        if len(choice.images) == before:
            raise OperatorError(
                f"There are no images in {argument}.",
                "Name a folder with JPEG or PNG files, or a single file.",
            )
    return choice


def _find_files(path: Path, choice: Choice) -> None:
    if path.is_file():
        choice.images.append(Image(path.name, path))
    elif path.is_dir():
        for found in _walk(path):
            name = found.relative_to(path).as_posix()
            if looks_like_image(found):
                choice.images.append(Image(name, found))
            else:
                choice.skipped.append(name)
    elif path.exists():
        raise OperatorError(f"{path} is not a file.", "Name an image, a folder or an s3:// URL.")
    else:
        raise OperatorError(f"There is no file {path}.", "Check the name.")


def _walk(folder: Path) -> Iterator[Path]:
    for root, folders, names in os.walk(folder):
        folders.sort()
        yield from (Path(root, name) for name in sorted(names))


def looks_like_image(path: Path) -> bool:
    """Judge by the name's ending, else by the first bytes; what cannot be read counts by name."""
    if path.suffix.lower() in SUFFIXES:
        return True
    if not path.is_file():
        return False
    try:
        with path.open("rb") as file:
            head = file.read(16)
    except OSError:
        return False
    return head.startswith(MAGIC) or head[4:12] in BRANDS or head[8:12] == b"WEBP"


def _find_objects(url: str, s3: Any, choice: Choice) -> None:
    from botocore.exceptions import ClientError

    bucket, _, key = url.removeprefix("s3://").partition("/")
    if not bucket:
        raise OperatorError(
            f"{url} names no bucket.", "Write s3://BUCKET/KEY or s3://BUCKET/PREFIX/"
        )
    try:
        if key and not key.endswith("/") and _exists(s3, bucket, key):
            choice.images.append(Image(key, None, bucket, key))
            return
        for page in s3.get_paginator("list_objects_v2").paginate(Bucket=bucket, Prefix=key):
            for entry in page.get("Contents", []):
                _add_listed(bucket, entry["Key"], choice)
    except ClientError as error:
        if error.response["Error"]["Code"] != "NoSuchBucket":
            raise
        raise OperatorError(f"There is no bucket {bucket}.", "Check the name.") from None


def _add_listed(bucket: str, key: str, choice: Choice) -> None:
    if Path(key).suffix.lower() in SUFFIXES:
        choice.images.append(Image(key, None, bucket, key))
    elif not key.endswith("/"):
        choice.skipped.append(key)


def _exists(s3: Any, bucket: str, key: str) -> bool:
    from botocore.exceptions import ClientError

    try:
        s3.head_object(Bucket=bucket, Key=key)
    except ClientError as error:
        if error.response["Error"]["Code"] in {"404", "NoSuchKey"}:
            return False
        raise
    return True
