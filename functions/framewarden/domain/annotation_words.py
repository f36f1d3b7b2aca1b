"""Tell a lead why nothing is learned from a picture, and what they can do about it."""

from collections.abc import Iterable, Sequence
from typing import Final

from framewarden.domain import taxonomy
from framewarden.domain.examples import Example

OVERTURNED: Final = (
    "The stop that was decided on this picture was taken back by a person, so what was said of its "
    "labels counts no more: judge another picture of the stream instead."
)
SETTLED: Final = "Correct what is wrong; until then nothing is learned from this picture."
FIXED: Final = (
    "A decided review is not changed, so nothing is learned from this picture: judge another one "
    "of its stream."
)


def on_hold(ref: str) -> str:
    """Say what keeps a picture out, and who may let it in."""
    return (
        "This picture is on hold, so nothing is learned from it: once it may be used, take the "
        f"hold away with `framewarden adapter release {ref}`."
    )


def unknown(name: str) -> str:
    """Say that somebody judged a label that adapters cannot be trained on."""
    near = taxonomy.nearest(name)
    meant = f" (did you mean {near}?)" if near else ""
    return (
        f"{name} is no label of taxonomy {taxonomy.VERSION}{meant}, and an adapter is trained on "
        "those only: take back what was said of it, and judge the label that it stands for."
    )


def unjudged(labels: Iterable[str]) -> str:
    """Say of which labels that are trained nobody said whether they are there."""
    return (
        f"The model found {_listed(labels)} in this picture, and nobody said whether that is so: "
        "confirm or deny it, and the picture is learned from."
    )


def surplus(most: int) -> str:
    """Say that there are newer pictures enough."""
    return (
        f"An adapter learns from {most:,} pictures at most, and there are as many newer ones: "
        "nothing needs to be done."
    )


def contradiction(said: Sequence[Example]) -> tuple[str, str]:
    """Return where a contradiction can be settled, and what it is; `said` has one.

    What was said on the grid of a list can be corrected there; a decided review cannot.
    """
    there, denied = _opposed(said)
    name, above = there[0], denied[0]
    belongs = "" if name == above else f"{above}, which {name} belongs to, "
    yes, no = there[1], denied[1]
    if yes is no:
        other = f"{belongs}is not" if belongs else "it is not"
        what = f"{yes.by} said of this picture that {name} is there and that {other}."
    else:
        other = f"{no.by} that {belongs or 'it '}is not"
        what = f"{yes.by} said of this picture that {name} is there, and {other}."
    lists = [one for one in (no, yes) if one.review_id is None]
    return (lists or [yes])[0].where, f"{what} {SETTLED if lists else FIXED}"


def _opposed(said: Sequence[Example]) -> tuple[tuple[str, Example], tuple[str, Example]]:
    """Return the first label that is there, and what was denied of it or above it, with who."""
    denied = {name: one for one in said for name in sorted(one.denied)}
    pairs = (
        ((name, one), (above, denied[above]))
        for one in said
        for name in sorted(one.confirmed | one.added)
        for above in (name, *taxonomy.ancestors(name))
        if above in denied
    )
    return next(pairs)


def _listed(names: Iterable[str]) -> str:
    *most, last = sorted(names)
    return f"{', '.join(most)} and {last}" if most else last
