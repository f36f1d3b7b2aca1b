"""Make a batch of a folder's images: send them, and write the manifest that names them."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from functools import partial
from pathlib import Path
from typing import Any

from framewarden.aws.batch_files import Writer
from framewarden.domain import batches
from local.batch_source import Document, Source, Told, folder_prefix, key_below, plain_name
from local.batch_upload import UNSENT, Below, Known, Line, in_order, send
from local.batches import address
from local.errors import OperatorError
from local.images import looks_like_image
from local.target import Target

# What of a folder's other files is named one by one.
NAMED = 10


class Folder(Source):
    """A folder of images on this machine, with those below it."""

    def __init__(self, target: Target, path: Path) -> None:
        super().__init__(plain_name(path.resolve().name) or "folder", str(path))
        self._target, self._path = target, path
        self._bucket, self._prefix = target.output("FramesBucket"), folder_prefix(path)
        skipped: list[str] = []
        others = 0
        for name, found in files_of(path):
            if looks_like_image(found):
                self.images += 1
            else:
                others += 1
                skipped += [name] if len(skipped) < NAMED else []
        if not self.images:
            raise OperatorError(
                f"There are no images in {path}.", "Name a folder with JPEG or PNG files."
            )
        self.lines = self.uploads = self.images
        self.notes += [f"Skipped, not an image: {name}" for name in skipped]
        if others > NAMED:
            self.notes.append(f"Skipped {others - NAMED} more files that are not images.")

    def ready(self, batch_id: str, told: Told) -> Document:
        """Send what is not there yet, and write the manifest."""
        s3, self.lines = self._target.client("s3"), 0
        place = self._target.output("BatchesBucket"), batches.place(batch_id, batches.MANIFEST)
        with Writer(*place) as manifest:
            for line in in_order(self._work(s3)):
                manifest.write(line.content)
                self.lines += 1
                told(line.how or UNSENT)
        return {"manifest": address(*place)}

    def _work(self, s3: Any) -> Iterator[partial[Line]]:
        there = Below(s3, self._bucket, self._prefix)
        for name, path in files_of(self._path):
            if looks_like_image(path):
                key = key_below(self._prefix, name)
                yield partial(sent_line, s3, self._bucket, key, path, there.known(key), name)


def sent_line(s3: Any, bucket: str, key: str, path: Path, known: Known | None, name: str) -> Line:
    """Send a file and write its line; a file that was not sent is named as it is called here.

    Such a line is no address, so that the batch accounts for it as an error, and takes nothing for
    it that an earlier run may have sent.
    """
    how = send(s3, bucket, key, path, known)
    ref = name.encode("utf-8", "replace").decode() if how == UNSENT else address(bucket, key)
    return Line(json.dumps({"source-ref": ref}, ensure_ascii=False).encode() + b"\n", how)


def files_of(folder: Path, below: str = "") -> Iterator[tuple[str, Path]]:
    """Give the files of a folder and those below it, in the order in which S3 lists their keys."""
    with os.scandir(folder) as entries:
        names = [
            os.fsencode(entry.name) + (b"/" if entry.is_dir(follow_symlinks=False) else b"")
            for entry in entries
        ]
    names.sort()
    for spelt in names:
        name = os.fsdecode(spelt)
        if name.endswith("/"):
            yield from files_of(folder / name, below + name)
        elif (folder / name).is_file():
            yield below + name, folder / name
