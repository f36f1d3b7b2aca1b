"""`framewarden rescan`: frames that nobody looked at get another attempt, and no other does."""

import io
import json
from collections.abc import Callable
from typing import Any

import pytest
from typer.testing import Result

from local.target import Target

LONG_AGO = "2026-01-01T00:00:00.000Z"


class Intake:
    """Answers as IntakeFunction does, and remembers what it was asked."""

    def __init__(self, answer: dict[str, Any], failed: bool = False) -> None:
        self.answer = answer
        self.failed = failed
        self.asked: list[dict[str, Any]] = []

    def invoke(self, **request: Any) -> dict[str, Any]:
        assert request["FunctionName"] == "intake"
        assert request["InvocationType"] == "RequestResponse"
        self.asked.append(json.loads(request["Payload"])["rescan"])
        reply = {"Payload": io.BytesIO(json.dumps(self.answer).encode())}
        return {**reply, "FunctionError": "Unhandled"} if self.failed else reply


@pytest.fixture
def intake(target: Target) -> Intake:
    made = Intake({"frame_id": "f", "started": True, "execution": "f-2"})
    target.clients["lambda"] = made
    return made


@pytest.fixture
def overlooked(ledger: Any) -> Any:
    """A bucket with one frame of each kind that matters."""
    ledger.frame("uploads/bad.jpg", status="settled", outcome="unscreened", reason="image")
    ledger.frame("uploads/clear.jpg", status="settled", outcome="cleared")
    ledger.frame("uploads/runs.jpg", status="started", admitted_at=LONG_AGO)
    ledger.frame("uploads/stale.jpg", status="admitted", admitted_at=LONG_AGO)
    return ledger


def keys(asked: list[dict[str, Any]]) -> list[str]:
    return [entry["key"] for entry in asked]


@pytest.mark.parametrize(
    ("options", "expected"),
    [
        ((), ["uploads/bad.jpg", "uploads/stale.jpg"]),
        (("--unscreened",), ["uploads/bad.jpg"]),
        (("--unaccounted",), ["uploads/stale.jpg"]),
        (("--key", "uploads/stale.jpg"), ["uploads/stale.jpg"]),
        (("--key", "uploads/clear.jpg"), []),
        (("--key", "uploads/st"), []),
    ],
)
def test_who_gets_another_attempt(
    run: Callable[..., Result],
    overlooked: Any,
    intake: Intake,
    options: tuple[str, ...],
    expected: list[str],
) -> None:
    assert run("rescan", *options).exit_code == 0
    assert keys(intake.asked) == expected


def test_a_batchs_list_and_its_images_are_not_scanned_again(
    run: Callable[..., Result], overlooked: Any, intake: Intake
) -> None:
    overlooked.put("batches/holiday-1a2b3c4d/a.jpg")
    overlooked.row(
        "5f" * 32, bucket="batches", key="batches/0a/rules/x.jsonl", source="batch",
        status="settled", outcome="unscreened", unscreened="frame",
    )  # fmt: skip
    assert run("rescan").exit_code == 0
    assert keys(intake.asked) == ["uploads/bad.jpg", "uploads/stale.jpg"]
    assert run("rescan", "--key", "batches/0a/rules/x.jsonl").exit_code == 0
    assert len(intake.asked) == 2


def test_intake_is_told_which_version_and_when_it_was_put(
    run: Callable[..., Result], ledger: Any, intake: Intake
) -> None:
    ledger.frame("uploads/a.jpg", status="settled", outcome="unscreened", reason="image")
    stored = ledger.target.client("s3").head_object(Bucket="frames", Key="uploads/a.jpg")
    done = run("rescan", "--json")
    [asked] = intake.asked
    assert asked["bucket"] == "frames"
    assert asked["version_id"] == stored["VersionId"]
    assert asked["put_at"].endswith("Z")
    assert json.loads(done.stdout) == {
        "dry_run": False,
        "found": 1,
        "failed": 0,
        "frames": [
            {
                "key": "uploads/a.jpg",
                "version_id": stored["VersionId"],
                "was": "unscreened",
                "reason": "image",
                "failed": False,
                "result": "started f-2",
            }
        ],
    }


def test_a_dry_run_starts_nothing(
    run: Callable[..., Result], overlooked: Any, intake: Intake
) -> None:
    done = run("rescan", "--dry-run")
    assert done.exit_code == 0
    assert "uploads/bad.jpg" in done.stdout
    assert "2 frames would be analysed again" in done.stderr
    assert intake.asked == []


def test_nothing_to_do_says_so(run: Callable[..., Result], ledger: Any, intake: Intake) -> None:
    ledger.frame("uploads/clear.jpg", status="settled", outcome="cleared")
    assert "Nothing to rescan" in run("rescan").stderr


def test_an_intake_that_fails_is_named_and_is_exit_1(
    run: Callable[..., Result], overlooked: Any, target: Target
) -> None:
    error = {"errorType": "StoreThrottledError", "errorMessage": "PutItem"}
    target.clients["lambda"] = Intake(error, failed=True)
    done = run("rescan", "--unscreened")
    assert done.exit_code == 1
    assert "StoreThrottledError: PutItem" in done.stdout


@pytest.mark.parametrize(
    ("answer", "words"),
    [
        ({"frame_id": "f", "skipped": "not_a_frame"}, "skipped: not_a_frame"),
        ({"frame_id": "f", "started": False, "status": "in_flight"}, "not started: in_flight"),
        ({"frame_id": "f", "started": False}, "not started: it had been started before"),
    ],
)
def test_what_intake_may_answer(
    run: Callable[..., Result],
    overlooked: Any,
    target: Target,
    answer: dict[str, Any],
    words: str,
) -> None:
    target.clients["lambda"] = Intake(answer)
    assert words in run("rescan", "--unscreened").stdout
