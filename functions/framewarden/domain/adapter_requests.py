"""Read what is asked of a training, and refuse what is not understood, with the remedy."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Final

from framewarden.domain import adapters, taxonomy
from framewarden.domain.errors import AdapterRefusedError
from framewarden.domain.policy_document import LONGEST_NAME, any_of, closest, shown

FIELDS: Final = ("name", "by", "account", "labels", "threshold", "hours")
"""What a request may say: an unknown field might be a threshold with a slip of the pen."""

THRESHOLD: Final = 50.0
"""Confidence in per cent at which a label counts as found: Rekognition's own default."""
HOURS: Final = 24
MOST_HOURS: Final = 72
"""Three days of asking fit in the history of an execution."""

Row = Mapping[str, Any]


@dataclass(frozen=True)
class Request:
    """A training as somebody asks for it; without labels, of all that have enough examples."""

    name: str
    is_named: bool
    by: str
    account: str | None
    labels: tuple[str, ...] | None
    threshold: float
    hours: int

    def is_of(self, row: Row) -> bool:
        """Tell whether an adapter's row was asked for the same training."""
        labels = row.get("labels")
        of_row = None if labels is None else tuple(labels)
        return (of_row, float(row["threshold"])) == (self.labels, self.threshold)


def read_request(asked: object, now: datetime) -> Request:
    """Read the request for a training.

    Raises
    ------
    AdapterRefusedError
        A field is unknown, missing or impossible; the message says which, and what it may be.
    """
    if not isinstance(asked, Mapping):
        raise AdapterRefusedError(f"a training takes fields: {any_of(FIELDS)}")
    for field in asked:
        if field not in FIELDS:
            hint = closest(str(field), FIELDS)
            raise AdapterRefusedError(
                f"a training has no field {shown(field)}{hint}: {any_of(FIELDS)}"
            )
    name, by = asked.get("name"), _text(asked, "by")
    if by is None:
        raise AdapterRefusedError("by is missing: say who asks for it")
    return Request(
        name=default_name(now) if name is None else _name(name),
        is_named=name is not None,
        by=by,
        account=_text(asked, "account"),
        labels=_labels(asked.get("labels")),
        threshold=_threshold(asked.get("threshold")),
        hours=_hours(asked.get("hours")),
    )


def default_name(now: datetime) -> str:
    """Name an adapter by the moment at which it is asked for."""
    return f"v{now.astimezone(UTC):%Y-%m-%d-%H%M%S}"


def _name(name: object) -> str:
    if not isinstance(name, str):
        raise AdapterRefusedError(f"an adapter's name is a text, not {shown(name)}")
    return adapters.check_name(name)


def _text(asked: Row, field: str) -> str | None:
    found = asked.get(field)
    if found is None:
        return None
    if isinstance(found, str) and found.isprintable() and 0 < len(found.strip()) <= LONGEST_NAME:
        return found.strip()
    raise AdapterRefusedError(f"{field} is one line of at most {LONGEST_NAME} characters")


def _labels(asked: object) -> tuple[str, ...] | None:
    if asked is None or asked in ([], ()):
        return None
    if not isinstance(asked, list | tuple):
        raise AdapterRefusedError(f"labels is a list of labels, not {shown(asked)}")
    return tuple(sorted({_label(name) for name in asked}))


def _label(name: object) -> str:
    found = taxonomy.find(name) if isinstance(name, str) else None
    if found is None:
        hint = closest(str(name), taxonomy.LABEL_NAMES, 0.5)
        raise AdapterRefusedError(
            f"{shown(name)} is no label of the taxonomy {taxonomy.VERSION}{hint}: "
            "`framewarden adapter readiness` lists those that people have judged"
        )
    return found.name


def _threshold(asked: object) -> float:
    if asked is None:
        return THRESHOLD
    # False for NaN as well.
    if isinstance(asked, int | float) and not isinstance(asked, bool) and 0 <= asked <= 100:
        return float(asked)
    raise AdapterRefusedError(f"threshold is a number from 0 to 100, not {shown(asked)}")


def _hours(asked: object) -> int:
    if asked is None:
        return HOURS
    if type(asked) is int and 1 <= asked <= MOST_HOURS:
        return asked
    raise AdapterRefusedError(f"hours is a whole number from 1 to {MOST_HOURS}, not {shown(asked)}")
