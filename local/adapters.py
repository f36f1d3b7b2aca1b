"""Read the adapters of a stack and the switch, and describe them."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from framewarden import settings
from framewarden.aws import adapter_health
from framewarden.aws.adapter_switch import AdapterSwitch
from framewarden.aws.adapters import Adapters
from framewarden.aws.clients import brought
from framewarden.console.adapter_drawing import errors
from framewarden.console.adapter_words import status_words
from framewarden.domain.policy_document import closest
from framewarden.domain.times import iso
from local.errors import OperatorError
from local.tables import Row
from local.target import Target

OUTPUTS = {
    "adapters_table": "AdaptersTable",
    "batches_table": "BatchesTable",
    "reviews_table": "ReviewsTable",
    "channels_table": "ChannelsTable",
    "adapter_machine_arn": "AdapterMachineArn",
}
# What is shown of the record of who changed what, and of where a shadow disagreed.
EVENTS, DISAGREEMENTS = 50, 50
SILENT = "CRITICAL"

Document = dict[str, Any]
FACTS = (
    *("status", "attempt", "execution", "by", "account", "started_at", "ended_at", "hours"),
    *("threshold", "labels", "arn", "project", "training_since", "rekognition_status"),
    *("trained_at", "billable_seconds", "failure", "readiness", "manifests", "evaluation"),
    *("gate", "live_check"),
)
EVENT_FACTS = ("at", "act", "name", "was", "by", "account", "passed_over")
HEALTH = ("arn", "status", "checked_at", "deprecated_at", "expires_from")
DISAGREED = (
    *("at", "frame_id", "bucket", "key", "version_id", "channel"),
    *("live_by", "live", "shadow"),
)


@dataclass(frozen=True)
class Stores:
    """The Adapters table of a stack, and what readiness, training and the switch need."""

    own: settings.Adapting
    adapters: Adapters
    switch: AdapterSwitch


@contextmanager
def stores_of(target: Target) -> Iterator[Stores]:
    """Give what commands about adapters read and write, with the terminal's own clients."""
    own = {field: target.output(name) for field, name in OUTPUTS.items()}
    table = own["adapters_table"]
    with brought(target.client):
        yield Stores(settings.Adapting(own), Adapters(table), AdapterSwitch(table))


@contextmanager
def acting_on(target: Target) -> Iterator[Stores]:
    """Give the same to what acts: its log is of CloudWatch, and nothing on a terminal's stdout."""
    from framewarden.observability import logger

    level = logger.log_level
    logger.setLevel(SILENT)
    try:
        with stores_of(target) as stores:
            yield stores
    finally:
        logger.setLevel(level)


def account_of(target: Target) -> str:
    """Return the AWS account of a stack."""
    return target.output("AdapterMachineArn").split(":")[4]


def find(target: Target, store: Adapters, name: str) -> Row:
    """Read the adapter of a name.

    Raises
    ------
    OperatorError
        None is called so.
    """
    row = store.get(name) if name else None
    if row is None:
        near = closest(name, [one["item"] for one in store.all()])
        raise OperatorError(
            f"There is no adapter {name} on {target.name}{near}.",
            f"See which there are with: framewarden adapter show{target.option}",
        )
    return row


def untrained(target: Target, row: Row) -> OperatorError:
    """Say that an adapter cannot answer, and where it says why."""
    return OperatorError(
        f"The adapter {row['item']} has not been trained ({status_words(row).word}).",
        f"See why with: framewarden adapter show {row['item']}{target.option}",
    )


def page_of(target: Target, path: str) -> str:
    """Return the address of a page of the desk, from its path."""
    return f"{target.console_url}/{path}"


def overview(target: Target, stores: Stores) -> Document:
    """Describe what is live, who changed that, and every adapter in a line."""
    switch, now = stores.switch.read(), int(datetime.now(UTC).timestamp())
    events = [
        {name: one.get(name) for name in EVENT_FACTS} for one in stores.adapters.events(EVENTS)
    ]
    return {
        **switched(switch),
        "live_since": switch.get("since"),
        "live_by": switch.get("by"),
        "training": stores.adapters.training(now),
        "health": _health(stores, switch),
        "adapters": [summary(row, switch) for row in stores.adapters.all()],
        "events": events,
        "url": page_of(target, "adapters"),
    }


def summary(row: Row, switch: Row) -> Document:
    """Describe an adapter in a line."""
    evaluation, gate = row.get("evaluation"), row.get("gate")
    return {
        "name": row["item"],
        "status": row["status"],
        "attempt": row["attempt"],
        "by": row["by"],
        "started_at": row["started_at"],
        "ended_at": row.get("ended_at"),
        "arn": row.get("arn"),
        "labels": (row.get("readiness") or {}).get("training") or row.get("labels") or [],
        "passed": gate["passed"] if gate else None,
        "base_errors": errors(evaluation["base"]) if evaluation else None,
        "adapter_errors": errors(evaluation["adapter"]) if evaluation else None,
        **_role(row["item"], switch),
    }


def document(target: Target, stores: Stores, row: Row) -> Document:
    """Describe all that may be known of an adapter."""
    name, switch = row["item"], stores.switch.read()
    counts = stores.switch.shadow_counts(name)
    return {
        "name": name,
        **{fact: row.get(fact) for fact in FACTS},
        "until": iso(datetime.fromtimestamp(int(row["until"]), UTC)),
        **_role(name, switch),
        "shadow": {
            **{one: int(counts.get(one, 0)) for one in ("frames", "disagreed", "missed")},
            "disagreements": [
                {fact: one.get(fact) for fact in DISAGREED}
                for one in stores.switch.disagreements(name, DISAGREEMENTS)
            ],
        },
        "url": page_of(target, f"adapters/{name}"),
    }


def switched(switch: Row) -> Document:
    """Describe what is live, what was live before, the last one last, and what is in the shadow."""
    return {"live": switch["live"], "before": switch["stack"], "shadow": switch["shadow"]}


def _health(stores: Stores, switch: Row) -> Document | None:
    """Tell how the live adapter stood with Rekognition when it was looked at last."""
    row = adapter_health.read(stores.own.adapters_table)
    if row is None or row.get("arn") != (switch["live"] or {}).get("arn"):
        return None
    return {name: row.get(name) for name in HEALTH}


def _role(name: str, switch: Row) -> Document:
    """Tell whether an adapter is live, and for which share of frames it is in the shadow."""
    shadow = switch["shadow"] or {}
    return {
        "live": bool(switch["live"]) and switch["live"]["name"] == name,
        "shadow_share": shadow["share"] if shadow.get("name") == name else None,
    }
