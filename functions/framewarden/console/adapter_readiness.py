"""Show how ready decisions are to train an adapter: label by label, and what is lacking."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from framewarden.console.adapter_words import LEFT_OUT, sentence
from framewarden.console.batch_words import number
from framewarden.domain.readiness import FALSE_NEGATIVES, FALSE_POSITIVES

Document = Mapping[str, Any]


@dataclass(frozen=True)
class Bar:
    """How many there are of those that are needed; `share` is in per cent, at most a hundred."""

    found: str
    needed: int
    share: int


@dataclass(frozen=True)
class Label:
    """One label: what people said of it, and whether an adapter can learn it."""

    name: str
    wrong: Bar
    missed: Bar
    right: str
    absent: str
    unjudged: str
    enough: bool
    lacks: tuple[str, ...]


@dataclass(frozen=True)
class Left:
    """One image that is left out, and where somebody settles it."""

    ref: str
    says: str
    where: str


@dataclass(frozen=True)
class LeftKind:
    """Images that are left out for one reason; `images` are the first of them."""

    code: str
    count: str
    why: str
    remedy: str
    images: tuple[Left, ...]


@dataclass(frozen=True)
class ReadinessView:
    """Everything that is shown of examples; `more` is how many left out ones are not listed."""

    ready: bool
    heading: str
    says: str
    lacks: tuple[str, ...]
    labels: tuple[Label, ...]
    training: tuple[str, ...]
    threshold: str
    left_out: tuple[LeftKind, ...]
    more: str


def view_of(document: Document) -> ReadinessView:
    """Word a readiness as `domain.readiness` tells it."""
    left = document["left_out"]
    listed = len(left["first"])
    rest = sum(map(int, left["counts"].values())) - listed
    return ReadinessView(
        ready=bool(document["ready"]),
        heading="Ready to train" if document["ready"] else "Not ready yet",
        says=_says(document),
        lacks=tuple(map(sentence, document["lacks"])),
        labels=tuple(_label(one) for one in document["labels"]),
        training=tuple(map(str, document["training"])),
        threshold=f"{float(document['threshold']):g}",
        left_out=tuple(_left_out(left)),
        more=f"{rest:,}" if listed and rest > 0 else "",
    )


def _says(document: Document) -> str:
    images, sources = int(document["images"]), int(document["sources"])
    if not images:
        return "Nobody has judged a label yet."
    judged = f"{number(images, 'image')} of {number(sources, 'source')} can be learnt from"
    if not int(document["test"]):
        return f"{judged}."
    live = int(document["live"])
    # A source is one recording or folder: frames of it look alike.
    return (
        f"{judged}: {int(document['train']):,} to train, {int(document['test']):,} held back for "
        "the test; no source is in both. The gate also asks about "
        f"{number(live, 'live decision') if live else 'live decisions, but there is none'} that "
        "it was not trained on."
    )


def _label(one: Document) -> Label:
    return Label(
        name=str(one["label"]),
        wrong=_bar(int(one["false_positives"]), FALSE_POSITIVES),
        missed=_bar(int(one["false_negatives"]), FALSE_NEGATIVES),
        right=f"{int(one['true_positives']):,}",
        absent=f"{int(one['true_negatives']):,}",
        unjudged=f"{int(one['unjudged']):,}",
        enough=bool(one["enough"]),
        lacks=tuple(map(sentence, one["lacks"])),
    )


def _bar(found: int, needed: int) -> Bar:
    return Bar(f"{found:,}", needed, min(100, 100 * found // needed))


def _left_out(left: Document) -> Iterator[LeftKind]:
    """Give the reasons, the most frequent first."""
    counts = sorted(left["counts"].items(), key=lambda one: (-int(one[1]), one[0]))
    for code, count in counts:
        why, remedy = LEFT_OUT.get(code, (code.replace("_", " "), ""))
        images = tuple(
            Left(str(one["ref"]), sentence(one["said"]), str(one["where"]))
            for one in left["first"]
            if one["code"] == code
        )
        yield LeftKind(code, f"{int(count):,}", why, remedy, images)
