"""Give an attempt of a batch its execution, and say how the batch stands then."""

from typing import Any

from framewarden import settings
from framewarden.aws import messages
from framewarden.aws.batch_store import Batches
from framewarden.aws.dynamo import Row
from framewarden.domain import batches
from framewarden.domain.errors import BatchRefusedError
from framewarden.observability import logger

Document = dict[str, Any]


def known(batch_id: str, store: Batches) -> Row:
    """Return a batch's row.

    Raises
    ------
    BatchRefusedError
        There is no such batch.
    """
    row = store.get(batch_id)
    if row is None:
        raise BatchRefusedError(
            f"there is no batch {batch_id}: `framewarden batch list` shows those there are"
        )
    return row


def launch(row: Row, store: Batches, own: settings.StartBatch) -> Document:
    """Start the execution of a batch that is starting, and say that it runs.

    The first step of the execution says so too: whoever dies here leaves a batch that runs.
    """
    new = execute(row, own)
    running = store.change(
        row["batch"],
        {"status": batches.RUNNING},
        only=[batches.STARTING],
        attempt=int(row["attempt"]),
    )
    return answer(running or known(row["batch"], store), started=new)


def execute(row: Row, own: settings.StartBatch) -> bool:
    """Start the execution of a batch's attempt; False where it was started before."""
    batch_id, attempt = row["batch"], int(row["attempt"])
    document = {"batch_id": batch_id, "attempt": attempt}
    new = messages.start(own.batch_machine_arn, row["execution"], document)
    logger.info("batch started", extra={"batch": batch_id, "attempt": attempt, "new": new})
    return new


def answer(row: Row, *, started: bool) -> Document:
    """Return what whoever asked is told."""
    return {
        "batch_id": row["batch"],
        "started": started,
        "execution": row["execution"],
        "status": row["status"],
    }
