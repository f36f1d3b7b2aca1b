"""Give the pictures that the benchmarks show."""

from collections.abc import Iterator
from functools import cache
from itertools import islice

from local.demo_stage import CLIP, POSITIVE
from local.footage import Frame, frames, size_of, still

# Of the clip's 55 the first 30 score below 50 % (samples/README.md): they are all cleared.
CLEAN = 30
LIKELY = 47


@cache
def clean() -> tuple[bytes, ...]:
    """Return pictures of the clip that nobody needs to look at."""
    return tuple(frame.jpeg for frame in islice(frames(CLIP, 1.0), CLEAN))


@cache
def critical() -> bytes:
    """Return the picture that stops a stream: 98 % `Explicit`."""
    return still(POSITIVE, size_of(clean()[0]))


@cache
def likely() -> bytes:
    """Return the rabbit's face that people are asked about: 92 % `Explicit`."""
    return next(frame.jpeg for frame in frames(CLIP, 1.0) if frame.number == LIKELY)


def stream(first: int, count: int) -> Iterator[Frame]:
    """Return `count` clean frames, numbered from `first`."""
    for number in range(first, first + count):
        yield Frame(number, float(number), clean()[number % CLEAN])
