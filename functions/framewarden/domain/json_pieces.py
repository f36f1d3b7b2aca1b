"""Read JSON that is longer than memory, from pieces that are cut anywhere."""

import json
from codecs import getincrementaldecoder
from collections.abc import Iterable, Iterator
from typing import Any


def lines_of(pieces: Iterable[bytes]) -> Iterator[dict[str, Any]]:
    """Return the documents of JSON Lines that we wrote ourselves."""
    rest = b""
    for piece in pieces:
        *whole, rest = (rest + piece).split(b"\n")
        yield from (json.loads(line) for line in whole if line)
    if rest:
        yield json.loads(rest)


def listed_in(pieces: Iterable[bytes], name: str) -> Iterator[dict[str, Any]]:
    """Return the documents of the first list of that name in a document; none where there is none.

    Raises
    ------
    ValueError
        The list breaks off.
    """
    decode, decoder = getincrementaldecoder("utf-8")().decode, json.JSONDecoder()
    texts = (decode(piece) for piece in pieces)
    text = ""
    for piece in texts:
        text += piece
        _, found, after = text.partition(f'"{name}"')
        if found and "[" in after:
            text = after.partition("[")[2]
            break
        text = text if found else text[-len(name) - 2 :]
    else:
        return
    at = 0
    while True:
        at = _skip(text, at)
        if text.startswith("]", at):
            return
        try:
            item, at = decoder.raw_decode(text, at)
        except ValueError:
            # What is cut is read again when more has come.
            more = next(texts, None)
            if more is None:
                raise
            text, at = text[at:] + more, 0
        else:
            yield item


def _skip(text: str, at: int) -> int:
    while at < len(text) and text[at] in " \t\r\n,":
        at += 1
    return at
