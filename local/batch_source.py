"""Describe where a batch's images come from."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, field
from hashlib import sha256
from pathlib import Path, PurePosixPath
from typing import Any

from framewarden.domain.batch_sources import LONGEST_KEY, UPLOADED, read_sources
from local.images import SUFFIXES
from local.target import Target

NAME_LENGTH = 60
# An object of this name below batches/ would start a batch of its own.
STARTS = ".jsonl"

Document = dict[str, Any]
Told = Callable[[str], None]
"""Is called with `sent`, `there` or `unsent` for each file, in their order."""


@dataclass
class Source:
    """Something to make a batch of.

    `lines` is how many lines its manifest has, `images` how many of them may be analyzed, `uploads`
    how many files are sent first; `notes` are what whoever starts it should know.
    """

    name: str
    address: str
    images: int = 0
    lines: int = 0
    exact: bool = True
    uploads: int = 0
    notes: list[str] = field(default_factory=list)

    def ready(self, batch_id: str, told: Told) -> Document:
        """Bring it to where the stack reads it, and return what to ask of the stack."""
        raise NotImplementedError


def folder_prefix(path: Path) -> str:
    """Choose where a folder's files go: the same place each time, another for each folder."""
    whole = path.resolve()
    unique = sha256(str(whole).encode("utf-8", "surrogateescape")).hexdigest()[:8]
    return f"{UPLOADED}{plain_name(whole.name) or 'folder'}-{unique}/"


def plain_name(name: str) -> str:
    """Keep of a name what is safe in keys, tables and mails."""
    return re.sub(r"[^\w.-]+", "-", name, flags=re.ASCII).strip("-.")[:NAME_LENGTH]


def key_below(prefix: str, name: str) -> str:
    """Choose the key of a file; a name that S3 cannot take is replaced by its digest."""
    key = prefix + name
    try:
        if len(key.encode()) <= LONGEST_KEY and not key.endswith(STARTS):
            return key
    except UnicodeEncodeError:  # a file's name need not be text
        pass
    suffix = PurePosixPath(name).suffix.lower()
    unique = sha256(name.encode("utf-8", "surrogateescape")).hexdigest()
    return f"{prefix}{unique}{suffix if suffix in SUFFIXES else ''}"


def split_address(address: str) -> tuple[str, str]:
    """Return bucket and key of an s3:// address."""
    bucket, _, key = address.removeprefix("s3://").partition("/")
    return bucket, key


def may_take(target: Target, bucket: str, key: str) -> bool:
    """Tell whether the stack lets a line of a manifest name an object."""
    if bucket == target.output("FramesBucket"):
        return key.startswith(UPLOADED)
    return bucket in read_sources(target.output("BatchSources"))
