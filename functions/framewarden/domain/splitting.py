"""Split pictures by their sources into those that an adapter learns from and those it is tested on.

Nothing here is drawn by lot: the same pictures are split alike wherever and whenever that is.
"""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from itertools import chain
from typing import Final

from framewarden.domain.annotations import Annotated
from framewarden.domain.example_counts import (
    FALSE_NEGATIVES,
    FALSE_POSITIVES,
    MOST_IMAGES,
    found_in,
    least_tested,
)
from framewarden.domain.source_parts import KINDS, Aspect, Parts, Source, sources_of

LIVE_IMAGES: Final = 100
FEW_SOURCES: Final = 10
"""Of so many sources that can be spared every part is tried, where no quicker way ends well."""


@dataclass(frozen=True, slots=True)
class Split:
    """Pictures to train on and to test on; `live` are those of the last live decisions.

    No source is on both sides. `live` are at most 100, the newest first, and none that is trained
    on. `test` is empty, and `train` everything, where they cannot be split.
    """

    train: tuple[Annotated, ...]
    test: tuple[Annotated, ...]
    live: tuple[Annotated, ...]


def split(annotated: Sequence[Annotated], labels: Collection[str], threshold: float) -> Split:
    """Split pictures by their sources, which stay whole, for the labels that are trained.

    `threshold` (per cent) is where a finding begins. The test gets at least 20 pictures and at
    least a fifth of them all, and never what the training needs for its 20 false positives or 50
    false negatives of each label. Wherever that lets it, it has something of each label that is
    there, that is not, and that the model got wrong, and half of it are the sources of the last
    live decisions. Of what is left to train on, the newest 10,000 pictures are.
    """
    names = sorted(labels)
    sources = sources_of(annotated, names, threshold)
    tested = _tested(sources, len(names), least_tested(len(annotated)))
    digests = {source.digest for source in tested}
    train = _of(source for source in sources if source.digest not in digests)
    test = _of(tested)
    live = sorted((image for image in test if image.live), key=_age, reverse=True)
    return Split(_newest(train, names, threshold), tuple(test), tuple(live[:LIVE_IMAGES]))


def _of(sources: Iterable[Source]) -> list[Annotated]:
    return sorted(chain.from_iterable(source.images for source in sources), key=_place)


def _place(image: Annotated) -> tuple[str, str, str]:
    return image.bucket, image.key, image.version_id or ""


def _age(image: Annotated) -> tuple[str, tuple[str, str, str]]:
    return image.at, _place(image)


def _tested(sources: Sequence[Source], labels: int, target: int) -> Sequence[Source]:
    """Return the sources of the test; none where no part of them will do, as far as was tried."""
    whole = Parts(sources, labels)
    spared = [source for source in sources if whole.spares(source)]
    if sum(source.size for source in spared) < target:
        return ()
    cheapest = sorted(spared, key=lambda source: (source.errors / source.size, source.digest))
    large = [source for source in spared if source.size >= target]
    for fill, ordered in ((_prefer, spared), (_fill, cheapest), (_fill, large)):
        parts = Parts(sources, labels)
        fill(parts, ordered, target)
        if parts.size >= target:
            return parts.tested
    return _any(sources, spared, labels, target) if len(spared) <= FEW_SOURCES else ()


def _prefer(parts: Parts, sources: Sequence[Source], target: int) -> None:
    """Take what a good test has, then as much as it takes."""
    latest = sorted((s for s in sources if s.live_at), key=lambda s: s.live_at, reverse=True)
    for source in latest:
        if parts.size + source.size <= target // 2 and parts.spares(source):
            parts.take(source)
    aspects = [(kind, at) for kind in KINDS for at in range(parts.labels)]
    _cover(parts, sources, aspects, target)
    _fill(parts, sources, target)
    # What no small source has may make the test larger than it needs to be.
    smallest = sorted(sources, key=lambda source: (source.size, source.digest))
    _cover(parts, smallest, aspects, parts.images // 2)


def _cover(parts: Parts, sources: Sequence[Source], aspects: Sequence[Aspect], most: int) -> None:
    for aspect in aspects:
        if not parts.has(aspect):
            fits = (
                one
                for one in sources
                if aspect in one.aspects and parts.size + one.size <= most and parts.spares(one)
            )
            if source := next(fits, None):
                parts.take(source)


def _fill(parts: Parts, sources: Sequence[Source], target: int) -> None:
    """Take sources in their order up to the target; at last one that is larger, if it must be."""
    for source in sources:
        if parts.size + source.size <= target and parts.spares(source):
            parts.take(source)
    if parts.size >= target:
        return
    spared = [source for source in sources if parts.spares(source)]
    if not spared:
        return
    parts.take(min(spared, key=lambda source: (source.size, source.digest)))
    for source in parts.tested[-2::-1]:
        # The gate asks about live decisions: those that are tested with stay.
        spare = not source.live_at and not parts.needs(source)
        if spare and parts.size - source.size >= target:
            parts.give_back(source)


def _any(
    sources: Sequence[Source], spared: Sequence[Source], labels: int, target: int
) -> Sequence[Source]:
    """Try every part of a few sources that can be spared, and return the best that will do."""
    best: tuple[int, int, int] | None = None
    for mask in range(1, 2 ** len(spared)):
        chosen = _masked(spared, mask)
        if sum(source.size for source in chosen) < target:
            continue
        parts = Parts(sources, labels)
        if all(_taken(parts, source) for source in chosen):
            covered = len(frozenset[Aspect]().union(*(source.aspects for source in chosen)))
            better = -covered, parts.size, mask
            best = min(best, better) if best else better
    return _masked(spared, best[2]) if best else ()


def _masked(sources: Sequence[Source], mask: int) -> list[Source]:
    return [source for at, source in enumerate(sources) if mask >> at & 1]


def _taken(parts: Parts, source: Source) -> bool:
    spared = parts.spares(source)
    if spared:
        parts.take(source)
    return spared


def _newest(
    images: Sequence[Annotated], labels: Sequence[str], threshold: float
) -> tuple[Annotated, ...]:
    """Return what is trained on: of too many the newest, and of each label the errors it takes."""
    if len(images) <= MOST_IMAGES:
        return tuple(images)
    newest = sorted(images, key=_age, reverse=True)
    found = [found_in(image, threshold) for image in newest]
    needed: set[int] = set()
    for label in labels:
        there = [label in image.present for image in newest]
        wrong = [at for at, names in enumerate(found) if label in names and not there[at]]
        missed = [at for at, names in enumerate(found) if label not in names and there[at]]
        enough = len(wrong) >= FALSE_POSITIVES
        needed.update(wrong[:FALSE_POSITIVES] if enough else missed[:FALSE_NEGATIVES])
    others = (at for at in range(len(newest)) if at not in needed)
    kept = [*needed, *others][:MOST_IMAGES]
    return tuple(sorted((newest[at] for at in kept), key=_place))
