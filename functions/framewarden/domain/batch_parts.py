"""Know which ranges of a batch are done, and which line of the manifest each of theirs is."""

from array import array
from bisect import bisect_left
from collections.abc import Iterable, Iterator, Mapping
from typing import Any, Final

KINDS: Final = {"results": "valid", "errors": "invalid", "repeats": "repeated"}
"""The files of a part, and the counter that says whether there is anything in it."""

Row = Mapping[str, Any]


class Parts:
    """The ranges that are done, a few bytes for each; rows come in the order of the manifest.

    `lines` is how many lines they have together, `whole` whether none is missing between them.
    """

    def __init__(self, rows: Iterable[Row] = ()) -> None:
        self.lines = 0
        self.whole = True
        self._end = 0
        self._starts = array("q")
        self._before = array("q")  # lines before each range, -1 where that is not known
        self._bytes = array("q")
        self._of: dict[str, array[int]] = {kind: array("q") for kind in KINDS}
        self._rules: dict[str, array[int]] = {}
        for row in rows:
            self.add(row)

    def add(self, row: Row) -> None:
        """Note the row of one more range."""
        at, counts = len(self._starts), row["counts"]
        self.whole = self.whole and row["start"] == self._end
        self._end = row["end"]
        self._starts.append(row["start"])
        self._before.append(self.lines if self.whole else -1)
        self._bytes.append(row.get("bytes", 0))
        self.lines += counts["lines"]
        for kind, counter in KINDS.items():
            if counts[counter]:
                self._of[kind].append(at)
        for rule in counts["by_rule"]:
            self._rules.setdefault(rule, array("q")).append(at)

    def __len__(self) -> int:
        return len(self._starts)

    def cover(self, size: int) -> bool:
        """Say whether every byte of a manifest is in a range that is done."""
        return self.whole and self._end >= size

    def having(self, kind: str) -> Iterator[tuple[int, int]]:
        """Return start, and bytes of the results, of each range that has a file of this kind."""
        for at in self._of[kind]:
            yield self._starts[at], self._bytes[at]

    def troubled(self) -> list[int]:
        """Return the starts of the ranges with lines that a summary of the manifest names."""
        both = {*self._of["errors"], *self._of["repeats"]}
        return [self._starts[at] for at in sorted(both)]

    def has(self, kind: str, start: int) -> bool:
        """Say whether the range that begins at `start` has a file of this kind."""
        at, places = self._at(start), self._of[kind]
        spot = bisect_left(places, at)
        return spot < len(places) and places[spot] == at

    def flagged_by(self, rule: str) -> Iterator[int]:
        """Return the starts of the ranges in which a rule flagged images."""
        for at in self._rules.get(rule, ()):
            yield self._starts[at]

    def number(self, start: int, line: int) -> int | None:
        """Return which line of the manifest is a range's n-th; None behind a range that lacks."""
        at = self._at(start)
        if at == len(self._starts) or self._starts[at] != start or self._before[at] < 0:
            return None
        return self._before[at] + line

    def _at(self, start: int) -> int:
        return bisect_left(self._starts, start)
