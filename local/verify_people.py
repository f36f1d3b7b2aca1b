"""Say of the pictures in `samples/verify/` what each really shows, in a batch of the laptop cloud.

Run as `python -m local.verify_people [BATCH]`, after a batch of them; without BATCH it takes the
one begun last. It does what a person does on the batch's page, for whoever has no patience for 160
pictures, and on a laptop cloud only: elsewhere people decide, and nobody for them.
"""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path

from framewarden import settings
from framewarden.aws.batch_images import name_of
from framewarden.aws.batch_store import Batches
from framewarden.aws.clients import brought
from framewarden.aws.dynamo import Row
from framewarden.console.label_form import CONFIRM, DENY, Judged
from framewarden.domain.verification import ALLOW, BLOCK, rev_of
from framewarden.verifying import Verifying, Wanted
from local.cli.output import say
from local.errors import OperatorError
from local.target import Target, laptop
from local.verify_samples import FOLDER, TRUTH

Truth = Mapping[str, Sequence[str]]
"""The labels that are really in a picture, by its place below the folder of the samples."""

NAME = "samples"


def judge(target: Target, batch_id: str, truth: Truth, by: str = NAME) -> int:
    """Decide every picture of a batch that the truth knows, and return how many were written.

    Raises
    ------
    OperatorError
        It is not the laptop cloud.
    """
    if not target.is_laptop:
        raise OperatorError(
            f"In {target.name} people decide what pictures show.",
            "Open the desk, and look at them.",
        )
    tables = {name: target.output(name) for name in ("BatchesTable", "ReviewsTable")}
    desk = Verifying(
        settings.BatchPage(
            {"batches_table": tables["BatchesTable"], "reviews_table": tables["ReviewsTable"]}
        )
    )
    now, written = datetime.now(UTC), 0
    with brought(target.client):
        for rule in Batches(tables["BatchesTable"]).rules(batch_id):
            first: str | None = ""
            while first is not None:
                screen = desk.page(batch_id, rule["rule"], first)
                rows = screen.rows if screen else ()
                wanted = {name_of(row): one for row in rows if (one := _said(row, truth))}
                saved = desk.save(batch_id, rule["rule"], wanted, by, None, now) if wanted else None
                written += saved.written if saved else 0
                first = next(iter(screen.following), None) if screen else None
    return written


def _said(row: Row, truth: Truth) -> Wanted | None:
    """Return what to say of a picture; None where the truth does not know it."""
    shown = next(
        (labels for file, labels in truth.items() if row["key"].endswith(f"/{file}")), None
    )
    if shown is None:
        return None
    found = [str(label["name"]) for label in row.get("labels") or ()]
    said = {name: CONFIRM if name in shown else DENY for name in found}
    further = tuple(name for name in shown if name not in found)
    return Wanted(rev_of(row), BLOCK if shown else ALLOW, Judged(said, further))


def last_batch(target: Target) -> str:
    """Return the batch that was begun last.

    Raises
    ------
    OperatorError
        There is none.
    """
    with brought(target.client):
        rows, _ = Batches(target.output("BatchesTable")).latest(1)
    if not rows:
        raise OperatorError(
            "No batch was begun yet.",
            "Begin one with: framewarden batch run samples/verify/manifest.jsonl "
            "--policy samples/verify/policy.yaml",
        )
    return str(rows[0]["batch"])


def main(arguments: Sequence[str] | None = None) -> int:
    """Judge the samples, and return the exit code."""
    parser = argparse.ArgumentParser(
        prog="python -m local.verify_people", description=(__doc__ or "").partition("\n")[0]
    )
    parser.add_argument("batch", nargs="?", metavar="BATCH", help="a batch's whole id")
    parser.add_argument("--samples", type=Path, default=FOLDER, metavar="FOLDER")
    given = parser.parse_args(arguments)
    try:
        truth: Truth = json.loads((given.samples / TRUTH).read_text())
        target = laptop()
        batch_id = given.batch or last_batch(target)
        say(f"Judged {judge(target, batch_id, truth)} pictures of batch {batch_id}.")
    except OperatorError as failure:
        say(str(failure))
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
