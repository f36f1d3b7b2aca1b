"""Read the form of a list's images: what is said of each, and what is done to those selected."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace

from framewarden.console.label_form import CONFIRM, DENY, Judged
from framewarden.console.posted import Pairs, once, sent_by
from framewarden.console.problems import Problem, RefusedError
from framewarden.console.request import Request
from framewarden.domain.taxonomy import LABEL_NAMES
from framewarden.domain.verification import ALLOW, BLOCK, DECISIONS
from framewarden.sheet_drawing import CELLS

# An image's name: how sure the model was, then a digest of where it lies.
NAME = re.compile(r"[0-9]{7}#[0-9a-f]{16}", re.ASCII)
UNDECIDED = "undecided"
# Of each image its name, its revision, its decision, and of every label of the taxonomy one word.
MOST_FIELDS = CELLS * (4 + len(LABEL_NAMES)) + 100
BODY_BYTES = 1_000_000
FIELDS = ("nonce", "bulk", "reveal")
TILE = re.compile(r"(image|rev|decision|label|added)\.(\d{1,2})(?:\.\d{1,3})?", re.ASCII)
# What is done to the images that are selected; `present` and `none` say it of every label too.
PRESENT, NONE, ADD = "present", "none", "add"
BULK: Mapping[str, str | None] = {
    ALLOW: ALLOW,
    BLOCK: BLOCK,
    PRESENT: BLOCK,
    NONE: ALLOW,
    ADD: None,
}
SIGNS = {"+": CONFIRM, "-": DENY}


@dataclass(frozen=True)
class Typed:
    """What somebody says of one image: `said` of labels that were found, and those they add."""

    name: str
    rev: int
    decision: str = ""
    said: Mapping[str, str] = field(default_factory=dict)
    labels: tuple[str, ...] = ()
    added: tuple[str, ...] = ()

    @property
    def judged(self) -> Judged:
        """Return what is said of the labels."""
        return Judged(self.said, self.added)


@dataclass(frozen=True)
class VerifyForm:
    """A screen of images as it was sent; `picked` are the names of those selected."""

    nonce: str = ""
    bulk: str = ""
    reveal: str = ""
    images: Mapping[str, Typed] = field(default_factory=dict)
    picked: frozenset[str] = frozenset()
    further: tuple[str, ...] = ()

    @classmethod
    def of(cls, request: Request) -> "VerifyForm":
        """Read the form of a screen that a request sends.

        Raises
        ------
        RefusedError
            It is no form that can be read, or none of ours.
        """
        pairs, sent = sent_by(request, BODY_BYTES, MOST_FIELDS, FIELDS)
        tiles = _tiles(pairs)
        names = {number: one.name for number, one in tiles.items()}
        if len(set(names.values())) != len(names) or len(names) > CELLS:
            raise RefusedError(Problem.MALFORMED)
        bulk, reveal = sent.get("bulk", ""), sent.get("reveal", "")
        if bulk and bulk not in BULK:
            raise RefusedError(Problem.NOT_OFFERED)
        return cls(
            nonce=sent.get("nonce", ""),
            bulk=bulk,
            reveal=reveal if NAME.fullmatch(reveal) else "",
            images={one.name: one for one in tiles.values()},
            picked=frozenset(names[at] for name, at in pairs if name == "pick" and at in names),
            further=tuple(dict.fromkeys(value for name, value in pairs if name == "add")),
        )

    def applied(self) -> "VerifyForm":
        """Return the form as it is once what was pressed is done to the images selected."""
        done = {name: self._done(one) for name, one in self.images.items()}
        return replace(self, images=done, bulk="")

    def _done(self, one: Typed) -> Typed:
        if not self.bulk or one.name not in self.picked:
            return one
        if self.bulk == ADD:
            return replace(one, added=tuple(dict.fromkeys((*one.added, *self.further))))
        every = {PRESENT: CONFIRM, NONE: DENY}.get(self.bulk)
        said = dict.fromkeys(one.labels, every) if every else one.said
        # None of the labels that were found is there; those that somebody added are.
        return replace(one, decision=BULK[self.bulk] or "", said=said)


def _tiles(pairs: Pairs) -> dict[str, Typed]:
    sent: dict[str, list[tuple[str, str]]] = {}
    for name, value in pairs:
        if read := TILE.fullmatch(name):
            sent.setdefault(read[2], []).append((read[1], value))
    return {number: _tile(fields) for number, fields in sent.items()}


def _tile(fields: list[tuple[str, str]]) -> Typed:
    """Read one image: each field once, but for its labels; a label is sent with a sign before it.

    Raises
    ------
    RefusedError
        It is not as our page sends it.
    """
    alone = once(fields, ("image", "rev", "decision"))
    name, rev, decision = (alone.get(field, "") for field in ("image", "rev", "decision"))
    known = not decision or decision in DECISIONS
    if not NAME.fullmatch(name) or not re.fullmatch(r"\d{1,9}", rev, re.ASCII) or not known:
        raise RefusedError(Problem.MALFORMED)
    said, labels = _said(value for field, value in fields if field == "label")
    added = tuple(dict.fromkeys(value for field, value in fields if field == "added"))
    return Typed(name, int(rev), decision, said, labels, added)


def _said(values: Iterable[str]) -> tuple[dict[str, str], tuple[str, ...]]:
    """Return what was said, and every label that something could have been said of."""
    said: dict[str, str] = {}
    labels: list[str] = []
    for value in values:
        sign, label = value[:1], value[1:]
        if not label or sign not in (*SIGNS, "?") or label in labels:
            raise RefusedError(Problem.MALFORMED)
        labels.append(label)
        if sign in SIGNS:
            said[label] = SIGNS[sign]
    return said, tuple(labels)
