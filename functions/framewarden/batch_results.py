"""Put together what the ranges of a batch found: its results, and the summary of its manifest."""

import json
from collections.abc import Iterator
from typing import Any, Final

from framewarden.aws.batch_files import put
from framewarden.aws.batch_streams import stream
from framewarden.aws.batch_writer import Writer
from framewarden.aws.dynamo import Row
from framewarden.domain import batch_summary, batches
from framewarden.domain.batch_counts import Counts
from framewarden.domain.batch_parts import Parts
from framewarden.domain.json_pieces import lines_of, listed_in

REPEATED: Final = "DUPLICATE_SOURCE_REF"

Document = dict[str, Any]


class Results:
    """The files of one batch; whatever is written is streamed, however long it is."""

    def __init__(self, bucket: str, row: Row, parts: Parts) -> None:
        self.bucket = bucket
        self.row = row
        self.parts = parts

    def write(self) -> None:
        """Write the answers of all lines, in the order of the manifest."""
        with Writer(self.bucket, self._key(batches.RESULTS)) as out:
            for start, size in self.parts.having("results"):
                out.copy(self.bucket, self._part(start, "results"), size)

    def write_manifest_summary(self, counts: Counts) -> None:
        """Write how many lines there are, and what is wrong with which of them."""
        statistics = batch_summary.statistics(counts)
        kind = "application/json"
        with Writer(self.bucket, self._key(batches.MANIFEST_SUMMARY), kind) as out:
            head = {"version": batch_summary.VERSION, "statistics": statistics}
            out.write(json.dumps(head)[:-1].encode() + b', "errors": [')
            comma = b"\n  "
            for error in self._errors():
                out.write(comma + json.dumps(error).encode())
                comma = b",\n  "
            out.write(b"\n]}\n")

    def write_summaries(self, row: Row, counts: Counts) -> None:
        """Write the summary for programs, and the one for people."""
        document = json.dumps(batch_summary.document(row, counts), ensure_ascii=False, indent=1)
        put(self.bucket, self._key(batches.SUMMARY), document.encode())
        text = batch_summary.text(row, counts).encode()
        put(self.bucket, self._key(batches.SUMMARY_TEXT), text, "text/plain; charset=utf-8")

    def job_errors(self) -> Iterator[Document]:
        """Read what a bulk job says of lines that it could not answer; nothing without one."""
        place = (self.row.get("job") or {}).get("summary")
        if place:
            yield from listed_in(stream(place["bucket"], place["key"], None, 0), "errors")

    def line(self, start: int, line: int) -> Document:
        """Say which line is a range's n-th, as far as that is known.

        The answers of a bulk job are not in its manifest's order; and behind a range that is not
        done nobody has counted.
        """
        number = self.parts.number(start, line)
        if number is None:
            return {"range-start": start, "line-in-range": line}
        return {"results-line" if self.row.get("job") else "line-number": number}

    def part(self, start: int, name: str) -> Iterator[Document]:
        """Read a file of what a range found."""
        return lines_of(stream(self.bucket, self._part(start, name), None, 0))

    def _errors(self) -> Iterator[Document]:
        yield from self.job_errors()
        for start in self.parts.troubled():
            yield from self._errors_of(start)

    def _errors_of(self, start: int) -> list[Document]:
        """Return the errors and the duplicates of a range, by line."""
        found: list[tuple[int, Document]] = []
        if self.parts.has("errors", start):
            for error in self.part(start, "errors"):
                named = ("source-ref",) if error.get("source-ref") is not None else ()
                kept = {name: error[name] for name in (*named, "code", "message")}
                found.append((error["line"], kept))
        if self.parts.has("repeats", start):
            found += [(each["line"], self._repeated(each)) for each in self.part(start, "repeats")]
        found.sort(key=lambda each: each[0])
        return [{**self.line(start, line), **error} for line, error in found]

    def _repeated(self, repeat: Document) -> Document:
        first, _, line = repeat["of"].partition("#")
        number = self.parts.number(int(first), int(line))
        where = "another line" if number is None else f"line {number}"
        message = f"The same image as {where}; analyzed once."
        return {"source-ref": repeat["source-ref"], "code": REPEATED, "message": message}

    def _part(self, start: int, name: str) -> str:
        return batches.part_place(self.row["batch"], start, f"{name}.jsonl")

    def _key(self, name: str) -> str:
        return batches.place(self.row["batch"], name)
