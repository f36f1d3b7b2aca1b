"""Train adapters on the laptop cloud: judge drawn pictures, run the command line, read the rows."""

from __future__ import annotations

import json
import os
import subprocess
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

from framewarden.aws.dynamo import typed, untyped
from framewarden.domain import adapters
from local.policy_file import load
from local.verify_people import judge
from local.verify_samples import (
    ALCOHOL,
    ANSWERS,
    CLEAR,
    FOLDER,
    LABEL,
    POLICY,
    SOFT,
    TRUTH,
    Sample,
    samples,
    write,
)
from tests.workflow.batching import Batching
from tests.workflow.conftest import LABEL_RULES, PHOTOS

if TYPE_CHECKING:
    from tests.workflow.conftest import Desk

Row = dict[str, Any]
ROOT = Path(__file__).parents[2]
PATIENCE = 120.0
POLICY_SECONDS = 11  # a worker reads the policy anew after ten
RULE = {"name": "alcohol", "label": LABEL, "min_confidence": 50, "severity": "medium"}


class Samples:
    """A set of drawn pictures, each place in a folder of a bucket, and answers for all of them."""

    def __init__(self, desk: Desk, which: str, folder: Path) -> None:
        self.desk, self.batching = desk, Batching(desk)
        if which == CLEAR:
            folder = FOLDER
        else:
            write(folder, which)
        self.folder = folder
        self.truth: dict[str, list[str]] = json.loads((folder / TRUTH).read_text())
        record(desk, json.loads((folder / ANSWERS).read_text()))
        self.refs = {file: self._put(file) for file in self.truth}

    def _put(self, file: str) -> str:
        return self.batching.picture(file, (self.folder / file).read_bytes())

    def batch(self, *files: str, **more: Any) -> str:
        """Moderate pictures as a batch, all of them unless some are named; return its id."""
        refs = [self.refs[file] for file in files or self.truth]
        policy = load(self.folder / POLICY)
        manifest = self.batching.manifest(*refs)
        batch_id = self.batching.start(manifest, policy=policy, ceiling=len(refs), **more)
        assert self.batching.ended(batch_id)["status"] == "done"
        return batch_id

    def judged(self, *files: str) -> str:
        """Moderate pictures, and say what each shows."""
        batch_id = self.batch(*files)
        count = judge(self.desk.target, batch_id, self.truth, by="vera")
        assert count == len(files or self.truth)
        return batch_id

    def shown_in(self, place: str) -> str:
        """Return where a place's pictures lie."""
        return f"{PHOTOS}/{self.batching.folder}/{place}"


def wrong() -> Iterator[tuple[Sample, bytes]]:
    """Give the pictures that the base model is wrong about, as `framewarden up` knows them."""
    for sample in samples():
        if sample.shows == SOFT:
            yield sample, (FOLDER / sample.file).read_bytes()


def right() -> bytes:
    """Return a picture of what the base model is right about."""
    return next((FOLDER / one.file).read_bytes() for one in samples() if one.shows == ALCOHOL)


def record(desk: Desk, answers: Row) -> None:
    """Have Rekognition answer so about some files, beside those that it knows."""
    request = urllib.request.Request(
        f"{desk.cloud.moto_endpoint}/_framewarden/recorded",
        data=json.dumps(answers).encode(),
        headers={"Content-Type": "application/json"},
        method="PATCH",
    )
    urllib.request.urlopen(request, timeout=10).close()


def forget_examples(desk: Desk) -> None:
    """Take away everything that people said of labels so far, by whichever test."""
    dynamodb, table = desk.client("dynamodb"), desk.target.output("BatchesTable")
    pages = dynamodb.get_paginator("query").paginate(
        TableName=table,
        IndexName="by_example",
        KeyConditionExpression="example = :labels",
        ExpressionAttributeValues=typed({":labels": "labels"}),
    )
    for item in [item for page in pages for item in page["Items"]]:
        key = {name: item[name] for name in ("batch", "item")}
        dynamodb.update_item(TableName=table, Key=key, UpdateExpression="REMOVE example")


def command(desk: Desk, *arguments: str, code: int = 0) -> Any:
    """Run `framewarden ... --json`, and return what it prints; `code` is what it must exit with."""
    done = said(desk, *arguments, "--json", code=code)
    return json.loads(done.stdout) if done.stdout.strip() else None


def said(desk: Desk, *arguments: str, code: int = 0) -> subprocess.CompletedProcess[str]:
    """Run `framewarden` to its end."""
    done = subprocess.run(
        [str(ROOT / ".venv/bin/framewarden"), *arguments],
        cwd=ROOT,
        env=dict(os.environ),
        capture_output=True,
        text=True,
        stdin=subprocess.DEVNULL,
        timeout=PATIENCE,
        check=False,
    )
    assert done.returncode == code, f"{arguments}: {done.stdout}\n{done.stderr}"
    return done


def row(desk: Desk, name: str) -> Row:
    """Return an adapter's row."""
    return item(desk, "adapter", name)


def switch(desk: Desk) -> Row:
    """Return what says which adapter is live."""
    return item(desk, "switch", "live")


def item(desk: Desk, kind: str, name: str) -> Row:
    """Read the Adapters table."""
    answer = desk.client("dynamodb").get_item(
        TableName=desk.target.output("AdaptersTable"),
        Key=typed({"kind": kind, "item": name}),
        ConsistentRead=True,
    )
    return untyped(answer.get("Item", {}))


def change(desk: Desk, name: str, **changes: Any) -> None:
    """Change an adapter's row, as time would."""
    desk.client("dynamodb").update_item(
        TableName=desk.target.output("AdaptersTable"),
        Key=typed({"kind": "adapter", "item": name}),
        UpdateExpression="SET " + ", ".join(f"#{field} = :{field}" for field in changes),
        ExpressionAttributeNames={f"#{field}": field for field in changes},
        ExpressionAttributeValues=typed({f":{field}": one for field, one in changes.items()}),
    )


def ended(desk: Desk, name: str) -> Row:
    """Wait until an adapter is trained, or is not, and return its row."""
    desk.wait(lambda: row(desk, name).get("status") in adapters.ENDED, f"{name} ends", PATIENCE)
    return row(desk, name)


@contextmanager
def steered(desk: Desk, training: str) -> Iterator[None]:
    """Have every training of the laptop's Rekognition go as it says for a while."""
    desk.control("adapters", training=training)
    try:
        yield
    finally:
        desk.control("adapters", training="normal")


@contextmanager
def alcohol_policy(desk: Desk) -> Iterator[None]:
    """Let people be asked about alcohol on top of what the other tests ask them about."""
    rules = [
        {"name": f"explicit-{word}", "label": "Explicit", "min_confidence": least, "severity": word}
        for least, word in LABEL_RULES
    ]
    desk.publish(rules=[*rules, RULE])
    time.sleep(POLICY_SECONDS)
    try:
        yield
    finally:
        desk.publish()
        time.sleep(POLICY_SECONDS)


def upload(desk: Desk, name: str, body: bytes) -> Row:
    """Upload a picture, and return its frame's row once it is judged, or waits for people."""
    frame = desk.upload(name, body)

    def there() -> Row | None:
        found = desk.frame(frame)
        return found if found.get("outcome") or found.get("review_id") else None

    return dict(desk.wait(there, "the picture is judged"))
