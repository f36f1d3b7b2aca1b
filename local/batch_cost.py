"""Say what a batch will cost, and how long it will take, before it starts."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from framewarden.console.batch_words import dollars, number
from framewarden.domain import batches, prices, quotas
from local.errors import OperatorError
from local.execution_words import took
from local.target import Target

# An image that was in flight when a worker died is paid again, and a count of samples may be a
# few per cent too low: neither shall stop a batch just before its end.
LEAST_ROOM, ROOM = 100, 10


@dataclass(frozen=True)
class Cost:
    """What a number of images asks for.

    `images` is an upper bound (an image that is named twice is analyzed once); `exact` is false
    where it was estimated. `per_second` is the pace of all batches together, and None where it is
    not ours.
    """

    images: int
    exact: bool
    ceiling: int
    per_second: float | None
    has_adapter: bool = False

    @property
    def paid(self) -> int:
        """Return how many images can be paid for; a bulk job takes all, whatever the ceiling."""
        return min(self.images, self.ceiling) if self.per_second else self.images

    @property
    def dollars(self) -> float:
        """Return Rekognition's list price."""
        return prices.rekognition(self.paid)

    @property
    def seconds(self) -> float | None:
        """Return how long it takes at least."""
        return self.paid / self.per_second if self.per_second else None

    def document(self) -> dict[str, Any]:
        """Give the entries of JSON."""
        return {
            "images": self.images,
            "exact": self.exact,
            "ceiling": self.ceiling,
            "dollars": round(self.dollars, 6),
            "images_per_second": self.per_second,
            "seconds": None if self.seconds is None else round(self.seconds, 1),
        }

    def lines(self, is_laptop: bool) -> Iterator[str]:
        """Say it."""
        about, free = "At most" if self.exact else "About", ""
        if is_laptop:
            free = " The laptop cloud costs nothing."
        price = f"{about} {dollars(self.dollars)} of Rekognition, by list price"
        yield f"{price}, for {number(self.paid, 'image')}.{free}"
        if self.has_adapter:
            yield "An adapter has a price of its own, which is not in it."
        if self.seconds is None:
            yield "How long it takes is up to Rekognition's bulk job."
        else:
            pace = f"{self.per_second:g} images a second, which all batches share"
            yield f"At least {took(self.seconds)}, at {pace}."
            yield f"It pauses after {self.ceiling:,} images."


def cost_of(
    target: Target,
    images: int,
    *,
    exact: bool = True,
    ceiling: int | None = None,
    engine: str = batches.FRAMEWARDEN,
    adapter: str | None = None,
) -> Cost:
    """Reckon what images cost on a stack, by its quota and its share for batches.

    Raises
    ------
    OperatorError
        A bulk job shall take fewer images than there are.
    """
    if engine == batches.BULK and ceiling is not None and ceiling < images:
        raise OperatorError(
            "A bulk job takes its whole manifest: no ceiling can pause it.",
            "Leave --ceiling out, or let the stack analyze with --engine framewarden.",
        )
    ceiling = room_for(images) if ceiling is None else ceiling
    per_second = pace(target) if engine == batches.FRAMEWARDEN else None
    return Cost(images, exact, ceiling, per_second, bool(adapter))


def pace(target: Target) -> float:
    """Return how many images a second all batches of a stack take together at most."""
    share, tps = float(target.output("BatchQuotaShare")), float(target.output("RekognitionQuota"))
    return float(quotas.batch_rate(share, tps, target.region))


def room_for(images: int) -> int:
    """Return the ceiling of a batch whose cost somebody agreed to."""
    return images + max(LEAST_ROOM, images // ROOM)
