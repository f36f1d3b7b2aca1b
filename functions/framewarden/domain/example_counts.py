"""Count where model and people see a label alike, and know how much of it an adapter takes.

The figures are AWS's (developer guide, *Best practices for training adapters*).
"""

from collections import Counter
from collections.abc import Collection, Iterable
from typing import Final

from framewarden.domain.annotations import Annotated, Names

FALSE_POSITIVES: Final = 20
FALSE_NEGATIVES: Final = 50
TEST_IMAGES: Final = 20
MOST_IMAGES: Final = 10_000
TEST_SHARE: Final = 5
"""Ours: at least one picture of so many is tested with, and never learned from."""


class Tally:
    """Counts of pictures by label; a person's word is the truth, `threshold` is in per cent."""

    def __init__(self, images: Iterable[Annotated], threshold: float) -> None:
        self.images = 0
        self.true_positives: Counter[str] = Counter()
        self.false_positives: Counter[str] = Counter()
        self.false_negatives: Counter[str] = Counter()
        self.unjudged: Counter[str] = Counter()
        for image in images:
            found = found_in(image, threshold)
            self.images += 1
            self.true_positives.update(image.present & found)
            self.false_positives.update(image.absent & found)
            self.false_negatives.update(image.present - found)
            self.unjudged.update(image.unjudged)

    @property
    def labels(self) -> Names:
        """Return the labels that anything is known of but that they are not there."""
        return Names().union(
            self.true_positives, self.false_positives, self.false_negatives, self.unjudged
        )

    def true_negatives(self, label: str) -> int:
        """Return in how many pictures a label was neither found nor is."""
        others = self.true_positives, self.false_positives, self.false_negatives, self.unjudged
        return self.images - sum(counter[label] for counter in others)

    def errors(self, label: str) -> int:
        """Return in how many pictures the model was wrong about a label."""
        return self.false_positives[label] + self.false_negatives[label]

    def enough(self, label: str) -> bool:
        """Tell whether a label could be trained on these pictures."""
        return is_enough(self.false_positives[label], self.false_negatives[label])

    def closest(self) -> str | None:
        """Return the label that lacks least, None where the model was never wrong."""
        wrong = [label for label in self.labels if self.errors(label)]
        return min(wrong, key=lambda label: (-self._share(label), label)) if wrong else None

    def _share(self, label: str) -> float:
        wrong, missed = self.false_positives[label], self.false_negatives[label]
        return max(wrong / FALSE_POSITIVES, missed / FALSE_NEGATIVES)


def found_in(image: Annotated, threshold: float) -> Names:
    """Return what the model found in a picture at or above a threshold."""
    return frozenset(name for name, sure in image.found.items() if sure >= threshold)


def is_enough(false_positives: int, false_negatives: int) -> bool:
    """Tell whether so many errors about a label are enough to train it."""
    return false_positives >= FALSE_POSITIVES or false_negatives >= FALSE_NEGATIVES


def judged(
    images: Iterable[Annotated], labels: Collection[str], threshold: float
) -> list[Annotated]:
    """Return the pictures that may be learned from where these labels are trained."""
    return [image for image in images if not unjudged(image, labels, threshold)]


def unjudged(image: Annotated, labels: Collection[str], threshold: float) -> Names:
    """Return the labels for whose sake nothing may be learned from a picture.

    A manifest says of a picture what is in it, and with that what is not. So it must be known of
    each of these labels whether it is there, and of all else that the model found.
    """
    if not image.unjudged:
        return Names()
    return image.unjudged & (found_in(image, threshold) | frozenset(labels))


def least_tested(images: int) -> int:
    """Return how many of so many pictures are tested with at least."""
    return max(TEST_IMAGES, -(-images // TEST_SHARE))
