"""Tell a lead what is missing to train an adapter, how much of it, and what to do."""

from collections.abc import Collection, Sequence
from typing import Final

from framewarden.domain import taxonomy
from framewarden.domain.annotations import Annotated
from framewarden.domain.example_counts import (
    FALSE_NEGATIVES,
    FALSE_POSITIVES,
    TEST_IMAGES,
    Tally,
    least_tested,
)

NOTHING_JUDGED: Final = (
    "Nobody has judged a label yet: confirm, deny or add labels on the grid of a batch's list, or "
    "while deciding a review."
)


def nothing_enough(closest: str | None) -> str:
    """Say that no label can be trained yet, and which one is the closest."""
    hint = f" The closest is {closest}." if closest else ""
    return (
        f"No label has {FALSE_POSITIVES} false positives or {FALSE_NEGATIVES} false negatives "
        f"yet: judge more pictures in which the model is wrong.{hint}"
    )


def too_few_errors(label: str, tally: Tally) -> list[str]:
    """Say how many errors about a label are missing, and where some may be."""
    wrong, missed = tally.false_positives[label], tally.false_negatives[label]
    more = FALSE_POSITIVES - wrong, FALSE_NEGATIVES - missed
    said = [
        f"{label} has {wrong} of {FALSE_POSITIVES} false positives and {missed} of "
        f"{FALSE_NEGATIVES} false negatives: deny it in {more[0]} more pictures in which the model "
        f"found it, or add it to {more[1]} more in which the model missed it."
    ]
    if tally.unjudged[label]:
        unjudged = pictures(tally.unjudged[label])
        said.append(
            f"{label} was found in {unjudged} whose other labels were judged: confirm or deny it "
            "there."
        )
    return said


def one_source(images: int, source: str) -> str:
    """Say that there is nothing to test with that is not trained on."""
    return (
        f"Every judged picture, {images:,} of them, is of one source, {source}: no source is both "
        f"trained on and tested with, so judge {TEST_IMAGES} or more pictures of another stream or "
        "folder."
    )


def goes_with(label: str, below: str) -> str:
    """Say that a label is corrected with one below it."""
    return (
        f"{label} is not trained by itself: it was wrong where {below} was, and goes with it. Ask "
        "for it by name to train it all the same."
    )


def half_judged(label: str, lost: int, others: Collection[str]) -> str:
    """Say that of too many pictures nobody said whether something else is in them."""
    return (
        f"In {pictures(lost)} in which the model was wrong about {label} it found "
        f"{', '.join(sorted(others))} too, and nobody said whether that is so: confirm or deny "
        "all that was found in a picture, and it is learned from."
    )


def not_with(label: str, others: Sequence[str], lost: int) -> str:
    """Say that a label cannot be trained with those that have more errors; alone, it could."""
    together = f"{label} cannot be trained together with {', '.join(others)}: "
    if lost:
        return (
            f"{together}every picture must be judged for each label that is trained, and "
            f"{pictures(lost)} in which the model was wrong about {label} would be left out. Judge "
            f"them for {', '.join(others)} too, or train {label} by itself."
        )
    return (
        f"{together}no split of the sources leaves enough errors of each to train on. Judge "
        f"pictures of more streams or folders, or train {label} by itself."
    )


def not_splittable(label: str, images: Sequence[Annotated], threshold: float) -> str:
    """Say why no part for a test can be split off, and what would change that."""
    sources, count = {image.source for image in images}, len(images)
    if len(sources) == 1:
        return one_source(count, min(sources))
    tally, target = Tally(images, threshold), least_tested(count)
    wrong, missed = tally.false_positives[label], tally.false_negatives[label]
    keeps = [f"{FALSE_POSITIVES} of {wrong} false positives"] if wrong >= FALSE_POSITIVES else []
    if missed >= FALSE_NEGATIVES:
        keeps.append(f"{FALSE_NEGATIVES} of {missed} false negatives")
    return (
        f"The {pictures(count)} judged for {label} cannot be split: of their {len(sources)} "
        f"sources, which stay whole, {target:,} pictures or more are tested with, and what is left "
        f"must keep {' or '.join(keeps)}. Judge more pictures, of other streams or folders: those "
        "without an error count for the test too."
    )


def no_such_label(name: str) -> str:
    """Say that a label that was asked for is none, and which one may be meant."""
    near = taxonomy.nearest(name)
    meant = f" (did you mean {near}?)" if near else ""
    return (
        f"{name} is no label of taxonomy {taxonomy.VERSION}{meant}: ask for one of its "
        f"{len(taxonomy.LABEL_NAMES)} labels."
    )


def asked_not_ready(label: str, *, judged: bool) -> str:
    """Say that a label that was asked for cannot be trained yet."""
    if judged:
        return (
            f"{label} was asked for and cannot be trained yet: do what it lacks, or ask without it."
        )
    return (
        f"{label} was asked for, and it was neither found in nor added to any picture whose labels "
        f"were judged: it takes {FALSE_POSITIVES} pictures in which the model found it wrongly, or "
        f"{FALSE_NEGATIVES} in which it was missed."
    )


def pictures(amount: int) -> str:
    """Say how many pictures."""
    return f"{amount:,} picture" if amount == 1 else f"{amount:,} pictures"
