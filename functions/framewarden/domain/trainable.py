"""Choose which labels an adapter can learn together, and say why others cannot."""

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from typing import NamedTuple

from framewarden.domain import annotation_words, taxonomy
from framewarden.domain import readiness_words as words
from framewarden.domain.annotations import SURPLUS, UNJUDGED, Annotated, LeftOut
from framewarden.domain.example_counts import (
    MOST_IMAGES,
    Tally,
    found_in,
    judged,
    unjudged,
)
from framewarden.domain.splitting import Split, split


class Choice(NamedTuple):
    """The labels that can be trained together, their split, and what each other one lacks."""

    labels: tuple[str, ...]
    split: Split | None
    lacks: Mapping[str, str]


def choose(images: Sequence[Annotated], candidates: Sequence[str], threshold: float) -> Choice:
    """Choose from labels that have errors enough, those with most first.

    A picture counts for all of them or for none: one that is not judged for a label that is
    trained is left out, and with it what it says of the others.
    """
    if not candidates:
        return Choice((), None, {})
    if together := _attempt(images, candidates, threshold):
        return Choice(tuple(candidates), together, {})
    chosen: tuple[str, ...] = ()
    made: Split | None = None
    lacks: dict[str, str] = {}
    for label in candidates:
        if further := _attempt(images, (*chosen, label), threshold):
            chosen, made = (*chosen, label), further
        else:
            lacks[label] = _why_not(images, chosen, label, threshold)
    return Choice(chosen, made, lacks)


def followers(
    images: Iterable[Annotated], labels: Collection[str], threshold: float
) -> dict[str, str]:
    """Return the labels that have no errors enough but those of one below them, and that one.

    People judge the deepest findings; what is found for their sake is corrected with them.
    """
    below = {
        label: [other for other in labels if label in taxonomy.ancestors(other)] for label in labels
    }
    own: dict[str, list[Annotated]] = {label: [] for label, found in below.items() if found}
    for image in images:
        wrong = (found_in(image, threshold) & image.absent) | (
            image.present - found_in(image, threshold)
        )
        for label in own:
            if label in wrong and not wrong.intersection(below[label]):
                own[label].append(image)
    return {
        label: below[label][0]
        for label, alone in own.items()
        if not Tally(alone, threshold).enough(label)
    }


def unused(
    images: Iterable[Annotated], labels: Collection[str], threshold: float, parts: Split | None
) -> Iterator[LeftOut]:
    """Say which pictures are in neither part, and why; nothing where there are no parts."""
    if parts is None:
        return
    used = {id(image) for image in (*parts.train, *parts.test)}
    for image in images:
        if unknown := unjudged(image, labels, threshold):
            said = annotation_words.unjudged(unknown)
            yield LeftOut(image.ref, UNJUDGED, said, image.where)
        elif id(image) not in used:
            said = annotation_words.surplus(MOST_IMAGES)
            yield LeftOut(image.ref, SURPLUS, said, image.where)


def _attempt(images: Sequence[Annotated], labels: Sequence[str], threshold: float) -> Split | None:
    """Return the split of the pictures that are judged for all of these labels, if there is one."""
    made = split(judged(images, labels, threshold), labels, threshold)
    return made if made.test else None


def _why_not(
    images: Sequence[Annotated], chosen: Sequence[str], label: str, threshold: float
) -> str:
    alone = judged(images, [label], threshold)
    if not Tally(alone, threshold).enough(label):
        return words.half_judged(label, *_half_judged(images, label, threshold))
    if not chosen or not _attempt(alone, [label], threshold):
        return words.not_splittable(label, alone, threshold)
    others = frozenset(chosen)
    lost = Tally((image for image in alone if image.unjudged & others), threshold)
    return words.not_with(label, chosen, lost.errors(label))


def _half_judged(
    images: Iterable[Annotated], label: str, threshold: float
) -> tuple[int, frozenset[str]]:
    """Return how many pictures with an error about a label are lost, and for which labels' sake."""
    lost, names = 0, frozenset[str]()
    for image in images:
        if unknown := unjudged(image, [label], threshold):
            lost += Tally([image], threshold).errors(label)
            names |= unknown
    return lost, names
