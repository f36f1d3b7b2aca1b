"""Judging the samples of `samples/verify/` in a batch, as somebody at the desk would."""

from dataclasses import replace
from typing import Any

import pytest

from framewarden.aws.batch_images import BatchImages
from framewarden.aws.clients import brought
from local import verify_people
from local.errors import OperatorError
from local.verify_people import judge, last_batch

Stack = Any  # the fixture's
TRUTH = {"attic/01.jpg": ["Alcoholic Beverages"], "attic/02.jpg": [], "hall/01.jpg": ["Drinking"]}


@pytest.fixture
def listed(stack: Stack) -> Stack:
    """A batch with one list: three pictures that the truth knows, and one that it does not."""
    stack.target = replace(stack.target, is_laptop=True)
    stack.row("b1", status="done")
    stack.put({"batch": "b1", "item": "rule#alcohol", "rule": "alcohol", "images": 4})
    for at, file in enumerate((*TRUTH, "elsewhere/01.jpg")):
        stack.put(
            {
                "batch": "b1#alcohol", "item": f"image#000000{at}#{at:016x}", "digest": f"{at}",
                "bucket": "photos", "key": f"uploads/verify/{file}",
                "ref": f"s3://photos/uploads/verify/{file}",
                "labels": [{"name": "Alcoholic Beverages", "confidence": 80}],
            }
        )  # fmt: skip
    return stack


def rows(stack: Stack) -> dict:
    with brought(stack.target.client):
        found = BatchImages("Batches").page("b1", "alcohol", "", 60)
    return {row["key"].removeprefix("uploads/verify/"): row for row in found}


def test_each_is_said_what_it_shows(listed: Stack) -> None:
    assert judge(listed.target, "b1", TRUTH, by="Ada") == 3
    kept = rows(listed)
    assert {file: row.get("decision") for file, row in kept.items()} == {
        "attic/01.jpg": "block",
        "attic/02.jpg": "allow",
        "hall/01.jpg": "block",
        "elsewhere/01.jpg": None,
    }
    label = "Alcoholic Beverages"
    judged = {file: row.get("labels_judged") for file, row in kept.items()}
    assert judged["attic/01.jpg"]["confirmed"] == [label]
    assert judged["attic/02.jpg"] == {"confirmed": [], "denied": [label], "added": []}
    assert judged["hall/01.jpg"] == {"confirmed": [], "denied": [label], "added": ["Drinking"]}
    assert {row["by"] for row in kept.values() if row.get("by")} == {"Ada"}


def test_whoever_asks_twice_changes_nothing(listed: Stack) -> None:
    judge(listed.target, "b1", TRUTH)
    before = rows(listed)
    assert judge(listed.target, "b1", TRUTH) == 0
    assert rows(listed) == before


def test_a_batch_without_lists_has_nothing_to_judge(listed: Stack) -> None:
    assert judge(listed.target, "b2", TRUTH) == 0


def test_nobody_is_decided_for_in_an_account(stack: Stack) -> None:
    with pytest.raises(OperatorError, match="people decide"):
        judge(stack.target, "b1", TRUTH)


def test_the_batch_begun_last_is_meant(stack: Stack) -> None:
    with pytest.raises(OperatorError, match="No batch") as refused:
        last_batch(stack.target)
    assert "samples/verify/policy.yaml" in str(refused.value)
    stack.row("b1", started_at="2026-11-22T08:00:00.000Z")
    stack.row("b2", started_at="2026-11-22T09:00:00.000Z")
    assert last_batch(stack.target) == "b2"


def test_it_runs_as_a_command(
    listed: Stack, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(verify_people, "laptop", lambda: listed.target)
    assert verify_people.main([]) == 0
    assert "Judged 3 pictures of batch b1." in capsys.readouterr().err
    assert verify_people.main(["b7"]) == 0

    def none_runs() -> None:
        raise OperatorError("No laptop cloud is running.", "Start one with: framewarden up")

    monkeypatch.setattr(verify_people, "laptop", none_runs)
    assert verify_people.main([]) == 1
    assert "framewarden up" in capsys.readouterr().err
