"""Train and promote an adapter on a laptop cloud, for the README's pictures of it."""

from __future__ import annotations

import json
import secrets
import time
from collections.abc import Callable
from datetime import UTC, datetime

from framewarden.adapting import start
from framewarden.aws.batch_store import Batches
from framewarden.aws.clients import brought
from framewarden.domain import adapters
from framewarden.switching import promote
from local.adapters import acting_on
from local.batch_manifest import LocalManifest
from local.errors import OperatorError
from local.policy_file import load
from local.tables import Row
from local.target import Target
from local.verify_people import judge
from local.verify_samples import FOLDER, MANIFEST, POLICY, TRUTH

NAME, BY = "bottles", "Lea"
# Seconds until 160 pictures are analyzed, and again until an adapter is trained on them.
WAIT = 120.0


def train(target: Target) -> str:
    """Moderate the samples, say what each shows, and train an adapter; return its name."""
    batch_id = _moderated(target)
    judge(target, batch_id, json.loads((FOLDER / TRUTH).read_text()), BY)
    with acting_on(target) as stores:
        start({"name": NAME, "by": BY}, stores.own, datetime.now(UTC))

        def passed() -> Row | None:
            row = stores.adapters.get(NAME) or {}
            return row if row.get("status") == adapters.PASSED else None

        _patiently(passed, "No adapter was trained")
    return NAME


def make_live(target: Target) -> None:
    """Promote it."""
    with acting_on(target) as stores:
        promote(NAME, BY, datetime.now(UTC), stores.own)


def _moderated(target: Target) -> str:
    batch_id = secrets.token_hex(10)
    with brought(target.client):
        placed = LocalManifest(target, FOLDER / MANIFEST).ready(batch_id, lambda how: None)
        asked = {"batch_id": batch_id, "name": "verify", "by": BY, "via": "cli", **placed}
        target.client("lambda").invoke(
            FunctionName=target.output("StartBatchFunction"),
            Payload=json.dumps({"batch": {**asked, "policy": load(FOLDER / POLICY)}}).encode(),
        )
        store = Batches(target.output("BatchesTable"))

        def ended() -> Row | None:
            row = store.get(batch_id) or {}
            return row if row.get("ended_at") else None

        _patiently(ended, "The samples were not moderated")
    return batch_id


def _patiently(found: Callable[[], Row | None], otherwise: str) -> Row:
    end = time.monotonic() + WAIT
    while time.monotonic() < end:
        row = found()
        if row:
            return row
        time.sleep(0.2)
    raise OperatorError(f"{otherwise} within {WAIT:.0f} s.", "Try again on a quieter machine.")
