"""Say on paper what a batch takes on AWS, in time and dollars: `python -m local.batch_paper`.

Nothing here is measured. It multiplies list prices (`framewarden.domain.prices`) by what the code
and the template ask for, and quotas by what they leave room for.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from math import ceil
from typing import Final

from rich.box import SIMPLE_HEAD
from rich.console import Console
from rich.table import Table

from framewarden.domain import prices

DAY: Final = 86_400
MONTH: Final = 30 * DAY
# The machine and its functions: statemachines/batch.asl.json, template.yaml.
WORKERS, THREADS, MEMORY_GB, CALL_SECONDS = 10, 4, 0.5, 280
EXECUTION_DAYS = 90
RANGE_BYTES, CHUNK_SECONDS, MOST_A_CHUNK = 64 * 1024, 2, 25
KEPT_DAYS = 60
# Taken for granted: a line of a manifest, an answer as it is kept, its line in the results, how
# long Rekognition takes, and how much of everything is flagged.
LINE_BYTES, ANSWER_BYTES, RESULT_BYTES = 60, 700, 450
REKOGNITION_SECONDS, FLAGGED = 0.4, 0.02
# Units that a write of a batch's row takes: its 2 KB, and as much again for the index of the list.
ROW_UNITS = 4
# Step Functions developer guide, "Quotas"; Lambda and DynamoDB developer guides, default quotas.
CHILDREN_A_SECOND, LAMBDAS, PARTITION_UNITS = 100, 1_000, 1_000
SIZES: Final = (1_000_000, 100_000_000)
QUOTAS: Final = (5, 50)
SHARE: Final = 60


@dataclass(frozen=True)
class Limit:
    """Something that bounds a batch, and the images a second that it leaves room for."""

    name: str
    rate: float


@dataclass(frozen=True)
class Paper:
    """A batch of so many images, where Rekognition takes `tps` calls a second.

    `share` is the per cent of them that batches take together.
    """

    images: int
    tps: int
    share: int = SHARE

    @property
    def limits(self) -> list[Limit]:
        """Return what bounds its pace, the narrowest first."""
        pace = self.tps * self.share / 100
        a_range = RANGE_BYTES / LINE_BYTES
        found = [
            Limit(f"Rekognition, {self.share} % of {self.tps} a second", pace),
            Limit(
                f"{WORKERS} workers of {THREADS} threads", WORKERS * THREADS / REKOGNITION_SECONDS
            ),
            Limit(f"Lambda, {LAMBDAS:,} at a time", LAMBDAS * THREADS / REKOGNITION_SECONDS),
            Limit(f"Step Functions, {CHILDREN_A_SECOND} ranges a second", 100 * a_range),
            Limit(
                f"DynamoDB, {PARTITION_UNITS:,} units a second on its row",
                PARTITION_UNITS / ROW_UNITS * _chunk(pace),
            ),
        ]
        return sorted(found, key=lambda limit: limit.rate)

    @property
    def rate(self) -> float:
        """Return the images a second that it comes to."""
        return self.limits[0].rate

    @property
    def seconds(self) -> float:
        """Return how long it takes."""
        return self.images / self.rate

    @property
    def dollars(self) -> dict[str, float]:
        """Return what each service asks for."""
        ranges = ceil(self.images * LINE_BYTES / RANGE_BYTES)
        chunks = self.images / _chunk(self.rate)
        calls = max(ranges, self.seconds * WORKERS / CALL_SECONDS)
        # A claim within a transaction is two units, its answer one, and so is a flagged image.
        units = self.images * (3 + FLAGGED) + chunks * (ROW_UNITS + 1)
        kept = self.images * ANSWER_BYTES / 1e9 * KEPT_DAYS / 30
        return {
            "Rekognition": sum(map(prices.rekognition, self._by_month())),
            "DynamoDB": units * prices.DYNAMODB_WRITE
            + chunks * prices.DYNAMODB_READ
            + kept * prices.DYNAMODB_GB_MONTH,
            "Lambda": self.seconds * WORKERS * MEMORY_GB * prices.LAMBDA_GB_SECOND
            + calls * prices.LAMBDA_REQUEST,
            # A range is a child, four states, and two more for each call of its worker.
            "Step Functions": (5 * ranges + 2 * calls) * prices.STATE_TRANSITION,
            # Rekognition reads an image on our account; a range writes three parts, and reads one.
            "S3": (self.images + ranges) * prices.S3_GET
            + 3 * ranges * prices.S3_PUT
            + 2 * self.images * RESULT_BYTES / 1e9 * prices.S3_GB_MONTH,
        }

    @property
    def notes(self) -> Iterator[str]:
        """Say what happens in a batch that takes so long."""
        days = self.seconds / DAY
        if days > EXECUTION_DAYS:
            times = ceil(days / EXECUTION_DAYS) - 1
            yield f"an execution lasts {EXECUTION_DAYS} days: resume it {times} times"
        if days > KEPT_DAYS:
            yield f"answers are kept {KEPT_DAYS} days: an image listed again later is paid again"
        if days > 30:
            yield "every month begins at the dear tier"

    def _by_month(self) -> Iterator[int]:
        """Yield the images of each month: tiers begin anew with it."""
        a_month, left = ceil(self.rate * MONTH), self.images
        while left > 0:
            yield min(left, a_month)
            left -= a_month


def _chunk(rate: float) -> float:
    """Return how many images a worker takes at a time."""
    return min(MOST_A_CHUNK, max(1.0, rate / WORKERS * CHUNK_SECONDS))


def papers() -> list[Paper]:
    """Return the batches of the table."""
    return [Paper(images, tps) for images in SIZES for tps in QUOTAS]


def length(seconds: float) -> str:
    """Write a long time."""
    return f"{seconds / DAY:.1f} days" if seconds >= 2 * DAY else f"{seconds / 3600:.1f} hours"


def show(console: Console) -> None:
    """Print the table, and what follows from it."""
    table = Table(box=SIMPLE_HEAD, pad_edge=False)
    services = list(Paper(1, QUOTAS[0]).dollars)
    for name in ("images", "a second", "time", *services, "in all"):
        table.add_column(name, justify="right", no_wrap=True)
    for paper in papers():
        asked = paper.dollars
        table.add_row(
            f"{paper.images:,}",
            f"{paper.rate:g}",
            length(paper.seconds),
            *(f"${asked[name]:,.2f}" for name in services),
            f"${sum(asked.values()):,.2f}",
        )
    console.print(table)
    for paper in papers():
        first, second = paper.limits[:2]
        console.print(
            f"{paper.images:,} at {paper.tps} TPS: bound by {first.name}; next by {second.name} "
            f"({second.rate:,.0f} a second)."
            + "".join(f" {note[0].upper()}{note[1:]}." for note in paper.notes),
            markup=False,
        )


if __name__ == "__main__":
    show(Console(width=160, highlight=False))
