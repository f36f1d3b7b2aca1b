"""Bring together what executions and frames are looked up in; nothing here changes anything."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial
from typing import Any

from framewarden import settings
from framewarden.aws import evidence
from framewarden.aws.channels import Channels
from framewarden.aws.executions import Executions
from framewarden.aws.frame_search import FrameSearch
from framewarden.aws.review_queue import ReviewQueue
from framewarden.domain import adapters, batch_lists, frames

MODERATE, ORDER, BATCH, ADAPTER = "moderate", "order", "batch", "adapter"
"""What our machines are called in addresses and commands."""
_NAMES = {
    MODERATE: frames.read_execution_name,
    BATCH: batch_lists.read_run,
    ADAPTER: adapters.read_execution_name,
}


@dataclass(frozen=True)
class Sources:
    """Everything that tells what happened; `story` reads a frame's story by its key."""

    executions: Executions
    frames: FrameSearch
    reviews: ReviewQueue
    channels: Channels
    story: Callable[[str], Mapping[str, Any] | None]


def sources(own: settings.ExecutionPage) -> Sources:
    """Return the sources of a deployed stack."""
    return Sources(
        Executions(
            {
                MODERATE: own.state_machine_arn,
                ORDER: own.order_machine_arn,
                BATCH: own.batch_machine_arn,
                ADAPTER: own.adapter_machine_arn,
            }
        ),
        FrameSearch(own.frames_table),
        ReviewQueue(own.reviews_table),
        Channels(own.channels_table),
        partial(evidence.read, own.evidence_bucket),
    )


def run_of(machine: str, name: str | None) -> tuple[str, int] | None:
    """Return the frame, batch or adapter that an execution is of, and its attempt.

    None of an order, and of an execution that we gave no name.
    """
    read = _NAMES.get(machine)
    return read(name) if read and name else None
