"""Train and promote an adapter on a laptop cloud, for the README's pictures of it."""

from __future__ import annotations

import json
import secrets
from datetime import UTC, datetime

from framewarden.adapting import start
from framewarden.aws.batch_store import Batches
from framewarden.aws.clients import brought
from framewarden.domain import adapters
from framewarden.switching import promote
from local.adapters import acting_on
from local.batch_manifest import LocalManifest
from local.policy_file import load
from local.screenshots_stage import await_batch, patiently
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

        patiently(passed, "No adapter was trained", WAIT)
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
        await_batch(Batches(target.output("BatchesTable")), batch_id, WAIT)
    return batch_id
