"""Keep which sources are tested with, and what is left of each label to train on."""

from collections import Counter
from collections.abc import Iterable, Sequence
from hashlib import sha256
from typing import Final, NamedTuple

from framewarden.domain.annotations import Annotated
from framewarden.domain.example_counts import found_in, is_enough

ERROR, PRESENT, ABSENT = "error", "present", "absent"
KINDS: Final = (ERROR, PRESENT, ABSENT)

Aspect = tuple[str, int]
"""Something that a test should have of a label: one of the kinds, and the label's number."""


class Source(NamedTuple):
    """The pictures of one source, with the errors of each label, by its number."""

    digest: str
    images: Sequence[Annotated]
    false_positives: Sequence[int]
    false_negatives: Sequence[int]
    aspects: frozenset[Aspect]
    live_at: str

    @property
    def size(self) -> int:
        """Return of how many pictures it is."""
        return len(self.images)

    @property
    def errors(self) -> int:
        """Return how many errors the model made in it."""
        return sum(self.false_positives) + sum(self.false_negatives)


def sources_of(
    images: Iterable[Annotated], labels: Sequence[str], threshold: float
) -> list[Source]:
    """Group pictures by their source, in an order that nobody chose: that of a digest."""
    grouped: dict[str, list[Annotated]] = {}
    for image in images:
        grouped.setdefault(image.source, []).append(image)
    sources = [_source(name, group, labels, threshold) for name, group in grouped.items()]
    return sorted(sources, key=lambda source: source.digest)


def _source(
    name: str, images: Sequence[Annotated], labels: Sequence[str], threshold: float
) -> Source:
    wrong, missed, present = ([0] * len(labels) for _ in range(3))
    numbers = {label: at for at, label in enumerate(labels)}
    trained = frozenset(labels)
    for image in images:
        there, found = image.present & trained, found_in(image, threshold) & trained
        for label in there | found:
            at = numbers[label]
            present[at] += label in there
            wrong[at] += label not in there
            missed[at] += label not in found
    aspects: set[Aspect] = set()
    for at in range(len(labels)):
        aspects |= {(ERROR, at)} if wrong[at] or missed[at] else set()
        aspects |= {(PRESENT, at)} if present[at] else set()
        aspects |= {(ABSENT, at)} if present[at] < len(images) else set()
    live_at = max((image.at for image in images if image.live), default="")
    digest = sha256(name.encode()).hexdigest()
    return Source(digest, images, wrong, missed, frozenset(aspects), live_at)


class Parts:
    """Two parts of all sources: every one is trained on until it is taken for the test."""

    def __init__(self, sources: Sequence[Source], labels: int) -> None:
        self.tested: list[Source] = []
        self.size = 0  # of the test, in pictures
        self.labels = labels
        self.images = sum(source.size for source in sources)
        self._left = len(sources)
        numbers = range(labels)
        self._wrong = [sum(source.false_positives[at] for source in sources) for at in numbers]
        self._missed = [sum(source.false_negatives[at] for source in sources) for at in numbers]
        self._taken: set[str] = set()
        self._aspects: Counter[Aspect] = Counter()

    def spares(self, source: Source) -> bool:
        """Tell whether the training can do without a source that it still has."""
        if source.digest in self._taken or self._left == 1:
            return False
        return all(
            is_enough(wrong - own_wrong, missed - own_missed)
            for wrong, own_wrong, missed, own_missed in zip(
                self._wrong,
                source.false_positives,
                self._missed,
                source.false_negatives,
                strict=True,
            )
        )

    def has(self, aspect: Aspect) -> bool:
        """Tell whether the test has something already."""
        return self._aspects[aspect] > 0

    def take(self, source: Source) -> None:
        """Test with a source."""
        self.tested.append(source)
        self._taken.add(source.digest)
        self._aspects.update(source.aspects)
        self._move(source, 1)

    def give_back(self, source: Source) -> None:
        """Train on a source after all."""
        self.tested.remove(source)
        self._taken.remove(source.digest)
        self._aspects.subtract(source.aspects)
        self._move(source, -1)

    def needs(self, source: Source) -> bool:
        """Tell whether a source that is tested with has something that no other of them has."""
        return any(self._aspects[aspect] == 1 for aspect in source.aspects)

    def _move(self, source: Source, sign: int) -> None:
        self.size += sign * source.size
        self._left -= sign
        for at in range(self.labels):
            self._wrong[at] -= sign * source.false_positives[at]
            self._missed[at] -= sign * source.false_negatives[at]
