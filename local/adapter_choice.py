"""Find the model that a person names for a batch: an adapter, the base model, or what is live."""

from __future__ import annotations

from dataclasses import dataclass

from framewarden.domain import adapters
from local.adapters import account_of, find, stores_of, untrained
from local.target import Target

ARN = "arn:"


@dataclass(frozen=True)
class Model:
    """What a batch is analyzed with.

    `asked` is what the stack is asked for, None where it takes what is live as it starts; `arn` is
    the adapter's, None for the base model; `words` say it.
    """

    asked: str | None
    arn: str | None
    words: str


def model_for(target: Target, given: str | None) -> Model:
    """Find the model for what `--adapter` says.

    Raises
    ------
    AdapterRefusedError
        It is an adapter of another region or account.
    OperatorError
        There is no adapter of that name, or it has not been trained.
    """
    if given == adapters.BASE:
        return Model(adapters.BASE, None, "Analyzed with the base model.")
    if given is None:
        return _live(target)
    if given.startswith(ARN):
        read = adapters.check_arn(given, target.region, account_of(target))
        return Model(given, given, f"Analyzed with the adapter {read.name}.")
    with stores_of(target) as stores:
        row = find(target, stores.adapters, given)
    if not row.get("arn") or row["status"] not in adapters.TRAINED:
        raise untrained(target, row)
    refused = ", which its gate refused" if row["status"] == adapters.REFUSED else ""
    return Model(row["arn"], row["arn"], f"Analyzed with the adapter {row['item']}{refused}.")


def _live(target: Target) -> Model:
    with stores_of(target) as stores:
        live = stores.switch.read()["live"]
    if live is None:
        return Model(None, None, "Analyzed with the base model, which is live.")
    return Model(None, live["arn"], f"Analyzed with the adapter {live['name']}, which is live.")
