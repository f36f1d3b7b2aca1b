"""Cut a manifest into byte ranges by arithmetic: none of its lines is read for it."""

from typing import Any, Final

SHARD: Final = 64 * 1024
"""Bytes of a range: about a thousand lines, which one call of a worker holds in memory."""
MOST: Final = 2000
"""Items of the state that the ranges lie in: at 60 bytes each, half of its 256 KiB."""
MOST_WITHIN: Final = 500
"""Ranges of a split, done one after the other: each takes 11 events, and 7 for every further call,
of the 25,000 that the history of their execution may have (Step Functions' quotas)."""

Range = dict[str, int]


def items(size: int) -> list[dict[str, Any]]:
    """Return what the Map is over: ranges, and ranges of ranges where there are too many."""
    if size <= SHARD * MOST:
        return [{"shards": [each]} for each in _cut(0, size, SHARD)]
    # Whole ranges, so that no split ends in a small one.
    width = SHARD * _quotient(size, SHARD * MOST)
    return [{"split": each} for each in _cut(0, size, width)]


def within(start: int, end: int) -> list[Range]:
    """Return the ranges of a split, at most 500; in a manifest of more than 61 GiB they grow."""
    return _cut(start, end, max(SHARD, _quotient(end - start, MOST_WITHIN)))


def _cut(start: int, end: int, width: int) -> list[Range]:
    return [{"start": at, "end": min(at + width, end)} for at in range(start, end, width)]


def _quotient(whole: int, part: int) -> int:
    """Divide, and round up."""
    return -(-whole // part)
