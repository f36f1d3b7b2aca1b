"""Tell whether a stack is up, and what on it waits for somebody."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from local import publish
from local.attention import UNKNOWN, needed
from local.audit import Audit
from local.errors import OperatorError
from local.tables import query
from local.target import Target

Document = dict[str, Any]


def unreachable(reason: str) -> Document:
    """Describe a stack that cannot even be found, in the shape of `health`."""
    return {
        "healthy": False,
        "problems": [reason],
        "stack": None,
        "processes": [],
        "policy": None,
        "frames": None,
        "open_reviews": None,
        "unscreened": None,
        "dead_letters": None,
        **UNKNOWN,
    }


def health(target: Target) -> Document:
    """Look at a stack.

    It is not healthy without a policy, with a stop that failed or hangs, with a live channel whose
    frames do not come, or with a message that was given up.

    `frames` and `unscreened` are counted on the laptop only: there the bucket is small. On AWS
    `framewarden audit` counts them.
    """
    policy, problem = published_policy(target)
    waiting, wrong = needed(target, datetime.now(UTC))
    problems = [problem, *wrong] if problem else wrong
    frames = frame_counts(target) if target.is_laptop else None
    return {
        "healthy": not problems,
        "problems": problems,
        "stack": target.stack,
        "processes": laptop_processes() if target.is_laptop else [],
        "policy": policy,
        "frames": frames,
        "open_reviews": open_reviews(target),
        "unscreened": frames["unscreened"] if frames else None,
        "dead_letters": dead_letters(target),
        **waiting,
    }


def published_policy(target: Target) -> tuple[Document | None, str | None]:
    """Read which policy is in force; without one every frame ends unscreened."""
    remedy = f"publish one with: framewarden policy publish FILE{target.option}"
    try:
        published = publish.current(target)
    except OperatorError as reason:
        return None, str(reason)
    if published is None:
        return None, f"no policy is published; {remedy}"
    name = published.document.get("name")
    return {"name": name, "version": published.version, "hash": published.hash}, None


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


def open_reviews(target: Target) -> int:
    """Count the reviews that wait for a decision."""
    table, dynamodb = target.output("ReviewsTable"), target.client("dynamodb")
    return sum(1 for _ in query(dynamodb, table, "open", "open", "review"))


def dead_letters(target: Target) -> int:
    """Count the frames that intake could not admit, roughly, as SQS does."""
    answer = target.client("sqs").get_queue_attributes(
        QueueUrl=target.output("IntakeDeadLetterQueueUrl"),
        AttributeNames=["ApproximateNumberOfMessages"],
    )
    return int(answer["Attributes"]["ApproximateNumberOfMessages"])
