"""Read what somebody says about the labels while deciding, and list what could be added."""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any

from framewarden.console.problems import Problem, RefusedError
from framewarden.domain import taxonomy
from framewarden.domain.batch_lists import of_review

Row = Mapping[str, Any]

CONFIRM, DENY = "confirm", "deny"
FIELD = re.compile(r"label\.\d{1,3}(?:\.name)?")
ADD = "add"


@dataclass(frozen=True)
class Judged:
    """What a form says about labels, as it was sent: by name, and those it adds."""

    said: Mapping[str, str]
    added: tuple[str, ...]


@dataclass(frozen=True)
class Group:
    """A category of the taxonomy and what lies below it, which the page offers to add."""

    category: str
    labels: tuple[tuple[str, int], ...]  # name and level


NOTHING = Judged({}, ())


def read(pairs: Iterable[tuple[str, str]]) -> Judged:
    """Read the labels' fields of a form.

    Raises
    ------
    RefusedError
        A label is judged twice, or by another word than ours.
    """
    sent: dict[str, str] = {}
    added: list[str] = []
    for name, value in pairs:
        if name == ADD:
            added.append(value)
        elif FIELD.fullmatch(name):
            if name in sent:
                raise RefusedError(Problem.MALFORMED)
            sent[name] = value
    said: dict[str, str] = {}
    for field, choice in sent.items():
        if field.endswith(".name") or choice == "":
            continue
        name = sent.get(f"{field}.name", "")
        if choice not in (CONFIRM, DENY) or not name or name in said:
            raise RefusedError(Problem.MALFORMED)
        said[name] = choice
    return Judged(said, tuple(dict.fromkeys(added)))


def verdicts(judged: Judged, row: Row) -> dict[str, list[str]] | None:
    """Return the labels that were confirmed, denied and added; None where nothing was said.

    What was found may have changed since the page was made: a label of the taxonomy is always
    known, and one that was added and has been found meanwhile is confirmed. Labels are of one
    picture: those of a batch's list are judged on its grid, and nothing is said of them here.

    Raises
    ------
    RefusedError
        A name is neither of this review nor of the taxonomy.
    """
    if of_review(row):
        return None
    found = {str(label["name"]) for label in row.get("labels") or ()}
    added = [_known(name) for name in judged.added]
    for name in judged.said:
        if name not in found:
            _known(name)
    confirmed = [name for name, choice in judged.said.items() if choice == CONFIRM]
    denied = [name for name, choice in judged.said.items() if choice == DENY]
    confirmed += [name for name in added if name in found and name not in judged.said]
    further = [name for name in added if name not in found and name not in judged.said]
    if not (confirmed or denied or further):
        return None
    return {"confirmed": confirmed, "denied": denied, "added": further}


def groups(found: Iterable[str]) -> Sequence[Group]:
    """Return the taxonomy's labels by category, without those that were found."""
    known = frozenset(found)
    rest = (
        Group(group.category, tuple(label for label in group.labels if label[0] not in known))
        for group in _taxonomy()
    )
    return tuple(group for group in rest if group.labels)


@cache
def _taxonomy() -> tuple[Group, ...]:
    below: dict[str, list[tuple[str, int]]] = {name: [] for name in taxonomy.CATEGORIES}
    for name in taxonomy.LABEL_NAMES:
        above = taxonomy.ancestors(name)
        below[(name, *above)[-1]].append((name, len(above) + 1))
    return tuple(Group(category, tuple(labels)) for category, labels in below.items())


def _known(name: str) -> str:
    label = taxonomy.find(name)
    if label is None:
        raise RefusedError(Problem.UNKNOWN_LABEL)
    return label.name
