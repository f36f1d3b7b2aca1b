"""Say of every label whether it is in a picture, from what people said of some of them."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from framewarden.domain import annotation_words as words
from framewarden.domain import taxonomy
from framewarden.domain.examples import Example

Names = frozenset[str]

CONTRADICTION: Final = "contradiction"
UNKNOWN_LABEL: Final = "unknown_label"
HOLD: Final = "hold"
OVERTURNED: Final = "overturned"
UNJUDGED: Final = "unjudged"
SURPLUS: Final = "surplus"

LABELS: Final = frozenset(taxonomy.LABEL_NAMES)
_ABOVE: Final = {name: frozenset(taxonomy.ancestors(name)) for name in LABELS}
_BELOW: Final = {
    name: frozenset(below for below in LABELS if name in _ABOVE[below]) for name in LABELS
}


@dataclass(frozen=True, slots=True)
class Annotated:
    """A picture of which it is known of each label of the taxonomy whether it is there.

    `present`, `absent` and `unjudged` hold every label once; what is unjudged the model found and
    nobody confirmed or denied.
    """

    bucket: str
    key: str
    version_id: str | None
    frame_id: str | None
    source: str
    present: frozenset[str]
    absent: frozenset[str]
    unjudged: frozenset[str]
    found: Mapping[str, float]
    live: bool
    at: str
    where: str

    @property
    def ref(self) -> str:
        """Return where the picture lies, as people write it."""
        return f"s3://{self.bucket}/{self.key}"


@dataclass(frozen=True, slots=True)
class LeftOut:
    """A picture that no adapter learns from: the code, what to tell, and where to change it."""

    ref: str
    code: str
    said: str
    where: str


def annotate(
    examples: Iterable[Example], held: Collection[str], overturned: Collection[str]
) -> tuple[list[Annotated], list[LeftOut]]:
    """Return each picture once, and those that nothing is learned from.

    A label that is there has those above it there too, and one that is not has none below it.
    What somebody said outright counts before what follows from nobody having said anything: of a
    picture that was judged at all, a label that was neither found nor added is not there.
    `held` are `s3://bucket/key`; `overturned` the ids of reviews whose stop a person took back.
    """
    pictures: dict[tuple[str, str, str | None], list[Example]] = {}
    for example in examples:
        if example.confirmed or example.denied or example.added:
            key = example.bucket, example.key, example.version_id
            pictures.setdefault(key, []).append(example)
    annotated: list[Annotated] = []
    left_out: list[LeftOut] = []
    rest: dict[tuple[Names, Names], Names] = {}
    for key in sorted(pictures, key=lambda key: (key[0], key[1], key[2] or "")):
        said = sorted(pictures[key], key=lambda one: (one.at, one.where), reverse=True)
        read = _merged(said, held, overturned, rest)
        if isinstance(read, Annotated):
            annotated.append(read)
        else:
            left_out.append(read)
    return annotated, left_out


def _merged(
    said: Sequence[Example],
    held: Collection[str],
    overturned: Collection[str],
    rest: dict[tuple[Names, Names], Names],
) -> Annotated | LeftOut:
    """Return what was said of one picture, the latest first, as one; `rest` is shared by all."""
    last = said[0]
    if last.ref in held:
        return LeftOut(last.ref, HOLD, words.on_hold(last.ref), last.where)
    said = [one for one in said if one.review_id is None or one.review_id not in overturned]
    if not said:
        return LeftOut(last.ref, OVERTURNED, words.OVERTURNED, last.where)
    for one in said:
        if unknown := (one.confirmed | one.denied | one.added) - LABELS:
            return LeftOut(one.ref, UNKNOWN_LABEL, words.unknown(min(unknown)), one.where)
    present = _closed(_ABOVE, (one.confirmed | one.added for one in said))
    absent = _closed(_BELOW, (one.denied for one in said))
    if present & absent:
        place, told = words.contradiction(said)
        return LeftOut(last.ref, CONTRADICTION, told, place)
    unjudged = Names().union(*(_unjudged(one.found, present, absent) for one in said))
    own = present, unjudged
    return Annotated(
        bucket=last.bucket,
        key=last.key,
        version_id=last.version_id,
        frame_id=next((one.frame_id for one in said if one.frame_id), None),
        source=last.source,
        present=present,
        absent=rest.setdefault(own, LABELS - present - unjudged),
        unjudged=unjudged,
        found=_answer(said),
        live=any(one.review_id for one in said),
        at=said[0].at,
        where=said[0].where,
    )


def _closed(further: Mapping[str, Names], named: Iterable[Names]) -> Names:
    """Return names with what goes with each of them."""
    names = Names().union(*named)
    return names.union(*(further[name] for name in names))


def _unjudged(found: Mapping[str, float], present: Names, absent: Names) -> Names:
    """Return what was found and neither confirmed nor denied.

    People judge the deepest findings. A label that is found for the sake of those below it goes
    with them: where every one of them was denied, it is not there either.
    """
    rest = {name for name in found if name in LABELS} - present - absent
    if not rest:
        return Names()
    own = {name for name in rest if not _follows(name, found)}
    return frozenset(own.union(*(_ABOVE[name] & rest for name in own)))


def _follows(name: str, found: Mapping[str, float]) -> bool:
    """Tell whether a label was found for the sake of one below it, which is as sure."""
    return any(found[below] >= found[name] for below in _BELOW[name] if below in found)


def _answer(said: Sequence[Example]) -> Mapping[str, float]:
    """Return the findings that an adapter is to correct: those of the base model, where known."""
    return next((one for one in said if one.adapter is None), said[0]).found
