"""Tell whether a stack is up, and what on it waits for somebody."""

from __future__ import annotations

from dataclasses import asdict
from datetime import UTC, datetime
from functools import partial
from typing import TYPE_CHECKING, Any

from local import publish
from local.attention import KINDS, adapter_of, entries, problem
from local.audit import Audit
from local.errors import OperatorError
from local.target import Target

if TYPE_CHECKING:
    from framewarden.health import Health

Document = dict[str, Any]
# What `framewarden.settings.HealthPage` is given, by the stack's outputs.
OUTPUTS = {
    "frames_table": "FramesTable",
    "reviews_table": "ReviewsTable",
    "channels_table": "ChannelsTable",
    "outbox_table": "OutboxTable",
    "adapters_table": "AdaptersTable",
    "intake_dead_letters_url": "IntakeDeadLetterQueueUrl",
    "settle_dead_letters_url": "SettleDeadLetterQueueUrl",
}
UNKNOWN = (
    "place",
    "adapter",
    "live",
    "oldest",
    "open_reviews",
    "unscreened",
    "dead_letters",
    *KINDS,
)


def unreachable(reason: str) -> Document:
    """Describe a stack that cannot even be found, in the shape of `health`."""
    return {
        "healthy": False,
        "problems": [reason],
        "stack": None,
        "processes": [],
        "policy": None,
        "frames": None,
        "unknown": [*UNKNOWN],
        **dict.fromkeys(UNKNOWN),
    }


def health(target: Target) -> Document:
    """Look at a stack as the page of health does, and at what only a laptop has.

    `frames` are counted on the laptop only: there the bucket is small. On AWS `framewarden audit`
    counts them.
    """
    seen = looked_at(target, datetime.now(UTC))
    return {
        "healthy": seen.healthy,
        "problems": [problem(trouble, target) for trouble in seen.troubles],
        "stack": target.stack,
        "processes": laptop_processes() if target.is_laptop else [],
        "policy": seen.policy,
        "adapter": adapter_of(seen, target),
        "frames": frame_counts(target) if target.is_laptop else None,
        "open_reviews": seen.open_reviews,
        "unscreened": seen.unscreened,
        "dead_letters": seen.dead_letters,
        "place": seen.place,
        "live": None if seen.live is None else [asdict(one) for one in seen.live],
        "oldest": seen.oldest,
        "unknown": seen.unknown,
        **entries(seen, target),
    }


def looked_at(target: Target, now: datetime) -> Health:
    """Look at a stack with this terminal's own clients."""
    from framewarden import settings
    from framewarden.aws.clients import brought
    from framewarden.health import look

    own = {field: target.output(name) for field, name in OUTPUTS.items()}
    with brought(target.client):
        page = settings.HealthPage(own | {"place_name": target.name})
        return look(page, now, partial(published_policy, target))


def published_policy(target: Target) -> Document:
    """Read which policy is in force; without one every frame ends unscreened.

    Raises
    ------
    PolicyUnavailableError
        None is published, or it cannot be read.
    """
    from framewarden.domain.errors import PolicyUnavailableError

    try:
        published = publish.current(target)
    except OperatorError as reason:
        raise PolicyUnavailableError(str(reason)) from None
    if published is None:
        remedy = f"publish one with: framewarden policy publish FILE{target.option}"
        raise PolicyUnavailableError(f"no policy is published; {remedy}")
    name = published.document.get("name")
    return {"name": name, "version": published.version, "hash": published.hash}


def laptop_processes() -> list[Document]:
    """List the laptop cloud's processes with their memory; `workers` are many."""
    from local.target import running_cloud

    running = running_cloud()
    pids = running.pids
    return [
        {"name": name, "pid": pids.get(name), "resident_bytes": size}
        for name, size in running.memory().items()
    ]


def frame_counts(target: Target) -> dict[str, int]:
    """Count the frames by outcome."""
    audit = Audit(target)
    for _ in audit:
        pass
    return audit.totals()
