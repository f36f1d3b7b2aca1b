"""`framewarden batch run --adapter`: an ARN, a name, the base model, or what is live."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from typer.testing import Result

from framewarden.aws.dynamo import typed
from tests.laptop.cli.batch.conftest import COUNTS

Run = Callable[..., Result]
ARN = "arn:aws:rekognition:us-east-1:123456789012:project/guard/version/v1/1700000000001"


@pytest.fixture
def photos(stack: Any) -> Any:
    """A prefix with an image, and an adapter that the gate let pass."""
    stack.store("photos", "a/1.jpg")
    _keep(stack, "adapter", "v1", status="passed", arn=ARN)
    return stack


def _keep(there: Any, kind: str, item: str, **row: Any) -> None:
    row = {"started_at": "2026-11-22T08:00:00.000Z"} | row
    there.target.client("dynamodb").put_item(
        TableName="Adapters", Item=typed({"kind": kind, "item": item, **row})
    )


@pytest.mark.parametrize(
    ("given", "asked", "said"),
    [
        (ARN, ARN, "Analyzed with the adapter v1."),
        ("v1", ARN, "Analyzed with the adapter v1."),
        ("base", "base", "Analyzed with the base model."),
    ],
)
def test_the_model_is_named(run: Run, photos: Any, given: str, asked: str, said: str) -> None:
    done = run("batch", "run", "s3://photos/a/", "--adapter", given, "--yes")
    assert done.exit_code == 0, done.stderr
    assert photos.asked[0]["batch"]["adapter"] == asked
    assert said in done.stderr
    assert ("An adapter has a price of its own" in done.stderr) is (asked == ARN)


def test_by_default_it_is_what_is_live(run: Run, photos: Any) -> None:
    done = run("batch", "run", "s3://photos/a/", "--yes")
    assert "Analyzed with the base model, which is live." in done.stderr
    _keep(photos, "switch", "live", live={"name": "v1", "arn": ARN}, stack=[None], rev=1)
    done = run("batch", "run", "s3://photos/a/", "--yes")
    assert "Analyzed with the adapter v1, which is live." in done.stderr
    assert "An adapter has a price of its own" in done.stderr
    assert all("adapter" not in one["batch"] for one in photos.asked)  # the stack reads the switch
    done = run("batch", "run", "s3://photos/a/", "--dry-run", "--json")
    assert json.loads(done.stdout)["adapter"] == ARN


def test_one_that_its_gate_refused_may_be_tried(run: Run, photos: Any) -> None:
    _keep(photos, "adapter", "v1", status="refused", arn=ARN)
    done = run("batch", "run", "s3://photos/a/", "--adapter", "v1", "--yes")
    assert "with the adapter v1, which its gate refused." in done.stderr


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ("v2", "There is no adapter v2 on guard in us-east-1"),
        ("v3", "The adapter v3 has not been trained (being trained)."),
        (ARN.replace("us-east-1", "eu-west-1"), "is in eu-west-1, and this stack in us-east-1"),
        (ARN.replace("123456789012", "210987654321"), "belongs to the account 210987654321"),
        ("arn:aws:rekognition:nonsense", "an adapter is named by its ARN"),
    ],
)
def test_what_cannot_answer_is_refused_before_anything_is_sent(
    run: Run, photos: Any, tmp_path: Path, given: str, said: str
) -> None:
    _keep(photos, "adapter", "v3", status="training")
    (tmp_path / "1.jpg").write_bytes(b"picture")
    done = run("batch", "run", str(tmp_path), "--adapter", given, "--yes")
    assert done.exit_code == 1
    assert said in done.stderr
    assert (photos.asked, photos.keys("frames")) == ([], [])


@pytest.mark.parametrize(
    ("counts", "said"),
    [
        ({"base": 2}, "v1; the base model answered in its place for 2 images"),
        ({ARN: 2}, "v1 "),
    ],
)
def test_who_answered_is_told(run: Run, photos: Any, counts: dict[str, int], said: str) -> None:
    row = {"status": "done", "adapter": ARN, "counts": COUNTS | {"adapters": counts}}
    photos.row("a" * 20, **row)
    told = run("batch", "show", "aaaa").stdout
    assert said in told
    assert ("in its place" in told) is (counts == {"base": 2})


def test_what_is_saved_is_not_offered_to_be_saved(run: Run, photos: Any, tmp_path: Path) -> None:
    done = run("batch", "run", "s3://photos/a/", "--yes", "--to", str(tmp_path / "results"))
    assert done.exit_code == 0, done.stderr
    assert "Saved 0 files in" in done.stderr
    assert "Save its results with" not in done.stderr
    assert "Save its results with" in run("batch", "run", "s3://photos/a/", "--yes").stderr
