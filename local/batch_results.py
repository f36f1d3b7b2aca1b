"""Find the results of a batch, and bring them here."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from framewarden.aws.batch_files import head, keys, read
from framewarden.domain import batches
from local.batches import address
from local.target import Target

RULES = "rules/"
CHUNK = 256 * 1024


@dataclass(frozen=True)
class File:
    """One of a batch's results; `path` is where it was brought to."""

    name: str
    bucket: str
    key: str
    size: int
    path: Path | None = None

    @property
    def url(self) -> str:
        """Return where it lies."""
        return address(self.bucket, self.key)

    def document(self) -> dict[str, Any]:
        """Give the entry of JSON."""
        return {
            "name": self.name,
            "bytes": self.size,
            "url": self.url,
            "path": str(self.path) if self.path else None,
        }


def files_of(target: Target, batch_id: str) -> Iterator[File]:
    """Give the files of a batch that are there: its results first, then its lists by rule."""
    bucket = target.output("BatchesBucket")
    for name in batches.FILES:
        key = batches.place(batch_id, name)
        found = head(bucket, key)
        if found:
            yield File(name, bucket, key, found["size"])
    below = batches.place(batch_id, RULES)
    for key, size in keys(bucket, below):
        name = key.removeprefix(below)
        if name and "/" not in name:  # a rule's name is quoted; anything else is not ours
            yield File(RULES + name, bucket, key, size)


def summary_text(target: Target, batch_id: str) -> str | None:
    """Read the summary that is written for people."""
    key = batches.place(batch_id, batches.SUMMARY_TEXT)
    content = read(target.output("BatchesBucket"), key)
    return None if content is None else content.decode("utf-8", "replace")


def bring(target: Target, file: File, folder: Path) -> File:
    """Save a file below a folder; half of one is never left under its name."""
    path = folder.joinpath(*file.name.split("/"))
    path.parent.mkdir(parents=True, exist_ok=True)
    partly = path.with_name(path.name + ".part")
    answer = target.client("s3").get_object(Bucket=file.bucket, Key=file.key)
    try:
        with closing(answer["Body"]) as body, partly.open("wb") as out:
            for chunk in body.iter_chunks(CHUNK):
                out.write(chunk)
        partly.replace(path)
    finally:
        partly.unlink(missing_ok=True)
    return File(file.name, file.bucket, file.key, file.size, path)
