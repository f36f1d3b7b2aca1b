"""Make a batch of a manifest on this machine: send the files that it names, and then itself."""

from __future__ import annotations

import codecs
import json
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from functools import partial
from hashlib import sha256
from pathlib import Path, PurePosixPath
from typing import Any

from framewarden.aws.batch_files import Writer
from framewarden.domain import batches
from local.batch_source import (
    STARTS,
    Document,
    Source,
    Told,
    folder_prefix,
    key_below,
    may_take,
    plain_name,
    split_address,
)
from local.batch_upload import UNSENT, Line, in_order, known_object, send
from local.batches import address
from local.errors import OperatorError
from local.images import looks_like_image
from local.target import Target

# A longer line names no image, whatever is in it (domain/manifest_lines).
LONGEST = 64 * 1024
CHUNK = 1024 * 1024
NAMED = 5


@dataclass(frozen=True)
class Entry:
    """A line as the file has it, or a piece of one that is too long; `ref` is the image's."""

    content: bytes
    begins: bool
    ref: str | None = None


class LocalManifest(Source):
    """A manifest on this machine, of objects in S3 and of files beside it."""

    def __init__(self, target: Target, path: Path) -> None:
        super().__init__(plain_name(path.stem) or "manifest", str(path))
        self._target, self._path = target, path
        self._folder = path.resolve().parent
        self._bucket, self._prefix = target.output("FramesBucket"), folder_prefix(self._folder)
        self._count()
        if not self.lines:
            raise OperatorError(
                f"There are no lines in {path}.",
                'Each is of the form {"source-ref": "s3://BUCKET/KEY"}.',
            )

    def ready(self, batch_id: str, told: Told) -> Document:
        """Send the files that are not there yet, then the manifest with their addresses."""
        place = self._target.output("BatchesBucket"), batches.place(batch_id, batches.MANIFEST)
        with Writer(*place) as manifest:
            for content in self._sent(told) if self.uploads else self._pieces():
                manifest.write(content)
        return {"manifest": address(*place)}

    def _count(self) -> None:
        strange: Counter[str] = Counter()
        missing = 0
        for entry in entries(self._path):
            self.lines += bool(entry.begins and entry.content.strip())
            if entry.ref is None:
                continue
            bucket, key = split_address(entry.ref)
            if not entry.ref.startswith("s3://"):
                found = self.file_of(entry.ref) is not None
                self.uploads, missing = self.uploads + found, missing + (not found)
                self.images += found
            elif may_take(self._target, bucket, key):
                self.images += 1
            else:
                strange[bucket if bucket in strange or len(strange) < NAMED else "others"] += 1
        if missing:
            self.notes.append(
                f"Lines that name no image file here, which will be errors: {missing:,}."
            )
        if strange:
            named = ", ".join(f"{bucket} ({count:,})" for bucket, count in strange.items())
            self.notes.append(
                f"Lines of buckets that the stack may not read, which will be errors: {named}. "
                "Add them to its parameter BatchSourceBuckets."
            )

    def _pieces(self) -> Iterator[bytes]:
        with self._path.open("rb") as file:
            while piece := file.read(CHUNK):
                yield piece

    def _sent(self, told: Told) -> Iterator[bytes]:
        s3 = self._target.client("s3")
        for line in in_order(map(partial(self._work, s3), entries(self._path))):
            if line.how:
                told(line.how)
            yield line.content

    def _work(self, s3: Any, entry: Entry) -> Line | partial[Line]:
        ref = entry.ref
        path = self.file_of(ref) if ref and not ref.startswith("s3://") else None
        if path is None or ref is None:
            return Line(entry.content)
        return partial(self._send, s3, entry, path, self.key_of(ref, path))

    def _send(self, s3: Any, entry: Entry, path: Path, key: str) -> Line:
        """Send a file; the line of one that cannot be read stays, so that it is accounted for."""
        how = send(s3, self._bucket, key, path, known_object(s3, self._bucket, key))
        if how == UNSENT:
            return Line(entry.content, how)
        named = {**_parsed(entry.content), "source-ref": address(self._bucket, key)}
        ending = entry.content[len(entry.content.rstrip(b"\r\n")) :]
        return Line(json.dumps(named, ensure_ascii=False).encode() + ending, how)

    def file_of(self, ref: str) -> Path | None:
        """Find the image file that a relative reference names, if it does."""
        if "://" in ref or "\0" in ref or PurePosixPath(ref).is_absolute():
            return None
        path = self._folder / ref
        try:
            usable = path.is_file() and path.suffix.lower() != STARTS and looks_like_image(path)
        except OSError:  # longer than a name may be
            return None
        return path if usable else None

    def key_of(self, ref: str, path: Path) -> str:
        """Choose a file's key: below the manifest's folder as it is, elsewhere by its place."""
        whole = path.resolve()
        if whole.is_relative_to(self._folder):
            return key_below(self._prefix, whole.relative_to(self._folder).as_posix())
        unique = sha256(str(whole.parent).encode("utf-8", "surrogateescape")).hexdigest()[:8]
        return key_below(self._prefix, f"elsewhere-{unique}/{whole.name}")


def entries(path: Path) -> Iterator[Entry]:
    """Read a manifest's lines, of an endless one in pieces."""
    begins = True
    with path.open("rb") as file:
        while content := file.readline(LONGEST):
            ends = content.endswith(b"\n") or len(content) < LONGEST
            ref = _parsed(content).get("source-ref") if begins and ends else None
            yield Entry(content, begins, ref if isinstance(ref, str) else None)
            begins = content.endswith(b"\n")


def _parsed(content: bytes) -> Document:
    try:
        entry = json.loads(content.removeprefix(codecs.BOM_UTF8))
    except (ValueError, RecursionError):
        return {}
    return entry if isinstance(entry, dict) else {}
