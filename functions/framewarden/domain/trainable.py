"""Choose which labels an adapter can learn together, and say why others cannot."""

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from typing import NamedTuple

from framewarden.domain import annotation_words
from framewarden.domain import readiness_words as words
from framewarden.domain.annotations import SURPLUS, UNJUDGED, Annotated, LeftOut
from framewarden.domain.example_counts import MOST_IMAGES, Tally, judged
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


def unused(images: Iterable[Annotated], labels: Collection[str], parts: Split) -> Iterator[LeftOut]:
    """Say which pictures are in neither part, and why."""
    used = {id(image) for image in (*parts.train, *parts.test)}
    trained = frozenset(labels)
    for image in images:
        if unjudged := image.unjudged & trained:
            said = annotation_words.unjudged(unjudged)
            yield LeftOut(image.ref, UNJUDGED, said, image.where)
        elif id(image) not in used:
            said = annotation_words.surplus(MOST_IMAGES)
            yield LeftOut(image.ref, SURPLUS, said, image.where)


def _attempt(images: Sequence[Annotated], labels: Sequence[str], threshold: float) -> Split | None:
    """Return the split of the pictures that are judged for all of these labels, if there is one."""
    made = split(judged(images, labels), labels, threshold)
    return made if made.test else None


def _why_not(
    images: Sequence[Annotated], chosen: Sequence[str], label: str, threshold: float
) -> str:
    alone = judged(images, [label])
    if not chosen or not _attempt(alone, [label], threshold):
        return words.not_splittable(label, alone, threshold)
    others = frozenset(chosen)
    lost = Tally((image for image in alone if image.unjudged & others), threshold)
    return words.not_with(label, chosen, lost.errors(label))
