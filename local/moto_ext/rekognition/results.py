"""Write what a bulk job found, line by line: the results and the summary of its manifest."""

import json
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from shutil import copyfileobj
from tempfile import SpooledTemporaryFile
from typing import IO, Any

from local.moto_ext.rekognition.manifest import BadLine, Image

IN_MEMORY_BYTES = 1024 * 1024
VERSION = "1.0"


def spool() -> IO[bytes]:
    """Open a file that stays in memory while it is small."""
    return SpooledTemporaryFile(max_size=IN_MEMORY_BYTES)


class Output:
    """The two files of a job, and the lines counted."""

    def __init__(self, results: IO[bytes], errors: IO[bytes], summary: IO[bytes]) -> None:
        self.results, self._errors, self._summary = results, errors, summary
        self.valid = self.invalid = 0

    @property
    def total(self) -> int:
        """How many lines there were."""
        return self.valid + self.invalid

    def answered(self, image: Image, answer: dict[str, Any]) -> None:
        """Append the answer for one image."""
        line = {"source-ref": image.source_ref, "detect-moderation-labels": answer}
        self.results.write(json.dumps(line).encode() + b"\n")
        self.valid += 1

    def refused(self, line: BadLine) -> None:
        """Append why a line has no answer."""
        error = {"line-number": line.number}
        named = {} if line.source_ref is None else {"source-ref": line.source_ref}
        told = json.dumps({**error, **named, "code": line.code, "message": line.message})
        self._errors.write((b",\n  " if self.invalid else b"\n  ") + told.encode())
        self.invalid += 1

    def summary(self) -> IO[bytes]:
        """Put the summary together; the errors come last, as many as there may be."""
        counts = {
            "total-json-lines": self.total,
            "valid-json-lines": self.valid,
            "invalid-json-lines": self.invalid,
        }
        head = f'{{\n "version": "{VERSION}",\n "statistics": {json.dumps(counts)},\n "errors": ['
        self._summary.write(head.encode())
        self._errors.seek(0)
        copyfileobj(self._errors, self._summary)
        self._summary.write(b"]\n}\n")
        return self._summary


@contextmanager
def output() -> Iterator[Output]:
    """Open a job's files until the end of the block."""
    with ExitStack() as files:
        yield Output(*(files.enter_context(spool()) for _ in range(3)))
