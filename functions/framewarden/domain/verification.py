"""Keep what people say of an image and its labels, and count how often model and people agree."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from framewarden.domain.examples import EXAMPLE

Row = Mapping[str, Any]

ALLOW: Final = "allow"
BLOCK: Final = "block"
DECISIONS: Final = (ALLOW, BLOCK)

TRUE_POSITIVE: Final = "tp#"  # a label that was found, and that a person confirmed
FALSE_POSITIVE: Final = "fp#"  # one that was found, and is not there
FALSE_NEGATIVE: Final = "fn#"  # one that was not found, and that a person added
DECIDED: Final = "decided"
TOTALS: Final = {ALLOW: "allowed", BLOCK: "blocked"}
LIVE: Final = "live"
"""The counters of labels that people judged while they decided live reviews."""

HISTORY: Final = 10  # what an image's row keeps of who decided before


@dataclass(frozen=True)
class Marks:
    """What somebody says of one image; nothing at all is an image that nobody has looked at."""

    decision: str | None = None
    confirmed: frozenset[str] = frozenset()
    denied: frozenset[str] = frozenset()
    added: frozenset[str] = frozenset()

    @classmethod
    def made(cls, decision: str | None, judged: Mapping[str, Iterable[str]] | None) -> "Marks":
        """Make marks of a decision and of labels that are confirmed, denied and added."""
        named = judged or {}
        names = (frozenset(named.get(kind, ())) for kind in ("confirmed", "denied", "added"))
        return cls(decision or None, *names)

    @classmethod
    def of(cls, row: Row) -> "Marks":
        """Return the marks that an image's row keeps."""
        return cls.made(row.get("decision"), row.get("labels_judged"))

    @property
    def judged(self) -> dict[str, list[str]]:
        """Return what is kept of the labels."""
        return {
            "confirmed": sorted(self.confirmed),
            "denied": sorted(self.denied),
            "added": sorted(self.added),
        }

    @property
    def example(self) -> str | None:
        """Return what makes an example of an image of which some label was judged."""
        return EXAMPLE if self.confirmed or self.denied or self.added else None

    @property
    def counted(self) -> Counter[str]:
        """Return what the marks of one image add to the counters."""
        counted = label_counts(self.judged)
        if self.decision:
            counted.update((DECIDED, TOTALS[self.decision]))
        return counted


@dataclass(frozen=True)
class Agreement:
    """How model and people see a label, in images.

    `agreement` is the share of the images in which one of them saw it that both saw it in, 0..1;
    None where nobody said anything.
    """

    label: str
    tp: int
    fp: int
    fn: int

    @property
    def judged(self) -> int:
        """Return of how many images somebody said something."""
        return self.tp + self.fp + self.fn

    @property
    def agreement(self) -> float | None:
        """Return the share."""
        return self.tp / self.judged if self.judged else None


def label_counts(judged: Mapping[str, Iterable[str]]) -> Counter[str]:
    """Return what is counted of labels that were confirmed, denied and added."""
    kinds = (TRUE_POSITIVE, "confirmed"), (FALSE_POSITIVE, "denied"), (FALSE_NEGATIVE, "added")
    return Counter(kind + name for kind, said in kinds for name in judged.get(said, ()))


def change(before: Marks, after: Marks) -> Counter[str]:
    """Return by how much the counters change where an image's marks are corrected."""
    changed = Counter(after.counted)
    changed.subtract(before.counted)
    return Counter({name: by for name, by in changed.items() if by})


def agreement(counters: Row) -> tuple[Agreement, ...]:
    """Return how model and people see each label, those first of which most was said."""
    kinds = (TRUE_POSITIVE, FALSE_POSITIVE, FALSE_NEGATIVE)
    names = {name[len(kind) :] for name in counters for kind in kinds if name.startswith(kind)}
    rows = (
        Agreement(name, *(int(counters.get(kind + name, 0)) for kind in kinds)) for name in names
    )
    return tuple(
        sorted((row for row in rows if row.judged), key=lambda row: (-row.judged, row.label))
    )


def written(row: Row, marks: Marks, by: str, account: str | None, at: str) -> dict[str, Any]:
    """Return what changes in an image's row; `at` is now. What is None is taken away."""
    said = {"by": by, "account": account, "at": at}
    before: Sequence[Row] = row.get("history") or ()
    told = said | {"decision": marks.decision, "labels": marks.judged}
    return {
        **said,
        "decision": marks.decision,
        "labels_judged": marks.judged,
        "example": marks.example,
        "rev": rev_of(row) + 1,
        "history": [*before, told][-HISTORY:],
    }


def rev_of(row: Row) -> int:
    """Return how often an image's row was written by people."""
    return int(row.get("rev") or 0)
