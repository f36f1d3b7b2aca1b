"""Look at the executions and frames of a stack with a terminal's own clients."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from framewarden import looking, settings
from framewarden.aws.clients import brought
from framewarden.looking import Sources
from local.target import Target

OUTPUTS = {
    "frames_table": "FramesTable",
    "reviews_table": "ReviewsTable",
    "channels_table": "ChannelsTable",
    "evidence_bucket": "EvidenceBucket",
    "state_machine_arn": "StateMachineArn",
    "order_machine_arn": "OrderMachineArn",
    "batch_machine_arn": "BatchMachineArn",
    "adapter_machine_arn": "AdapterMachineArn",
}


@contextmanager
def looking_at(target: Target) -> Iterator[Sources]:
    """Give the sources that the pages of executions and frames read, of a deployed stack."""
    own = {field: target.output(name) for field, name in OUTPUTS.items()}
    with brought(target.client):
        yield looking.sources(settings.ExecutionPage(own))
