"""Have batches started, cancelled and resumed, by the function that does so for everybody."""

from __future__ import annotations

import json
import secrets
from typing import Any

from local.errors import OperatorError
from local.target import Target

# Failures whose message is for whoever asked, remedy included.
WORDED = frozenset(
    {
        "BatchRefusedError",
        "ManifestInvalidError",
        "PolicyInvalidError",
        "PolicyUnavailableError",
    }
)
# As many as an API call has a hundred times over; Lambda takes 6 MB of a request.
MOST_BYTES = 6 * 1024 * 1024

Document = dict[str, Any]


def new_id() -> str:
    """Name a new batch: whoever runs a manifest again wants it judged again."""
    return secrets.token_hex(10)


def start(target: Target, asked: Document) -> Document:
    """Start a batch; a repeated call with the same id starts nothing twice.

    Raises
    ------
    OperatorError
        It is refused.
    """
    return _order(target, {"batch": {**asked, "via": "cli"}})


def cancel(target: Target, batch_id: str, by: str) -> Document:
    """Cancel a batch; what was answered is kept.

    Raises
    ------
    OperatorError
        It has ended.
    """
    return _order(target, {"cancel": {"batch_id": batch_id, "by": by}})


def resume(target: Target, batch_id: str, by: str, ceiling: int | None = None) -> Document:
    """Go on with a batch that paused, was cancelled, or failed.

    Raises
    ------
    OperatorError
        It stands otherwise.
    """
    asked: Document = {"batch_id": batch_id, "by": by}
    if ceiling is not None:
        asked["ceiling"] = ceiling
    return _order(target, {"resume": asked})


def _order(target: Target, asked: Document) -> Document:
    payload = json.dumps(asked).encode()
    if len(payload) > MOST_BYTES:
        raise OperatorError("The request is larger than Lambda takes.", "Shorten the policy.")
    reply = target.client("lambda").invoke(
        FunctionName=target.output("StartBatchFunction"),
        InvocationType="RequestResponse",
        Payload=payload,
    )
    answer: Document = json.loads(reply["Payload"].read() or b"null") or {}
    if not reply.get("FunctionError"):
        return answer
    kind, said = answer.get("errorType"), str(answer.get("errorMessage"))
    if kind in WORDED:
        raise OperatorError(said)
    raise OperatorError(
        f"The stack could not do it: {kind}: {said}.",
        f"Try again, and see its health with: framewarden status{target.option}",
    )
