"""Say whether there are enough examples to train an adapter, and what is missing."""

from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any, Final

from framewarden.domain import readiness_words as words
from framewarden.domain import taxonomy
from framewarden.domain.annotations import (
    CONTRADICTION,
    HOLD,
    OVERTURNED,
    SURPLUS,
    UNJUDGED,
    UNKNOWN_LABEL,
    Annotated,
    LeftOut,
)
from framewarden.domain.example_counts import (
    FALSE_NEGATIVES,
    FALSE_POSITIVES,
    MOST_IMAGES,
    TEST_IMAGES,
    Tally,
)
from framewarden.domain.splitting import Split
from framewarden.domain.trainable import Choice, choose, followers, unused

__all__ = [
    "FALSE_NEGATIVES",
    "FALSE_POSITIVES",
    "MOST_IMAGES",
    "TEST_IMAGES",
    "LabelReadiness",
    "Readiness",
    "assess",
]

SHOWN: Final = 50
"""How many of the pictures that were left out an adapter's row keeps."""
# Those first about which somebody can do something.
ORDER: Final = (CONTRADICTION, UNKNOWN_LABEL, UNJUDGED, OVERTURNED, HOLD, SURPLUS)


@dataclass(frozen=True, slots=True)
class LabelReadiness:
    """How model and people see one label, in pictures; `lacks` says what to do for it."""

    label: str
    true_positives: int
    false_positives: int
    false_negatives: int
    true_negatives: int
    unjudged: int
    enough: bool
    lacks: tuple[str, ...]

    @property
    def errors(self) -> int:
        """Return in how many pictures the model was wrong."""
        return self.false_positives + self.false_negatives


@dataclass(frozen=True, slots=True)
class Readiness:
    """What there is to train an adapter with; `training` are the labels that it would learn.

    `images` of `sources` were judged; `train`, `test` and `live` of them would be used.
    `threshold` is where a finding begins, in per cent. What is missing of the whole is in `lacks`.
    """

    threshold: float
    labels: tuple[LabelReadiness, ...]
    training: tuple[str, ...]
    images: int
    sources: int
    train: int
    test: int
    live: int
    left_out: tuple[LeftOut, ...]
    lacks: tuple[str, ...]
    ready: bool

    def document(self) -> dict[str, Any]:
        """Return it as JSON, as an adapter's row keeps it.

        `left_out` is `{"counts": {code: pictures}, "first": [{ref, code, said, where}]}`: of the
        pictures themselves the first 50, those first about which somebody can do something.
        """
        first = sorted(self.left_out, key=lambda one: _rank(one.code))[:SHOWN]
        return {
            **{name: getattr(self, name) for name in ("threshold", "images", "sources")},
            **{name: getattr(self, name) for name in ("train", "test", "live", "ready")},
            "labels": [asdict(label) | {"lacks": list(label.lacks)} for label in self.labels],
            "training": list(self.training),
            "lacks": list(self.lacks),
            "left_out": {
                "counts": dict(Counter(one.code for one in self.left_out)),
                "first": [asdict(one) for one in first],
            },
        }


def _rank(code: str) -> int:
    return ORDER.index(code) if code in ORDER else len(ORDER)


def assess(
    annotated: Sequence[Annotated],
    left_out: Sequence[LeftOut],
    *,
    threshold: float = 50.0,
    labels: Sequence[str] | None = None,
) -> tuple[Readiness, Split | None]:
    """Return how ready the pictures are, and their split where they are ready.

    `threshold` is where a finding begins, in per cent. Of `labels` each one is trained, or nothing
    is; without them, every label that can be.
    """
    tally = Tally(annotated, threshold)
    asked = _asked(labels) if labels else None
    candidates = _candidates(tally, asked)
    with_others = followers(annotated, candidates, threshold) if asked is None else {}
    own = [label for label in candidates if label not in with_others]
    choice = choose(annotated, own, threshold)
    unknown = [name for name in labels or () if taxonomy.find(name) is None]
    lacks = _lacks(annotated, tally, choice, unknown, asked)
    ready = bool(choice.labels) and not lacks
    parts = choice.split if ready else None
    readiness = Readiness(
        threshold=threshold,
        labels=_of_labels(tally, choice, with_others, asked),
        training=choice.labels,
        images=len(annotated),
        sources=len({image.source for image in annotated}),
        train=len(parts.train) if parts else 0,
        test=len(parts.test) if parts else 0,
        live=len(parts.live) if parts else 0,
        left_out=(*left_out, *unused(annotated, choice.labels, threshold, parts)),
        lacks=lacks,
        ready=ready,
    )
    return readiness, parts


def _asked(labels: Sequence[str]) -> tuple[str, ...]:
    found = (taxonomy.find(name) for name in labels)
    return tuple(dict.fromkeys(label.name for label in found if label))


def _candidates(tally: Tally, asked: Collection[str] | None) -> list[str]:
    """Return the labels with errors enough, those with most first."""
    enough = (label for label in tally.labels if tally.enough(label))
    wanted = (label for label in enough if asked is None or label in asked)
    return sorted(wanted, key=lambda label: (-tally.errors(label), label))


def _of_labels(
    tally: Tally, choice: Choice, with_others: Mapping[str, str], asked: Iterable[str] | None
) -> tuple[LabelReadiness, ...]:
    names = tally.labels.union(asked or ())
    return tuple(
        LabelReadiness(
            label=label,
            true_positives=tally.true_positives[label],
            false_positives=tally.false_positives[label],
            false_negatives=tally.false_negatives[label],
            true_negatives=tally.true_negatives(label),
            unjudged=tally.unjudged[label],
            enough=tally.enough(label) and label not in choice.lacks,
            lacks=_label_lacks(label, tally, choice, with_others),
        )
        for label in sorted(names, key=lambda name: (-tally.errors(name), name))
    )


def _label_lacks(
    label: str, tally: Tally, choice: Choice, with_others: Mapping[str, str]
) -> tuple[str, ...]:
    if not tally.enough(label):
        return tuple(words.too_few_errors(label, tally))
    if label in with_others:
        return (words.goes_with(label, with_others[label]),)
    return (choice.lacks[label],) if label in choice.lacks else ()


def _lacks(
    annotated: Sequence[Annotated],
    tally: Tally,
    choice: Choice,
    unknown: Sequence[str],
    asked: Sequence[str] | None,
) -> tuple[str, ...]:
    """Say what the whole lacks; what one label lacks is said there, if it was not asked for."""
    said = [words.no_such_label(name) for name in unknown]
    sources = {image.source for image in annotated}
    if not sources:
        said.append(words.NOTHING_JUDGED)
    elif len(sources) == 1:
        said.append(words.one_source(len(annotated), min(sources)))
    if asked is not None:
        left = (label for label in asked if label not in choice.labels)
        known = tally.labels
        said += [words.asked_not_ready(label, judged=label in known) for label in left]
    elif sources and not choice.labels:
        first = next(iter(choice.lacks.values()), None)
        said.append(first or words.nothing_enough(tally.closest()))
    return tuple(dict.fromkeys(said))
