"""Read the forms by which a lead trains, promotes, tries and takes back adapters."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from framewarden.console.authority import Authority
from framewarden.console.batch_form import printable
from framewarden.console.posted import once, pairs_of
from framewarden.console.problems import Problem, RefusedError
from framewarden.console.request import Request
from framewarden.domain.errors import AdapterRefusedError

# What the buttons do: say what would happen, type again, or do it.
CHECK, CHANGE, DO = "check", "change", "do"
BODY_BYTES, MOST_FIELDS = 16_384, 100
TRAIN_FIELDS = ("action", "nonce", "name", "threshold", "hours")
LABEL = "label"
ORDER_FIELDS = ("action", "nonce", "to", "live", "share")
# Where a roll back leads: to what was live before, or to no adapter at all.
BEFORE, BASE = "before", "base"
# How a shadow ends, in the place of a share.
END = "end"
NO_LABEL = "an adapter corrects one label at least: choose it"
NO_NUMBER = "the threshold and the hours are numbers"
NO_SHARE = "a share of frames is a number above 0, and 100 at most"


@dataclass(frozen=True)
class TrainForm:
    """What a person typed to train an adapter; a field that was not sent is empty.

    `labels` is None before anybody has chosen among them.
    """

    action: str = CHECK
    nonce: str = ""
    name: str = ""
    threshold: str = ""
    hours: str = ""
    labels: tuple[str, ...] | None = None

    @classmethod
    def of(cls, request: Request) -> "TrainForm":
        """Read the form that a request sends.

        Raises
        ------
        RefusedError
            It is no form, is too large, cannot be read, has a field twice, or a strange button.
        """
        pairs = pairs_of(request, BODY_BYTES, MOST_FIELDS)
        sent = _typed(once(pairs, TRAIN_FIELDS), CHECK, CHANGE, DO)
        labels = dict.fromkeys(printable(value) for name, value in pairs if name == LABEL)
        return cls(**sent, labels=tuple(labels))

    @classmethod
    def again(cls, row: Mapping[str, Any]) -> "TrainForm":
        """Return the form that trains an adapter again, as it was asked for before."""
        labels = row.get("labels")
        return cls(
            name=str(row["item"]),
            threshold=f"{float(row['threshold']):g}",
            hours=f"{int(row['hours'])}",
            labels=tuple(map(str, labels)) if labels else None,
        )

    def request(self, authority: Authority) -> dict[str, Any]:
        """Return what is asked for, as `adapting.start` takes it, which knows the bounds.

        Raises
        ------
        AdapterRefusedError
            It cannot be read, or no label is chosen.
        """
        if not self.labels:
            raise AdapterRefusedError(NO_LABEL)
        hours = _number(self.hours, NO_NUMBER)
        asked = {
            "name": self.name or None,
            "labels": list(self.labels),
            "threshold": _number(self.threshold, NO_NUMBER),
            "hours": int(hours) if hours is not None and hours.is_integer() else hours,
            "by": authority.name,
            "account": authority.account,
        }
        return {name: value for name, value in asked.items() if value is not None}


@dataclass(frozen=True)
class OrderForm:
    """What was sent to promote an adapter, to try it in the shadow, or to roll back.

    `live` is the name of the adapter that was live when the page was made, empty for the base
    model: what people were told holds only while it still is.
    """

    action: str = CHECK
    nonce: str = ""
    to: str = BEFORE
    live: str = ""
    share: str = ""

    @classmethod
    def of(cls, request: Request) -> "OrderForm":
        """Read the form that a request sends.

        Raises
        ------
        RefusedError
            It is no form, is too large, cannot be read, has a field twice, or a strange button.
        """
        pairs = pairs_of(request, BODY_BYTES, MOST_FIELDS)
        form = cls(**_typed(once(pairs, ORDER_FIELDS), CHECK, DO))
        if form.to not in (BEFORE, BASE):
            raise RefusedError(Problem.NOT_OFFERED)
        return form

    def portion(self) -> float | None:
        """Return the share of frames in per cent that the shadow is asked about; None ends it.

        Raises
        ------
        AdapterRefusedError
            It is none.
        """
        if self.share == END:
            return None
        share = _number(self.share.removesuffix("%"), NO_SHARE)
        # False for NaN as well.
        if share is not None and 0 < share <= 100:
            return share
        raise AdapterRefusedError(NO_SHARE)


def _typed(sent: Mapping[str, str], *actions: str) -> dict[str, str]:
    if sent.get("action", CHECK) not in actions:
        raise RefusedError(Problem.NOT_OFFERED)
    return {name: printable(value) for name, value in sent.items()}


def _number(text: str, otherwise: str) -> float | None:
    if not text.strip():
        return None
    try:
        return float(text)
    except ValueError:
        raise AdapterRefusedError(otherwise) from None
