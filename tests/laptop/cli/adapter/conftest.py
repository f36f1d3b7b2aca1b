"""A stack with adapters in moto: what people judged, and a machine that ends as a test says."""

import json
from collections.abc import Callable
from typing import Any

import pytest

from framewarden.aws.adapters import LOCK, Adapters
from framewarden.aws.clients import brought
from framewarden.aws.dynamo import typed
from local.target import Target
from tests.laptop.cli.conftest import REGION
from tests.unit.template_reading import Template

PROJECT = f"arn:aws:rekognition:{REGION}:123456789012:project/guard/1700000000000"
LABEL = "Alcoholic Beverages"
TABLE = {
    name: Template().source["Resources"]["BatchesTable"]["Properties"][name]
    for name in ("AttributeDefinitions", "KeySchema", "GlobalSecondaryIndexes", "BillingMode")
}
NONE = {"tp": 0, "tn": 0, "fp": 0, "fn": 0}


def arn_of(name: str) -> str:
    return f"arn:aws:rekognition:{REGION}:123456789012:project/guard/version/{name}/1700000000001"


def tally(tp: int, tn: int, fp: int, fn: int) -> dict[str, int]:
    return {"tp": tp, "tn": tn, "fp": fp, "fn": fn}


BASE, BETTER = tally(10, 14, 12, 4), tally(13, 25, 1, 1)
EVALUATION: dict[str, Any] = {
    "threshold": 50, "trained_on": 120, "images": 40, "f1": 0.93, "base": BASE, "adapter": BETTER,
    "labels": [{"label": LABEL, "base": BASE, "adapter": BETTER, "thresholds": []}],
    "thresholds": [
        {"threshold": at, "base": tally(10, 14, 40 - at // 5, 4 + at // 5), "adapter": BETTER}
        for at in range(5, 105, 5)
    ],
}  # fmt: skip
CHECK: dict[str, Any] = {
    "images": 12, "missed": 1, "threshold": 50, "base": tally(4, 5, 3, 0),
    "adapter": tally(4, 7, 1, 0),
    "labels": [{"label": LABEL, "base": tally(4, 5, 3, 0), "adapter": tally(4, 7, 1, 0)}],
}  # fmt: skip
READINESS: dict[str, Any] = {
    "threshold": 50, "images": 160, "sources": 16, "train": 120, "test": 40, "live": 12,
    "ready": True, "training": [LABEL], "lacks": [], "left_out": {"counts": {}, "first": []},
    "labels": [
        {"label": LABEL, "true_positives": 40, "false_positives": 40, "false_negatives": 12,
         "true_negatives": 68, "unjudged": 0, "enough": True, "lacks": []},
    ],
}  # fmt: skip
TRAINED: dict[str, Any] = {
    "project": PROJECT, "evaluation": EVALUATION, "live_check": CHECK, "readiness": READINESS,
    "ended_at": "2026-11-22T08:31:00.000Z", "billable_seconds": 1_200,
    "manifests": {name: {"key": f"{name}.jsonl", "images": n}
                  for name, n in (("train", 120), ("test", 40), ("live", 12))},
    "gate": {"passed": True, "said": ["2 errors instead of 16 on the test images"], "test": {},
             "live": None},
}  # fmt: skip


class Desk:
    """Keeps rows as the stack does, and answers as Step Functions and Rekognition do.

    The adapter of an execution that is started becomes what `becomes` says at once; `statuses` are
    what Rekognition says of versions.
    """

    def __init__(self, target: Target) -> None:
        self.target = target
        self.started: list[tuple[str, dict[str, Any]]] = []
        self.becomes: dict[str, Any] = {"status": "passed", **TRAINED}
        self.statuses: dict[str, str] = {}
        target.clients["stepfunctions"] = self
        target.clients["rekognition"] = self

    def start_execution(self, **asked: str) -> dict[str, Any]:
        assert asked["stateMachineArn"] == self.target.output("AdapterMachineArn")
        given = json.loads(asked["input"])
        self.started.append((asked["name"], given))
        with brought(self.target.client):
            store = Adapters("Adapters")
            arn = {"arn": arn_of(given["adapter"])} if "evaluation" in self.becomes else {}
            store.change(given["adapter"], {**self.becomes, **arn})
        return {"executionArn": asked["name"]}

    def describe_project_versions(self, **asked: Any) -> dict[str, Any]:
        [name] = asked["VersionNames"]
        status = self.statuses.get(name, "TRAINING_COMPLETED")
        told = {"ProjectVersionArn": arn_of(name), "Status": status}
        return {"ProjectVersionDescriptions": [told]}

    def row(self, name: str, status: str = "passed", **row: Any) -> None:
        """Keep an adapter."""
        standard = {
            "kind": "adapter", "item": name, "status": status, "attempt": 1, "account": None,
            "execution": f"adapter-{name}-1", "by": "Ada", "threshold": 50, "hours": 24,
            "labels": None, "started_at": "2026-11-22T08:00:00.000Z", "until": 1_795_420_800,
        }  # fmt: skip
        trained = {**TRAINED, "arn": arn_of(name)} if status in ("passed", "refused") else {}
        self.put({**standard, **trained, **row})

    def live(self, name: str | None, *before: str | None, **row: Any) -> None:
        """Turn the switch."""
        slots = [one and {"name": one, "arn": arn_of(one)} for one in (name, *before)]
        standard = {
            "kind": "switch", "item": "live", "live": slots[0], "stack": slots[1:], "shadow": None,
            "rev": 3, "since": "2026-11-22T09:00:00.000Z", "by": "Ada",
        }  # fmt: skip
        self.put(standard | row)

    def locked(self, name: str) -> None:
        """Let an adapter be trained."""
        self.put({**LOCK, "name": name, "until": 4_000_000_000})

    def put(self, row: dict[str, Any], table: str = "Adapters") -> None:
        self.target.client("dynamodb").put_item(TableName=table, Item=typed(row))

    def switch(self) -> dict[str, Any]:
        from framewarden.aws.adapter_switch import AdapterSwitch

        with brought(self.target.client):
            return AdapterSwitch("Adapters").read()

    def get(self, name: str) -> dict[str, Any]:
        with brought(self.target.client):
            return Adapters("Adapters").get(name) or {}

    def judged(self, images: int = 90, sources: int = 9, denied: int = 60) -> None:
        """Let somebody judge images in which the model found alcohol; the first are without."""
        for number in range(images):
            found = {"name": LABEL, "parent": "Alcohol", "level": 2, "confidence": 88.5}
            kind = "denied" if number % images < denied else "confirmed"
            bucket, key = "photos", f"{number % sources}/{number}.jpg"
            self.put(
                {
                    "batch": "b1#alcohol", "item": f"image#{number:06}#{number:x}",
                    "example": "labels", "at": f"2026-11-22T08:00:{number % 60:02}.000Z",
                    "bucket": bucket, "key": key, "ref": f"s3://{bucket}/{key}",
                    "labels": [found], "decision": "allow", "by": "Ada", "account": None,
                    "labels_judged": {"confirmed": [], "denied": [], "added": [], kind: [LABEL]},
                    "adapter": None,
                },
                "Batches",
            )  # fmt: skip


@pytest.fixture
def desk(furnished: Target) -> Desk:
    furnished.outputs["BatchesTable"] = "Batches"
    dynamodb = furnished.client("dynamodb")
    if "Batches" not in dynamodb.list_tables()["TableNames"]:
        dynamodb.create_table(TableName="Batches", **TABLE)
    return Desk(furnished)


@pytest.fixture
def told(run: Callable[..., Any]) -> Callable[..., Any]:
    """Run a command with --json, and read what it wrote."""

    def command(*arguments: str) -> Any:
        done = run("adapter", *arguments, "--json")
        assert done.exception is None or isinstance(done.exception, SystemExit), done.stderr
        return json.loads(done.stdout)

    return command
